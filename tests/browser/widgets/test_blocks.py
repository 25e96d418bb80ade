"""Where a step reads hundreds of cells that form a block, one box stands around exactly those."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets.test_contract import root

INSIDE = """(board) => {
  const box = board.querySelector(".cnn-box"), edge = box.getBoundingClientRect();
  const middle = (n) => {
    const r = n.getBoundingClientRect();
    return [r.x + r.width / 2, r.y + r.height / 2];
  };
  const cells = [...board.querySelectorAll("[data-index]")];
  return {
    boxed: box.hidden ? [] : cells.filter((n) => {
      const [x, y] = middle(n);
      return x > edge.left && x < edge.right && y > edge.top && y < edge.bottom;
    }).map((n) => n.dataset.index),
    lit: cells.filter((n) => n.classList.contains("cnn-on")).map((n) => n.dataset.index),
  };
}"""


@pytest.mark.parametrize("options", [{}, {"padding": 1}, {"stride": (2, 1)}])
def test_every_cell_of_a_large_window_is_marked_once(show, options, rng):
    x, w = rng.integers(-9, 10, (1, 17, 11, 1)), rng.integers(-3, 4, (3, 2, 1, 1))
    trace = c.trace_conv2d(x, w, **options)
    widget = root(show(TraceView(trace, direction="dw")))
    passed = trace.backward(TraceView(trace).delta, "w")
    for step in range(w.size):
        widget.get_by_role("slider", name="Step").fill(str(step))
        terms = passed.at(*map(int, np.unravel_index(step, w.shape)))
        for name in ("x", "delta"):
            board = widget.locator(f".cnn-board:has([data-operand={name}])")
            found = board.evaluate(INSIDE)
            wanted = {",".join(map(str, term.factors[name][0])) for term in terms}
            assert len(found["boxed"] + found["lit"]) == len(wanted)
            assert set(found["boxed"] + found["lit"]) == wanted
            assert len(wanted) > 60
            assert bool(found["boxed"]) == ("stride" not in options)  # or zeros lie between


def test_the_box_moves_with_the_window_at_full_speed(show, rng):
    x, w = rng.integers(-9, 10, (1, 12, 13, 1)), rng.integers(-3, 4, (4, 3, 1, 1))
    widget = root(show(TraceView(c.trace_conv2d(x, w), direction="dw")))
    widget.get_by_label("Speed").select_option(label="full")
    places = widget.evaluate(
        """async (root) => {
          const box = root.querySelector(".cnn-box"), seen = {};
          root.querySelector(".cnn-play").click();
          while (root.querySelector("[aria-label=Pause]")) {
            seen[root.dataset.step] = ["--row", "--col", "--high", "--wide"]
              .map((name) => Number(box.style.getPropertyValue(name)));
            await new Promise(requestAnimationFrame);
          }
          return seen;
        }"""
    )
    assert len(places) > 5
    for step, place in places.items():
        row, col = divmod(int(step), 3)
        assert place == [row, col, 9, 11]
