// WaveView: one image through a network. A wave of activations runs to the right, the loss shows, and
// a wave of deltas runs back through the same cells.
import { el } from "./dom.js";
import { text } from "./numbers.js";
import { drawWave, sizeOf } from "./wave_drawing.js";

const LASTS = 6000; // milliseconds there and back
const PHONE = 560; // pixels
const STILL = 0.7; // the moment that is shown where nothing may move: the error on its way

/** Where the two waves are at a moment between 0 and 1: [there, back], each from 0 to 1. */
export function waves(moment) {
  const ease = (from, to) => {
    const t = Math.min(1, Math.max(0, (moment - from) / (to - from)));
    return t * t * (3 - 2 * t);
  };
  return [ease(0.02, 0.4), ease(0.5, 0.9)];
}

export function renderWaveView({ model, el: host }) {
  const picture = model.get("picture");
  const quiet = matchMedia("(prefers-reduced-motion: reduce)");
  const canvas = el("canvas", {
    role: "img",
    "aria-label": spoken(picture),
    class: "cnn-wave-canvas",
  });
  const play = el("button", { type: "button", class: "cnn-wave-play", onclick: toggle });
  const root = el(
    "div",
    {
      class: "cnn-wave",
      "data-widget": "wave-view",
      role: "group",
      "aria-label": model.get("title"),
      onpointerdown: touch,
    },
    canvas,
    play,
  );
  host.replaceChildren(root);
  let drawing = null;
  let running = !quiet.matches;
  let visible = true;
  let frame = 0;
  let moment = running ? 0 : STILL;
  let last = 0;
  const size = new ResizeObserver(prepare);
  size.observe(root);
  const sight = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    go();
  });
  sight.observe(root);
  const theme = new MutationObserver(prepare);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  quiet.addEventListener("change", calm);
  told();
  return () => {
    cancelAnimationFrame(frame);
    for (const watch of [size, sight, theme]) watch.disconnect();
    quiet.removeEventListener("change", calm);
  };

  function prepare() {
    const wide = root.clientWidth;
    if (!wide) return;
    const narrow = wide < PHONE;
    const [across, high] = sizeOf(narrow);
    const scale = (wide / across) * Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(across * scale);
    canvas.height = Math.round(high * scale);
    canvas.style.aspectRatio = `${across} / ${high}`;
    drawing = drawWave(picture, canvas, scale, narrow);
    drawing.show(...waves(moment));
    go();
  }
  function go() {
    cancelAnimationFrame(frame);
    if (!running || !visible || !drawing) return;
    last = 0;
    frame = requestAnimationFrame(beat);
  }
  function beat(now) {
    if (!root.isConnected) return;
    moment = (moment + (last ? (now - last) / LASTS : 0)) % 1;
    last = now;
    root.dataset.moment = moment.toFixed(3);
    drawing.show(...waves(moment));
    frame = requestAnimationFrame(beat);
  }
  function toggle() {
    running = !running;
    told();
    go();
  }
  function touch(event) {
    if (event.target !== play && running) toggle();
  }
  function calm() {
    running = !quiet.matches;
    if (!running) moment = STILL;
    told();
    prepare();
  }
  function told() {
    play.textContent = running ? "❚❚" : "▶";
    play.setAttribute("aria-label", running ? "Pause" : "Play");
    root.dataset.running = String(running);
  }
}

function spoken({ p, label, loss }) {
  const best = p.indexOf(Math.max(...p));
  const said = `The network gives ${best} a probability of ${text(Number(p[best].toFixed(2)))}`;
  return `A handwritten ${label} and the layers of a network. ${said}; the loss is ${text(loss)}.`;
}
