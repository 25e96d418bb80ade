// To take away: the link to a state, a picture of the step, and a GIF of the pass with its line of arithmetic.
import { button, el } from "./dom.js";
import { makeGif } from "./gif.js";
import { drawing, pixels } from "./picture.js";

const LONGEST = 120; // steps of a pass in a GIF

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
  function svg() {
    save(new Blob([drawing(parts()).text], { type: "image/svg+xml" }), "svg");
  }
  async function png() {
    const canvas = await pixels(drawing(parts()), 2);
    canvas.toBlob((blob) => blob && save(blob, "png"));
  }

  // The pass is played once more where nobody sees it, so that the reader's own place stays.
  async function gif() {
    say("Drawing the animation …");
    const stand = el("div", {
      class: "cnn-offstage",
      style: `width:${root.offsetWidth}px`,
      inert: true,
    });
    root.after(stand);
    const model = copy({ state, ...store.current(), step: 0 });
    const close = again({ model, el: stand });
    try {
      const [stage, sentence] = [".cnn-stage", ".cnn-sentence"].map((one) =>
        stand.querySelector(one),
      );
      const images = [];
      for (let step = 0; step < Math.min(steps(), LONGEST); step++) {
        model.set("step", step);
        await frame();
        await frame();
        const canvas = await pixels(drawing([stage, sentence]), 1, root.offsetWidth);
        images.push(
          /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(
            0,
            0,
            canvas.width,
            canvas.height,
          ),
        );
      }
      save(new Blob([makeGif(images, 90)], { type: "image/gif" }), "gif");
    } finally {
      close();
      stand.remove();
    }
  }
}

const frame = () => new Promise(requestAnimationFrame);

/**
 * @param {Record<string, any>} values
 * @returns {Model}
 */
function copy(values) {
  /** @type {Set<() => void>} */
  const heard = new Set();
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      for (const f of heard) f();
    },
    on: (_, f) => heard.add(f),
    off: (_, f) => heard.delete(f),
    save_changes() {},
  };
}
