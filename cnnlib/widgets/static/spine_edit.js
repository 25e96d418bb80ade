// Walk over the numbers with the keys, choose one, and change it where it stands.
import { button, el } from "./dom.js";
import { parse, text } from "./numbers.js";

const STEP = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * @param {object} view
 * @param {HTMLElement} view.stage
 * @param {(name: string) => boolean} view.editable
 * @param {(name: string, cell: number) => number} view.value
 * @param {(name: string, cell: number) => string} view.called
 * @param {(name: string, cell: number, value: number, same: boolean) => void} view.set
 * @param {(name: string, cell: number) => void} view.choose
 */
export function makeNumberEditor(view) {
  const { stage } = view;
  let open = null; // the cell that is changed
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    onkeydown: typed,
    onchange: commit,
  });
  const label = el("span", { class: "cnn-chosen" });
  const node = el(
    "div",
    { class: "cnn-at", hidden: true },
    label,
    button("Less", "−", () => nudge(-1)),
    input,
    button("More", "+", () => nudge(1)),
  );
  stage.append(node);
  stage.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (cell) pick(cell);
  });
  stage.addEventListener("keydown", keys);
  stage.addEventListener("focusin", (event) => {
    const cell = cellOf(event);
    if (cell) enter(cell);
  });
  stage.addEventListener("focusout", (event) => {
    if (!node.hidden && !stage.contains(event.relatedTarget)) close();
  });
  return { close, refresh };

  function cellOf(event) {
    return event.target.closest?.("[role=gridcell]");
  }
  function enter(cell) {
    for (const other of cell.closest("[role=grid]").querySelectorAll("[tabindex='0']"))
      other.tabIndex = -1;
    cell.tabIndex = 0;
    const { block, cell: q } = cell.dataset;
    view.choose(block, Number(q));
  }
  function pick(cell) {
    cell.focus();
    if (cell.dataset.block === "y") return view.set("y", Number(cell.dataset.cell), 1, false);
    if (view.editable(cell.dataset.block)) show(cell);
    else close();
  }
  function show(cell, typedText) {
    open = cell;
    node.hidden = false;
    const part = cell.closest(".cnn-part"),
      name = view.called(...where());
    label.textContent = `${name} =`;
    input.setAttribute("aria-label", `Value of ${name}`);
    const x = part.offsetLeft + cell.offsetLeft + cell.offsetWidth / 2 - node.offsetWidth / 2;
    const room = stage.clientWidth - node.offsetWidth;
    node.style.left = `${Math.max(0, Math.min(x, room))}px`;
    node.style.top = `${part.offsetTop + part.offsetHeight + 2}px`;
    refresh();
    if (typedText !== undefined) {
      input.value = typedText;
      input.focus();
    }
  }
  function close() {
    node.hidden = true;
    open = null;
  }
  function refresh() {
    if (open && stage.getRootNode().activeElement !== input) input.value = text(value());
  }
  function where() {
    return [open.dataset.block, Number(open.dataset.cell)];
  }
  function value() {
    return view.value(...where());
  }
  function nudge(by) {
    if (!open) return;
    view.set(...where(), Number((value() + by).toPrecision(12)), false);
    input.value = text(value());
  }
  function commit() {
    if (!open) return;
    const number = parse(input.value);
    if (Number.isFinite(number) && number !== value()) view.set(...where(), number, false);
    input.value = text(value());
  }
  function typed(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return event.stopPropagation();
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") commit();
    const cell = open;
    close();
    cell?.focus();
  }
  function keys(event) {
    const cell = cellOf(event);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const { block, cell: q } = cell.dataset;
    const step = STEP[event.key],
      page = { PageUp: 1, PageDown: -1 }[event.key];
    if (step) neighbour(cell, ...step)?.focus();
    else if (block === "y" && /^( |Enter|1)$/.test(event.key)) view.set("y", Number(q), 1, false);
    else if (event.key === "Escape") close();
    else if (!view.editable(block)) return;
    else if (page)
      view.set(
        block,
        Number(q),
        Number((view.value(block, Number(q)) + page).toPrecision(12)),
        false,
      );
    else if (/^(Enter|F2)$/.test(event.key)) {
      show(cell, text(view.value(block, Number(q))));
      input.select();
    } else if (/^[-−.,\d]$/.test(event.key)) show(cell, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function neighbour(cell, down, right) {
    const line = cell.parentElement,
      lines = [...line.parentElement.children];
    const column = [...line.children].indexOf(cell);
    return lines[lines.indexOf(line) + down]?.children[column + right];
  }
}
