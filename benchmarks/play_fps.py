"""How smoothly a large trace plays, and how soon an edit is on screen.

A 20x20 input under a 5x5 kernel (6,400 terms) is played in headless Chromium at the speed "full",
which takes a step in every frame; then values are edited one after another.

    python benchmarks/play_fps.py [--rounds 3] [--view window]

It needs playwright and Chromium (named by CHROMIUM, or found on the PATH), prints the times in
milliseconds. Other programs on the machine make frames late; the processor time of the page's main
thread is its own share, and the script fails where the 95th percentile of it, over the frames of
all passes, is 16.7 ms or more.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from cnnlib import trace_conv2d
from cnnlib.plots.style import stylesheet
from cnnlib.widgets import TraceView
from cnnlib.widgets.page import files

FRAME = 1000 / 60
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()

# Intervals between frames while playing, and within each frame the time from its start until a
# task posted in it runs, which is after scripts, style, layout and paint.
PLAY = """async (steps) => {
  const root = document.querySelector("[data-widget]");
  const channel = new MessageChannel(), gaps = [], works = [];
  let posted = 0, last = 0, on = true;
  channel.port1.onmessage = () => works.push(performance.now() - posted);
  const listen = (now) => {
    if (last) gaps.push(now - last);
    last = now;
    posted = performance.now();
    channel.port2.postMessage(0);
    if (on) requestAnimationFrame(listen);
  };
  const speed = root.querySelector("select");
  speed.value = "0";
  speed.dispatchEvent(new Event("change", { bubbles: true }));
  requestAnimationFrame(listen);
  root.querySelector(".cnn-play").click();
  await new Promise((done) => {
    const look = () => (Number(root.dataset.step) >= steps - 1 ? done() : setTimeout(look, 20));
    look();
  });
  on = false;
  return [gaps, works];
}"""

# From the key that changes a value until the next frame has been painted.
EDIT = """async (times) => {
  const cell = document.querySelector("[role=gridcell]:not([aria-readonly])");
  cell.focus();
  const found = [];
  for (let k = 0; k < times; k++) {
    await new Promise((done) => setTimeout(done, 30));
    const start = performance.now();
    cell.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp", bubbles: true }));
    const scripted = performance.now() - start;
    await new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    }));
    found.push([scripted, performance.now() - start]);
  }
  return found;
}"""


def page(view: str, direction: str) -> str:
    """Return the page that is measured."""
    rng = np.random.default_rng(0)
    trace = trace_conv2d(rng.integers(-9, 10, (1, 20, 20, 1)), rng.integers(-3, 4, (5, 5, 1, 1)))
    TraceView.still = lambda self: ""  # type: ignore[method-assign]
    widget = TraceView(trace, view=view, direction=direction)
    body = widget.page_html()
    script, look = files(body)
    return (
        f"<!doctype html><meta charset=utf-8><style>{stylesheet()}{look}</style>"
        f"{body}<script>{script}</script>"
    )


def measure(browser: Any, view: str, direction: str) -> tuple[np.ndarray, ...]:
    """Return frame intervals, work per frame, script and paint times of edits, processor times."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page(view, direction), encoding="utf-8")
        tab = browser.new_page(viewport={"width": 1200, "height": 1000})
        tab.goto(file.as_uri())
        steps = int(tab.get_by_label("Step", exact=True).get_attribute("max")) + 1
        tab.evaluate(PLAY, steps)  # warm up
        gaps, works = tab.evaluate(PLAY, steps)
        trace = Path(folder) / "trace.json"
        browser.start_tracing(page=tab, path=trace, categories=["devtools.timeline", "cc"])
        tab.evaluate(PLAY, steps)
        browser.stop_tracing()
        costs = processor(json.loads(trace.read_text(encoding="utf-8")))
        edits = np.array(tab.evaluate(EDIT, 20)) if view == "window" else np.zeros((1, 2))
        tab.close()
    return np.array(gaps), np.array(works), edits[:, 0], edits[:, 1], costs


def processor(trace: dict[str, Any]) -> np.ndarray:
    """Return the processor time, in ms, of the page's main thread in each frame."""
    frames = [e for e in trace["traceEvents"] if e["name"] == "ProxyMain::BeginMainFrame"]
    return np.array([e.get("tdur", e["dur"]) / 1000 for e in frames if e["ph"] == "X"])


def line(name: str, values: np.ndarray) -> str:
    """Return median, 95th percentile and largest value."""
    low, high = np.percentile(values, [50, 95])
    return f"  {name:28} median {low:6.1f}   95th {high:6.1f}   largest {values.max():6.1f} ms"


def main() -> int:
    """Measure every direction, and print."""
    from playwright.sync_api import sync_playwright

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--view", default="window")
    chosen = options.parse_args()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    every = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for direction in ("forward", "dx-scatter", "dx-gather", "dw"):
            rounds = [measure(browser, chosen.view, direction) for _ in range(chosen.rounds)]
            gaps, works, scripts, paints, costs = map(np.concatenate, zip(*rounds, strict=True))
            print(f"{direction}, {chosen.view}: {len(gaps)} frames")
            print(line("between frames", gaps))
            print(line("work of a frame", works))
            print(line("its processor time", costs))
            if chosen.view == "window":
                print(line("script of an edit", scripts))
                print(line("edit until painted", paints))
            every.append(costs)
        browser.close()
    high = float(np.percentile(np.concatenate(every), 95))
    print(f"processor time of all frames: 95th percentile {high:.1f} of {FRAME:.1f} ms")
    return int(high >= FRAME)


if __name__ == "__main__":
    sys.exit(main())
