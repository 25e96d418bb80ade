// The picture of the network: its cells, what is drawn over them, and the sentence below.
import { el } from "./dom.js";
import { text } from "./numbers.js";
import { arrange, facing, makeCells, paint } from "./spine_cells.js";
import { layOut, wave } from "./spine_layout.js";
import { BACK, FRONT } from "./spine_net.js";
import { colour, why } from "./spine_why.js";
import { makePlate, makeWires } from "./spine_wires.js";

/** The last word of a class is its name; what stands before it is drawn beside the label. */
const named = (words) => words.split(" ").pop();

/** What the network says of its picture, and what the loss is. */
export function sumUp({ p, y, loss }, classes) {
  const best = Array.from(p.data).indexOf(Math.max(...p.data));
  const truth = y.data.indexOf(1);
  const said = `The network says “${named(classes[best])}”`;
  const words =
    best === truth ? `${said}, and so it is.` : `${said}; it is “${named(classes[truth])}”.`;
  const value = el("span", { style: `color:${colour("loss")}` }, text(loss.data[0]));
  return [words, " The loss is ", value, "."];
}

export function makePicture(net, first) {
  const ticks = wave(first.arrays);
  const turn = ticks.findIndex((tick) => tick.back);
  const end = ticks.length;
  const cells = makeCells(first.arrays, net.classes);
  const wires = makeWires();
  const plate = makePlate();
  const stage = el("div", { class: "cnn-spine-stage" }, cells.node, wires.node, plate.node);
  const sentence = el("p", { class: "cnn-sentence cnn-why", "aria-live": "polite" });
  let tight = false;
  return { stage, sentence, turn, end, fit, show, explain, cell, flash };

  function fit(folded) {
    tight = folded;
    const layout = layOut(first.arrays, folded);
    stage.style.setProperty("--wide", layout.width);
    stage.style.setProperty("--high", layout.height);
    arrange(cells.blocks, layout);
    wires.fit(layout);
    plate.fit(layout);
  }

  /** Write every number as it is at a place of the wave. */
  function show({ arrays }, at) {
    const face = facing(ticks, at);
    plate.write(Array.from(arrays.w1.data));
    for (const [name, block] of Object.entries(cells.blocks)) {
      paint(name, block, arrays, face, tight);
    }
  }

  /** Say how the chosen number is made, or what the wave has computed, or what came out. */
  function explain(scene, at, chosen, running) {
    const [name, cell] = chosen ?? latest(at, running);
    for (const node of stage.querySelectorAll(".cnn-on, .cnn-from")) {
      node.classList.remove("cnn-on", "cnn-from");
    }
    sentence.setAttribute("aria-live", running ? "off" : "polite");
    if (!name) {
      wires.show("", 0, []);
      plate.show("", 0);
      const done = "Every number now shows how fast the loss would rise with it.";
      const [words, ...value] = sumUp(scene.arrays, net.classes);
      sentence.replaceChildren(at === end ? done : words, ...value);
      return;
    }
    const side = facing(ticks, at)(name, cell) === "back" ? BACK[name] : name;
    const { nodes, from } = why(scene, side, cell);
    const [href, words] = net.pages[side] ?? [];
    const link = href ? el("a", { href, class: "cnn-page" }, `→ ${words}`) : "";
    sentence.replaceChildren(...nodes, link);
    wires.show(side, cell, from);
    plate.show(side, cell);
    mark(name, cell, "cnn-on");
    for (const [one, q] of from) mark(FRONT[one] ?? one, q, "cnn-from");
  }
  function latest(at, running) {
    const tick = ticks[at - 1];
    const resting = at === turn || at === 0 || (at === end && !running);
    return tick && !resting ? [tick.block, tick.cells[0]] : ["", 0];
  }
  function mark(name, cell, look) {
    cells.blocks[name]?.cells[cell]?.classList.add(look);
  }

  /** The cell that is called "z1:0,1,2,0", as [block, flat cell]; null where there is none. */
  function cell(called) {
    const [name, index] = called.split(":");
    const nodes = cells.blocks[name]?.cells ?? [];
    const q = nodes.findIndex((node) => node.dataset.index === index);
    return q < 0 ? null : [name, q];
  }

  /** Let the cells of an array show that they have changed. */
  function flash(name) {
    for (const node of cells.blocks[name].cells) {
      node.classList.remove("cnn-learnt");
      void node.offsetWidth;
      node.classList.add("cnn-learnt");
    }
  }
}
