// A page without a kernel: give each widget its state and a model that only remembers.

/**
 * Start the widgets of the page, each as soon as it has been read: what follows it is then painted
 * below it from the first, and never pushed down.
 * @param {Record<string, (host: Host) => unknown>} renderers
 */
export function host(renderers) {
  start(renderers);
  if (document.readyState !== "loading") return;
  const reading = new MutationObserver(() => start(renderers));
  reading.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    reading.disconnect();
    start(renderers);
  });
}

/** @param {Record<string, (host: Host) => unknown>} renderers */
function start(renderers) {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(".cnn-host:not([data-on])")
  )) {
    const render = renderers[place.dataset.module ?? ""];
    const [source, still] = place.children; // the still picture comes last
    if (!render || !still || !source?.textContent) continue;
    place.dataset.on = "1";
    const inside = document.createElement("div");
    place.append(inside);
    render({ model: remember(JSON.parse(source.textContent)), el: inside });
  }
}

/**
 * @param {Record<string, unknown>} values
 * @returns {Model}
 */
function remember(values) {
  /** @type {Record<string, Set<() => void>>} */
  const heard = {};
  return {
    page: true,
    get: (key) => values[key],
    set(key, value) {
      if (values[key] === value) return;
      values[key] = value;
      for (const f of heard[`change:${key}`] ?? []) f();
    },
    on(event, f) {
      (heard[event] ??= new Set()).add(f);
    },
    off(event, f) {
      heard[event]?.delete(f);
    },
    save_changes() {},
  };
}
