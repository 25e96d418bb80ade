"""What is no trace is refused with the name, the numbers and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.trace import Dim, Group, Rule, Terms, Trace
from cnnlib.trace.rule import index

X = {"x": np.arange(6.0)}
WINDOW = Dim({"i": 2, "a": 1})
SLIDE = Group(index("i"), {"x": (WINDOW,), "w": index("a")})


def explicit(**changes: Any) -> Trace:
    rows = {"out": [0, 1], "cells": {"x": [0, 5]}} | changes
    return Trace("toy", X, (2,), Terms(**rows))


def ruled(*groups: Group, order: Any = ("i", "a"), sizes: Any = None, shape: Any = (2,)) -> Trace:
    operands = {**X, "w": np.ones(3)}
    return Trace("toy", operands, shape, Rule(order, groups or (SLIDE,), sizes or {}))


def test_the_examples_below_are_good_before_they_are_spoilt() -> None:
    np.testing.assert_array_equal(explicit().replay(), [0, 5])
    np.testing.assert_array_equal(ruled().replay(), [3, 9])


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "a cell beyond the array": (
        lambda: explicit(cells={"x": [0, 6]}),
        r"toy.*cell 6 of x, which has 6",
    ),
    "a negative cell": (lambda: explicit(cells={"x": [0, -1]}), "cell -1 of x"),
    "an output beyond the result": (
        lambda: explicit(out=[0, 2]),
        "cell 2 of the result, which has 2",
    ),
    "an unknown operand": (lambda: explicit(cells={"q": [0, 1]}), "'q', which is not among"),
    "columns of two lengths": (
        lambda: explicit(cells={"x": [0]}),
        r"cells\['x'\] has 1 rows but out has 2",
    ),
    "half a cell": (lambda: explicit(cells={"x": [0.5, 1]}), "whole cell numbers"),
    "a table of cells": (lambda: explicit(out=[[0], [1]]), r"1-D column.*\(2, 1\)"),
    "too many coefficients": (
        lambda: explicit(coef=[1, 2, 3]),
        r"coef has shape \(3,\) but out has 2",
    ),
    "back of another length": (lambda: explicit(back=[1]), "back has shape"),
    "no rows at all": (lambda: Trace("toy", X, (2,), ["row"]), "Rule or made of Terms"),
    "complex numbers": (lambda: Trace("toy", {"x": [1j]}, (1,), ()), "x must hold real numbers"),
    "half a shape": (lambda: Trace("toy", X, (0.5,), ()), "shape must be made of whole"),
    "a negative shape": (lambda: Trace("toy", X, (-1,), ()), "shape must be at least 0"),
    "result called like an operand": (
        lambda: Trace("toy", X, (1,), (), out="x"),
        "both called 'x'",
    ),
    "an array without a symbol": (lambda: Trace("toy", {"": [1]}, (1,), ()), "needs a symbol"),
    "an unknown function": (lambda: Trace("toy", X, (1,), (), post="sin"), "post='sin'.*tanh"),
    "a layout of three axes": (
        lambda: Trace("toy", X, (1,), (), layout={"x": (0, 1, 2)}),
        "layout of x",
    ),
    "a layout of words": (
        lambda: Trace("toy", X, (1,), (), layout={"x": ("0", None)}),
        "layout of x",
    ),
    "a rule for another shape": (lambda: ruled(shape=(3,)), r"toy.*shape \(2,\), not \(3,\)"),
    "a rule of another rank": (lambda: ruled(shape=(2, 1)), "do not fit"),
    "a rule with an unknown operand": (
        lambda: ruled(Group(index("i"), {"q": index("i")})),
        "'q'.*operands",
    ),
    "a rule with an index too many": (
        lambda: ruled(Group(index("i"), {"x": index("ia")})),
        "x 2 indices",
    ),
    "an axis of two lengths": (
        lambda: ruled(Group(index("i"), {"x": index("i"), "w": index("i")}), shape=(6,)),
        "'i' is 6 long elsewhere but 3 in w",
    ),
    "two unknown axes": (lambda: ruled(Group(index("i"), {"x": (WINDOW,)})), "indexed by i and a"),
    "an axis without length": (
        lambda: ruled(Group(index("a"), {"x": index("i")})),
        "axes a have no length",
    ),
    "an axis out of order": (lambda: ruled(order=("i",)), "lacks the axes a"),
    "a group that reaches further": (
        lambda: ruled(SLIDE, Group(index("k"), {"x": index("k")}), order="iak"),
        r"reach over \(6,\) do not fit a result of shape \(2,\)",
    ),
    "a padded output": (
        lambda: ruled(replace(SLIDE, out=(Dim({"i": 1}, (1, 0)),))),
        "no pad there",
    ),
    "a rule without terms": (lambda: Rule(("i",), ()), "at least one group"),
    "a size that is not whole": (lambda: ruled(sizes={"a": 1.5}), "size of axis 'a'"),
    "a coefficient of 0": (lambda: Dim({"i": 0}), "'i' is 0: leave the axis out"),
    "half a coefficient": (lambda: Dim({"i": 0.5}), "axis 'i'.*whole"),
    "a pad of one number": (lambda: Dim({"i": 1}, (1,)), r"pad must be \(before, after\)"),
    "a winner nobody reads": (
        lambda: replace(SLIDE, coef={"winner": "q", "ties": "first"}),
        "x, w.*'q'",
    ),
    "an unknown tie policy": (lambda: replace(SLIDE, coef={"winner": "x", "ties": "last"}), "last"),
    "an unknown coefficient": (lambda: replace(SLIDE, coef={"square": "x"}), "square"),
    "an infinite coefficient": (lambda: replace(SLIDE, coef=np.inf), "finite number, got inf"),
}


@pytest.mark.parametrize(("make", "says"), BAD.values(), ids=BAD)
def test_refused(make: Callable[[], Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        make()


BAD_CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "kernel too large": (
        lambda: c.trace_conv2d(np.ones((1, 4, 4, 1)), np.ones((5, 5, 1, 1))),
        "5x5.*4x4",
    ),
    "kernel too flat": (
        lambda: c.trace_conv2d(np.ones((1, 4, 4, 1)), np.ones(5), flip=True),
        "w must have 4",
    ),
    "1-D kernel too flat": (
        lambda: c.trace_conv1d(np.ones((1, 4, 1)), 5, flip=True),
        "w must have 3",
    ),
    "wrong channels": (
        lambda: c.trace_conv1d(np.ones((1, 4, 2)), np.ones((2, 1, 1))),
        "2 channels",
    ),
    "wrong tie policy": (lambda: c.trace_max_pool2d(np.ones((1, 4, 4, 1)), 2, ties="last"), "ties"),
    "wrong window": (lambda: c.trace_avg_pool2d(np.ones((1, 4, 4, 1)), 5), "5x5"),
    "wrong dense": (lambda: c.trace_dense(np.ones((1, 4)), np.ones((3, 2))), "4.*3"),
    "wrong bias": (lambda: c.trace_bias(np.ones((1, 4)), [1, 2]), "one per channel"),
    "bias of a number": (lambda: c.trace_bias(1, 1), "one per channel"),
    "flat already": (lambda: c.trace_flatten([1, 2]), "one more"),
    "nothing to flatten": (lambda: c.trace_flatten(np.ones((2, 0, 3))), "empty along"),
    "five axes": (lambda: c.trace_relu(np.ones((1, 1, 1, 1, 1))), "at most 4"),
    "words": (lambda: c.trace_relu(["a"]), "real numbers"),
    "labels that are no shares": (
        lambda: c.trace_softmax_cross_entropy([[1, 2]], [[1, 1]]),
        "sum to 1",
    ),
    "logits that are not finite": (lambda: c.trace_softmax([[np.nan]]), "finite"),
}


@pytest.mark.parametrize(("make", "says"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_input_is_refused(make: Callable[[], Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        make()
