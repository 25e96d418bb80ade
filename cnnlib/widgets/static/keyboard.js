// Keys anywhere in a TraceView: play, step, undo. A cell and its field take theirs first.

/**
 * @param {{ editor: (event: KeyboardEvent) => boolean, toggle(): void, move(by: number): void, undo(): void }} widget
 * @returns {(event: KeyboardEvent) => void}
 */
export function makeKeys({ editor, toggle, move, undo }) {
  return (event) => {
    const { key } = event;
    const target = /** @type {Element} */ (event.target);
    const command = event.ctrlKey || event.metaKey;
    const writes = target.matches("input[type=text]"); // there the browser undoes letters
    if (command && key.toLowerCase() === "z" && !writes) {
      event.preventDefault();
      return undo();
    }
    if (command || event.altKey || editor(event)) return;
    const presses = target.matches("button, select, summary, input:not([type=range])");
    const walks = target.matches("input, select, [role=gridcell]");
    if (key === " " && !presses) {
      event.preventDefault();
      toggle();
    } else if (!walks && /^Arrow(Left|Right)$/.test(key)) {
      event.preventDefault();
      move(key === "ArrowRight" ? 1 : -1);
    }
  };
}
