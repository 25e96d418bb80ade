"""Scatter and gather in one widget: the same numbers, one edit for both, the same gradient."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets import gallery
from tests.browser.widgets.expected import same
from tests.browser.widgets.test_contract import press, root

GEOMETRY = [
    {},
    {"stride": (2, 1), "padding": (1, 0)},
    {"stride": (2, 3), "padding": 1, "dilation": (1, 2)},
]


def halves(widget, face="window"):
    """Return the two readings as they stand: scatter above, gather below."""
    ways = widget.locator(".cnn-way").all_inner_texts()
    assert ways == ["scatter", "gather"]
    return widget.locator(f".cnn-{face}").all()


def type_into(half, operand, index, typed):
    half.locator(f"[data-operand={operand}][data-index='{index}']").click()
    half.page.get_by_label("Value of").fill(typed)
    half.page.get_by_label("Value of").press("Enter")


def result(half):
    cells = half.locator("[data-operand=dx]").all()
    return {n.get_attribute("data-index"): n.text_content() for n in cells}


@pytest.mark.parametrize("options", GEOMETRY)
def test_one_edit_changes_both_and_both_end_in_the_same_gradient(show, options, rng):
    x = rng.integers(-4, 5, (1, 5, 6, 1)).astype(float)
    w = rng.integers(-4, 5, (2, 3, 1, 1)).astype(float)
    trace = c.trace_conv2d(x, w, **options)
    delta = rng.integers(-9, 10, trace.shape).astype(float)
    widget = root(show(TraceView(trace, delta=delta, direction="dx-both")))
    scatter, gather = halves(widget)
    w[1, 0, 0, 0], delta[0, 0, 1, 0] = 7.5, -12
    type_into(scatter, "w", "1,0,0,0", "7.5")
    type_into(gather, "delta", "0,0,1,0", "-12")
    for half in halves(widget):
        for name, array in (("w", w), ("delta", delta)):
            for at in np.ndindex(array.shape):
                place = half.locator(
                    f"[data-operand={name}][data-index='{','.join(map(str, at))}']"
                )
                assert same(place.text_content(), array[at])
    steps = widget.get_by_role("slider", name="Step")
    steps.fill(steps.get_attribute("max"))
    dx = c.conv2d_backward(delta, x, w, **options).dx
    found = [result(half) for half in halves(widget)]
    for at in np.ndindex(dx.shape):
        shown = [one[",".join(map(str, at))] for one in found]
        assert all(same(text or "0", dx[at]) for text in shown), (at, shown, dx[at])


def test_each_step_goes_on_in_both(show):
    widget = root(show(gallery.small_convolution(direction="dx-both")))
    press(widget, "Next step")
    said = widget.locator(".cnn-sentence").inner_text().splitlines()
    assert said[0].startswith("scatter: delta[0,1] = 10 adds 10·1 to dx[0,1], 10·2 to dx[0,2]")
    assert said[1] == "gather: dx[0,1] = 1·2 + 10·1 = 12"
    press(widget, "Previous step")
    press(widget, "Previous step")  # round to the end: 4 stamps, 9 pixels
    said = widget.locator(".cnn-sentence").inner_text().splitlines()
    assert said[0].startswith("scatter: delta[1,1] = 1000 adds")
    assert said[1] == "gather: dx[2,2] = 1000·4 = 4000"
    for face in ("network", "matrix"):
        press(widget, face.title())
        assert len(halves(widget, face)) == 2


def test_both_is_on_offer_only_where_the_author_asks_for_it(show):
    view = gallery.small_convolution(directions=["dx-both", "dx-gather"], direction="dx-both")
    widget = root(show(view))
    offered = widget.get_by_role("group", name="Direction").get_by_role("button")
    assert offered.all_inner_texts() == ["dx, gather", "dx, both"]
    assert "dx-both" not in gallery.small_convolution().state["directions"]
