"""The network face: wires of the bias, and a look of its own for each weight that is shared."""

from __future__ import annotations

import re

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import NudgeView, TraceView
from tests.browser.widgets.test_contract import cell, edit, press, root, sentence

LOOK = """nodes => nodes.map((n) => [n.dataset.operand ?? "", n.dataset.index ?? "",
  getComputedStyle(n).stroke, n.getAttribute("stroke-dasharray")])"""


def looks(widget):
    """Return colour and dashes of every quiet wire, by weight."""
    found = {}
    for name, index, *look in widget.locator(".cnn-wire:not(.cnn-on)").evaluate_all(LOOK):
        found.setdefault((name, index), set()).add(tuple(look))
    return found


def test_every_weight_of_a_small_kernel_has_a_look_of_its_own(show, rng):
    x, w = rng.integers(-9, 10, (1, 4, 5, 1)), rng.integers(-9, 10, (3, 2, 1, 1))
    widget = root(show(TraceView(c.trace_conv2d(x, w), view="network")))
    found = looks(widget)
    assert len(found) == 6
    assert all(len(look) == 1 for look in found.values())  # its wires look alike
    assert len({look for (look,) in found.values()}) == 6  # and like no other's


def test_wires_that_share_nothing_look_as_if_they_shared_nothing(show, rng):
    trace = c.trace_dense(rng.integers(-9, 10, (1, 5)), rng.integers(-9, 10, (5, 3)), [1, -2, 3])
    widget = root(show(TraceView(trace, view="network")))
    found = looks(widget)
    assert len(found) == 5 * 3 + 1  # and the wires of the bias, which have no weight on them
    ((plain,), *rest) = found.values()
    assert plain[1] is None
    assert all(look == {plain} for look in rest)


def test_more_weights_than_looks_are_named_at_their_wires(show, rng):
    x, w = rng.integers(1, 9, (1, 4, 4, 1)), rng.integers(1, 9, (2, 2, 1, 3))
    widget = root(show(TraceView(c.trace_conv2d(x, w), 2, "network")))  # z[0,0,2], filter 2
    found = looks(widget)
    plain = [look for look in found.values() if next(iter(look))[1] is None]
    assert len(found) == 12
    assert len(plain) == 3
    assert len({look for (look,) in found.values() if look[1] is not None}) == 9
    tags = widget.locator(".cnn-tag").all_text_contents()
    named = [tag for tag in tags if "w[" in tag]
    assert named
    for tag in named:
        value, a, b, k = re.fullmatch(r"(\d+) w\[(\d),(\d),(\d)\]", tag).groups()
        assert w[int(a), int(b), 0, int(k)] == int(value)


@pytest.mark.parametrize("bias", [None, [10, -20, 30]])
def test_the_bias_has_a_circle_and_a_wire_to_each_of_its_outputs(show, bias, rng):
    x, w = rng.integers(-9, 10, (2, 4)).astype(float), rng.integers(-9, 10, (4, 3)).astype(float)
    widget = root(show(TraceView(c.trace_dense(x, w, bias), 4, "network")))  # z[1,1]
    lit = widget.locator(".cnn-wire.cnn-on").count()
    if bias is None:
        assert widget.locator(".cnn-node[data-operand=b]").count() == 0
        assert lit == 4
        return
    nodes = widget.locator(".cnn-node[data-operand=b]")
    assert nodes.all_text_contents() == ["10", "−20", "30"]
    assert widget.locator(".cnn-node.cnn-on[data-operand=b]").all_text_contents() == ["−20"]
    assert lit == 5
    assert widget.locator(".cnn-wire:not(.cnn-on)").count() == 2 * 4 * 3 + 2 * 3
    ends = "nodes => nodes.map((n) => [n.y1.baseVal.value, n.y2.baseVal.value])"
    wires = widget.locator(".cnn-wire.cnn-on").evaluate_all(ends)
    lit = "nodes => nodes.map((n) => parseFloat(getComputedStyle(n).top))"
    heights = widget.locator(".cnn-wires .cnn-node.cnn-on").evaluate_all(lit)
    starts = sorted(y for y, _ in wires)  # four inputs and the bias
    assert starts == pytest.approx(sorted(heights[:-1]), abs=0.01)
    assert [y for _, y in wires] == pytest.approx([heights[-1]] * 5, abs=0.01)
    cell(widget, "b", "1", "network").focus()
    widget.page.keyboard.type("8")
    widget.page.keyboard.press("Enter")
    z = c.dense(x, w, np.array([10, 8, 30]))
    assert sentence(widget).endswith(f" + 8 = {z[1, 1]:g}".replace("-", "−"))


def test_large_and_tiny_numbers_fit_their_cells(show):
    x = np.array([[123456.789, -1234567.0], [0.000012345, -98765.4321]]).reshape(1, 2, 2, 1)
    widget = root(show(TraceView(c.trace_conv2d(x, np.ones((1, 1, 1, 1))))))
    found = widget.locator(".cnn-window [data-operand=x]")
    assert found.all_text_contents() == ["1.23e5", "−1.23e6", "1.23e−5", "−98765"]
    too_wide = "nodes => nodes.filter((n) => n.scrollWidth > n.clientWidth).length"
    assert found.evaluate_all(too_wide) == 0
    sizes = found.evaluate_all(
        "nodes => nodes.map((n) => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert min(sizes) >= 9
    edit(widget, "x", "0,0,0,0", "123457.5")  # the field shows and takes every digit
    assert "123457.5" in sentence(widget)


def test_a_single_weight_has_no_index(show):
    view = NudgeView(c.trace_dense([[2]], [[3]], [1]), target=[[6]], operand="w")
    widget = show(view).page.locator("[data-widget=nudge-view]")
    assert widget.locator(".cnn-sentence").inner_text().startswith("w = 3, loss = 0.5.")
    first = root(show(TraceView(c.trace_dense([[2]], [[3]], [1]))))
    press(first, "Forward")
    assert sentence(first) == "z = 2·3 + 1 = 7"
