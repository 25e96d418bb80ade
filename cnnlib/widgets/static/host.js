// A page without a kernel: give each widget its state and a model that only remembers.

/** @param {Record<string, (host: Host) => unknown>} renderers */
export function host(renderers) {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(".cnn-host:not([data-on])")
  )) {
    const render = renderers[place.dataset.module ?? ""];
    const source = place.querySelector("script");
    if (!render || !source?.textContent) continue;
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
