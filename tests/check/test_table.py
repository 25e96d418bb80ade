"""A function's own wires are read without any list of mistakes, and set beside the right ones."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlib import check
from cnnlib.check.table.drawing import trace_of
from tests.check.mistakes import avg_pool2d_backward as average
from tests.check.mistakes import conv2d_backward as conv
from tests.check.mistakes import dense_backward as dense
from tests.check.mistakes import max_pool2d_backward as pool
from tests.check.mistakes import relu_backward as relu

MODULES = {
    "conv2d_backward": conv,
    "dense_backward": dense,
    "avg_pool2d_backward": average,
    "max_pool2d_backward": pool,
    "relu_backward": relu,
}
RIGHT = [(name, label) for name, module in MODULES.items() for label in list(module.CORRECT)[:3]]


@pytest.mark.parametrize(("name", "label"), RIGHT)
def test_right_functions_have_right_wires(name: str, label: str) -> None:
    table = check.read_table(MODULES[name].CORRECT[label], name)
    assert table, table


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ("kernel not rotated", "yours: dx[2i − a + 2]   right: dx[2i + a]"),
        ("stride ignored", "yours: dx[i + a]   right: dx[2i + a]"),
        ("correlation arguments reversed", "yours: x[2i − a + 2]   right: x[2i + a]"),
        ("all four axes flipped", "yours: dx[…, −c + 1]   right: dx[…, c]"),
        ("padding cropped at one end", "yours: dx[i + a]   right: dx[i + a − 1]"),
        ("dw from the unpadded input", "yours: x[i + a]   right: x[i + a − 1]"),
        ("dx written with = tap by tap", "210 of 324 products arrive"),
    ],
)
def test_the_rule_of_a_mistake_is_read(label: str, line: str) -> None:
    table = check.read_table(conv.PLANTED[label][0], "conv2d_backward")
    assert not table
    assert line in str(table)


def test_a_report_tells_the_rule_and_draws_the_wire() -> None:
    report = check.conv2d_backward(conv.PLANTED["kernel not rotated"][0])
    assert "yours: dx[i − a + 2] right: dx[i + a]" in " ".join(str(report).split())
    html = report._repr_html_()
    assert "One wire: yours ends in dx[" in html
    assert "<figcaption>yours dx[" in html
    assert "<figcaption>right dx[" in html


def test_the_wires_of_a_trace_give_the_wrong_and_the_right_gradient(rng) -> None:
    wrong = conv.PLANTED["kernel not rotated"][0]
    table = check.read_table(wrong, "conv2d_backward")
    for whose, function in (("yours", wrong), ("right", conv.CORRECT["loops"])):
        trace = trace_of(table, "dx", whose)
        delta, w = trace.operands["delta"], trace.operands["w"]
        x = np.zeros((1, *trace.shape))
        dx = function(delta[None], x, w, **table.case.options)[0]
        np.testing.assert_allclose(trace.replay(), dx[0], rtol=1e-9, atol=1e-12)


def test_the_book_s_view_plays_both() -> None:
    yours, right = check.conv2d_backward(conv.PLANTED["kernel not rotated"][0]).views()
    assert yours.state["title"] == "dx, your wires"
    assert right.state["title"] == "dx, the right wires"


def test_what_cannot_be_read_is_said() -> None:
    softmax = check.read_table(lambda z, y: z - y, "softmax_cross_entropy_backward")
    assert "cannot be read: it is not linear" in str(softmax)
    crash = check.read_table(lambda delta, x, w: 1 / 0, "dense_backward")
    assert "it gives no arrays for single deltas" in str(crash)
    rng = np.random.default_rng(0)

    def dice(delta, x, w):
        return rng.normal(size=x.shape), x.T @ delta, delta.sum(axis=0)

    assert "another result each time" in str(check.read_table(dice, "dense_backward"))
    clipped = check.read_table(
        lambda d, x, w: (np.clip(d @ w.T, -1, 1), x.T @ d, d.sum(axis=0)), "dense_backward"
    )
    assert not clipped.parts["dx"]
    with pytest.raises(ValueError, match="is no exercise: choose from"):
        check.read_table(dice, "conv9d")


def test_a_gate_is_told_by_the_sign_of_z() -> None:
    table = check.read_table(lambda da, z: np.where(z > 0, da, 0.3 * da), "relu_backward")
    assert "yours: da times 1 where z > 0, times 0.3 where z < 0" in str(table)


def test_a_factor_is_told() -> None:
    table = check.read_table(
        lambda d, x, w: (3 * (d @ w.T), x.T @ d, -d.sum(axis=0)), "dense_backward"
    )
    assert "every product arrives 3 times" in str(table)
    assert "its sign flipped" in str(table)
