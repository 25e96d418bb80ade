"""How smoothly a large trace plays, and how soon an edit is on screen.

A 20x20 input under a 5x5 kernel (6,400 terms) is played in headless Chromium at the speed "full",
which takes a step in every frame; then values are edited one after another.

    python benchmarks/play_fps.py [--frames 400] [--edits 40] [--json]

It needs playwright and Chromium (named by CHROMIUM, or found on the PATH) and prints times in
milliseconds. Other programs on the machine make frames late; the processor time of the page's main
thread is its own share. The script fails where, for any of the passes, the 95th percentile of the
processor time of a frame, or of an edit with the frame that shows it, is 16.7 ms or more, where
the largest frame takes two of them or more, or where an edit is not in the first frame after it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cnnlib import trace_conv2d
from cnnlib.plots.style import stylesheet
from cnnlib.widgets import TraceView
from cnnlib.widgets.page import files

FRAME = 1000 / 60
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()
PASSES = ("forward", "dx-scatter", "dx-gather", "dw")

# Play to the end again and again, and return the intervals between the frames.
PLAY = """async (frames) => {
  const root = document.querySelector("[data-widget]"), button = root.querySelector(".cnn-play");
  const speed = root.querySelector("select"), gaps = [];
  speed.value = "0";
  speed.dispatchEvent(new Event("change", { bubbles: true }));
  let last = 0, on = true;
  const listen = (now) => {
    if (last) gaps.push(now - last);
    last = now;
    if (on) requestAnimationFrame(listen);
  };
  requestAnimationFrame(listen);
  do {
    button.click();
    await new Promise((done) => {
      const playing = () => button.getAttribute("aria-label") === "Pause";
      const look = () => (playing() ? setTimeout(look, 20) : done());
      look();
    });
  } while (gaps.length < frames);
  on = false;
  return gaps;
}"""

# Press a key that changes a value, and count the frames until it stands there.
EDIT = """async (times) => {
  const cell = document.querySelector("[role=gridcell]:not([aria-readonly])"), counts = [];
  cell.focus();
  for (let k = 0; k < times; k++) {
    await new Promise((done) => setTimeout(done, 40));
    const before = cell.textContent;
    cell.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp", bubbles: true }));
    let count = 0;
    do {
      await new Promise(requestAnimationFrame);
      count++;
    } while (cell.textContent === before);
    counts.push(count);
  }
  await new Promise((done) => setTimeout(done, 100)); // the last frame, too, is to be recorded
  return counts;
}"""


class Times(NamedTuple):
    """What one pass took, in milliseconds, and after how many frames an edit was shown."""

    gaps: np.ndarray
    frames: np.ndarray
    edits: np.ndarray
    counts: np.ndarray


def page(direction: str) -> str:
    """Return the page that is measured."""
    rng = np.random.default_rng(0)
    trace = trace_conv2d(rng.integers(-9, 10, (1, 20, 20, 1)), rng.integers(-3, 4, (5, 5, 1, 1)))
    TraceView.still = lambda self: ""  # type: ignore[method-assign]
    body = TraceView(trace, direction=direction).page_html()
    script, look = files(body)
    return (
        f"<!doctype html><meta charset=utf-8><style>{stylesheet()}{look}</style>"
        f"{body}<script>{script}</script>"
    )


def measure(browser: Any, direction: str, options: argparse.Namespace) -> Times:
    """Play once to warm up, then for at least that many frames; then edit."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page(direction), encoding="utf-8")
        tab = browser.new_page(viewport={"width": 1200, "height": 1000})
        tab.goto(file.as_uri())
        tab.evaluate(PLAY, 1)
        tab.evaluate(EDIT, 3)
        gaps, played = traced(browser, tab, PLAY, options.frames)
        counts, edited = traced(browser, tab, EDIT, options.edits)
        tab.close()
    keys = events(edited, "EventDispatch", "keydown")
    shown = [key + next_frame for key, next_frame in after(keys, frames_of(edited))]
    costs = np.array([cost for _, cost in frames_of(played)])
    return Times(np.array(gaps), costs, np.array(shown), np.array(counts))


def traced(browser: Any, tab: Any, script: str, number: int) -> tuple[list[float], list[Any]]:
    """Run a script with the browser's own record of where its time goes."""
    browser.start_tracing(page=tab, categories=["devtools.timeline", "cc"])
    result = tab.evaluate(script, number)
    return result, json.loads(browser.stop_tracing())["traceEvents"]


def frames_of(trace: list[Any]) -> list[tuple[float, float]]:
    """Return start and processor time, in ms, of the page's main thread in each frame."""
    return events(trace, "ProxyMain::BeginMainFrame")


def events(trace: list[Any], name: str, kind: str = "") -> list[tuple[float, float]]:
    """Return start and processor time, in ms, of the events of one name."""
    found = [e for e in trace if e["name"] == name and e["ph"] == "X"]
    if kind:
        found = [e for e in found if e["args"]["data"]["type"] == kind]
    return sorted((e["ts"] / 1000, e.get("tdur", e["dur"]) / 1000) for e in found)


def after(
    keys: list[tuple[float, float]], frames: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Pair the time of each key with the time of the first frame after it."""
    return [(cost, next(c for at, c in frames if at > start)) for start, cost in keys]


def line(name: str, values: np.ndarray) -> str:
    """Return median, 95th percentile and largest value."""
    low, high = np.percentile(values, [50, 95])
    return f"  {name:34} median {low:5.1f}   95th {high:5.1f}   largest {values.max():5.1f} ms"


def main() -> int:
    """Measure every pass, print, and judge each."""
    from playwright.sync_api import sync_playwright

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--frames", type=int, default=400)
    options.add_argument("--edits", type=int, default=40)
    options.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = options.parse_args()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    late: list[str] = []
    found: dict[str, dict[str, float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for direction in PASSES:
            times = measure(browser, direction, chosen)
            print(f"{direction}: {len(times.frames)} frames, {len(times.edits)} edits")
            print(line("between frames", times.gaps))
            print(line("processor time of a frame", times.frames))
            print(line("processor time of an edit, shown", times.edits))
            print(f"  an edit is shown in frame {times.counts.max()} after the key at the latest")
            highs = [np.percentile(values, 95) for values in (times.frames, times.edits)]
            largest = times.frames.max()
            found[direction] = {"95th": round(highs[0], 1), "largest": round(float(largest), 1)}
            if max(highs) >= FRAME or largest >= 2 * FRAME or times.counts.max() > 1:
                late.append(direction)
        browser.close()
    print(f"late: {', '.join(late) or 'none'} (a frame is {FRAME:.1f} ms)")
    if chosen.json:
        print(json.dumps(found))
    return len(late)


if __name__ == "__main__":
    sys.exit(main())
