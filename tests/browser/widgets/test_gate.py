"""The backward pass of relu shows the gate: z, its mask, and what a change of z does to it."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets.test_contract import cell, edit, press, root, sentence

Z = np.array([[-2.5, 3, 0], [1, -4, 0.25]])
DELTA = np.array([[7.0, -5, 2], [0.5, 3, -6]])


def shown(widget, operand, attribute=""):
    """Return the texts, or an attribute, of the cells of an array in reading order."""
    cells = widget.locator(f".cnn-window [data-operand={operand}]").all()
    return [n.get_attribute(attribute) if attribute else n.text_content() for n in cells]


@pytest.mark.parametrize("reading", ["scatter", "gather"])
def test_the_mask_stands_at_every_z_and_follows_it(show, reading):
    widget = root(show(TraceView(c.trace_relu(Z), delta=DELTA, direction=f"dz-{reading}")))
    widget.get_by_role("slider", name="Step").fill("5")
    z = Z.copy()
    for at, typed in ((None, None), ((0, 0), "0.5"), ((1, 2), "0"), ((0, 1), "-3")):
        if at:
            edit(widget, "z", f"{at[0]},{at[1]}", typed)
            z[at] = float(typed)
        mask = [f"×{int(v > 0)}" for v in z.ravel()]
        assert shown(widget, "z", "data-partner") == mask
        expected = c.relu_backward(DELTA, z).ravel()
        found = [text.replace("−", "-") for text in shown(widget, "dz")]
        assert [float(text or "nan") for text in found] == list(expected)


def test_the_gate_is_a_factor_of_the_sentence(show):
    widget = root(show(TraceView(c.trace_relu(Z), delta=DELTA, direction="dz-gather")))
    assert sentence(widget) == "dz[0,0] = 7·[−2.5 > 0] = 0"
    edit(widget, "z", "0,0", "1")
    assert sentence(widget) == "dz[0,0] = 7·[1 > 0] = 7"
    press(widget, "dz, scatter")
    press(widget, "Next step")
    press(widget, "Next step")
    assert sentence(widget) == "delta[0,2] = 2 adds 2·[0 > 0] to dz[0,2]"
    assert widget.locator(".cnn-title").all_inner_texts() == ["dz", "[z > 0]", "delta"]
    cell(widget, "z", "0,2").focus()
    assert cell(widget, "z", "0,2").get_attribute("aria-label") == "z[0,2], 0, times 0"
