// To take away: the link to a state, a picture of the step, and a GIF of the pass with its line of arithmetic.
import { button, el } from "./dom.js";
import { film as filmOf } from "./film.js";
import { drawing as drawingOf, pixels as pixelsOf } from "./picture.js";

/**
 * @param {{ root: HTMLElement, state: TraceState, store: ReturnType<typeof import("./store.js").makeStore>,
 *   say: (words: string) => void, steps: () => number, again: (host: Host) => () => void }} widget
 */
export function makeShare({ root, state, store, say, steps, again }) {
  const parts = () => [root.querySelector(".cnn-stage"), root.querySelector(".cnn-sentence")];
  const panel = el(
    "details",
    { class: "cnn-details cnn-share" },
    el("summary", {}, "Share"),
    el(
      "div",
      { class: "cnn-menu" },
      button("Picture (PNG)", "PNG", png),
      button("Picture (SVG)", "SVG", svg),
      button("Animation (GIF)", "GIF", gif),
    ),
  );
  return [button("Link", "Link", link), panel];

  function link() {
    const copied = navigator.clipboard?.writeText(store.address());
    Promise.resolve(copied).then(
      () => say("Link copied; it is in the address bar too."),
      () => say("The link is in the address bar."),
    );
  }
  /**
   * @param {Blob} blob
   * @param {string} kind
   */
  function save(blob, kind) {
    const url = URL.createObjectURL(blob);
    el("a", { href: url, download: `${state.name || state.trace.op}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say(`Saved as ${kind.toUpperCase()}.`);
  }
  async function svg() {
    const { drawing } = await tools();
    save(new Blob([drawing(parts()).text], { type: "image/svg+xml" }), "svg");
  }
  async function png() {
    const { drawing, pixels } = await tools();
    const canvas = await pixels(drawing(parts()), 2);
    canvas.toBlob((blob) => blob && save(blob, "png"));
  }

  async function gif() {
    say("Drawing the animation …");
    const { film } = await tools();
    const values = { state, ...store.current() };
    save(new Blob([await film(root, values, steps(), again)], { type: "image/gif" }), "gif");
  }
}

/**
 * What draws pictures: at hand, or in a file of the site that is fetched now.
 * @returns {Promise<{ drawing: typeof drawingOf, pixels: typeof pixelsOf, film: typeof filmOf }>}
 */
async function tools() {
  if (drawingOf) return { drawing: drawingOf, pixels: pixelsOf, film: filmOf };
  const page = /** @type {any} */ (globalThis);
  page.cnnFetched ??= new Promise((onload, onerror) => {
    document.head.append(el("script", { src: page.cnnLater, onload, onerror }));
  });
  await page.cnnFetched;
  return page.cnnTools;
}
