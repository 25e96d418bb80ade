"""A check that cannot fail proves nothing: each planted bug is seen by the comparison with ops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cnnlib.trace import Dim, Trace
from tests.ops.geometries import CONV2D
from tests.trace import operations as op


def broken(trace: Trace, change: Callable[[Dim], Dim]) -> Trace:
    """The same trace with one index of its rule written down wrongly."""
    group, *rest = trace.rule.groups
    n, rows, *others = group.cells["x"]
    cells = {**group.cells, "x": (n, change(rows), *others)}
    rule = replace(trace.rule, groups=(replace(group, cells=cells), *rest))
    return Trace(trace.op, trace.operands, trace.shape, rule)


MISTAKES: dict[str, Callable[[Dim], Dim]] = {
    "taps counted from the end": lambda dim: Dim({**dim.axes, "a": -dim.axes["a"]}, dim.pad),
    "padding behind instead of in front": lambda dim: Dim(dim.axes, dim.pad[::-1]),
    "stride and dilation swapped": lambda dim: Dim(
        {"i": dim.axes["a"], "a": dim.axes["i"]}, (7, 9)
    ),
}


@pytest.mark.parametrize("change", MISTAKES.values(), ids=MISTAKES)
def test_a_rule_with_a_mistake_is_seen_failing(
    change: Callable[[Dim], Dim], rng: np.random.Generator
) -> None:
    pair = op.conv(CONV2D["everything"], rng, bias=True, flip=False)
    op.agrees(pair, rng)
    with pytest.raises((AssertionError, ValueError)):
        op.agrees(pair._replace(trace=broken(pair.trace, change)), rng)


def test_ties_read_forwards_only_are_seen_failing(rng: np.random.Generator) -> None:
    pair = op.pool("max", rng.integers(0, 2, (1, 4, 4, 2)), 2, {}, ties="all")
    op.agrees(pair, rng)
    rows = [replace(group, back=None) for group in pair.trace.terms]
    with pytest.raises(AssertionError, match="gradient of x"):
        op.agrees(
            pair._replace(trace=Trace("pool", pair.trace.operands, pair.trace.shape, rows)), rng
        )


def test_a_forgotten_slope_is_seen_failing(rng: np.random.Generator) -> None:
    pair = op.elementwise("sigmoid", rng.normal(size=(2, 3)))
    wrong = pair._replace(grads=lambda delta: {"z": delta})
    with pytest.raises(AssertionError, match="gradient of z"):
        op.agrees(wrong, rng)
