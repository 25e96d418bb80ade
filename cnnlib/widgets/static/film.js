// A pass as an animation: it is played once more where nobody sees it, so that the reader's place stays.
import { el } from "./dom.js";
import { makeGif } from "./gif.js";
import { drawing, pixels } from "./picture.js";

const LONGEST = 120; // steps of a pass in an animation

/**
 * @param {HTMLElement} root the widget
 * @param {Record<string, any>} values of its model
 * @param {number} steps
 * @param {(host: Host) => () => void} again draws such a widget
 * @returns {Promise<BlobPart>}
 */
export async function film(root, values, steps, again) {
  const wide = root.offsetWidth;
  const stand = el("div", { class: "cnn-offstage", style: `width:${wide}px`, inert: true });
  root.after(stand);
  const model = copy({ ...values, step: 0 });
  const close = again({ model, el: stand });
  stand.firstElementChild?.removeAttribute("data-widget"); // a copy, no second widget of the page
  try {
    const parts = [".cnn-stage", ".cnn-sentence"].map((one) => stand.querySelector(one));
    const images = [];
    for (let step = 0; step < Math.min(steps, LONGEST); step++) {
      model.set("step", step);
      await frame();
      await frame();
      const canvas = await pixels(drawing(parts), 1, wide);
      const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      images.push(ink.getImageData(0, 0, canvas.width, canvas.height));
    }
    return makeGif(images, 90);
  } finally {
    close();
    stand.remove();
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
