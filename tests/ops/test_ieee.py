"""Infinities, NaN and numbers at the edge: the result is what IEEE 754 makes of it, in silence."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cnnlib
from cnnlib.ops.activations import ACTIVATIONS
from tests.ops.test_bad_input import WORKING

EDGES = np.array([np.inf, -np.inf, np.nan, 1.7e308, -1.7e308, 5e-324, -0.0, 0.0])


def cells(*shape: int) -> Any:
    """Return an array of edge cases and ordinary numbers, the same every time."""
    rng = np.random.default_rng(len(shape))
    values = rng.normal(size=shape)
    strange = rng.random(shape) < 0.5
    values[strange] = rng.choice(EDGES, strange.sum())
    return values


X, W, B = cells(2, 5, 4, 3), cells(2, 3, 3, 2), cells(2)
X1, W1 = cells(2, 6, 3), cells(2, 3, 2)
CALLS: dict[str, Callable[[], Any]] = {
    "conv2d": lambda: cnnlib.conv2d(X, W, B, padding=1),
    "conv2d_backward": lambda: cnnlib.conv2d_backward(cells(2, 4, 2, 2), X, W),
    "conv2d_input_grad": lambda: cnnlib.conv2d_input_grad(cells(2, 4, 2, 2), W, X.shape),
    "conv2d_kernel_grad": lambda: cnnlib.conv2d_kernel_grad(cells(2, 4, 2, 2), X, (2, 3)),
    "conv2d_transpose": lambda: cnnlib.conv2d_transpose(cells(2, 4, 2, 2), W),
    "conv2d_transpose_backward": lambda: cnnlib.conv2d_transpose_backward(
        cells(2, 5, 4, 3), cells(2, 4, 2, 2), W
    ),
    "conv1d": lambda: cnnlib.conv1d(X1, W1, B),
    "conv1d_backward": lambda: cnnlib.conv1d_backward(cells(2, 5, 2), X1, W1),
    "conv1d_input_grad": lambda: cnnlib.conv1d_input_grad(cells(2, 5, 2), W1, X1.shape),
    "conv1d_kernel_grad": lambda: cnnlib.conv1d_kernel_grad(cells(2, 5, 2), X1, 2),
    "dense": lambda: cnnlib.dense(cells(4, 3), cells(3, 2), B),
    "dense_backward": lambda: cnnlib.dense_backward(cells(4, 2), cells(4, 3), cells(3, 2)),
    "max_pool2d": lambda: cnnlib.max_pool2d(X, 2),
    "max_pool2d_backward": lambda: cnnlib.max_pool2d_backward(cells(2, 2, 2, 3), X, 2),
    "avg_pool2d": lambda: cnnlib.avg_pool2d(X, 2),
    "avg_pool2d_backward": lambda: cnnlib.avg_pool2d_backward(cells(2, 2, 2, 3), X, 2),
    "rot180": lambda: cnnlib.rot180(W),
    "dilate": lambda: cnnlib.dilate(X, 2),
    "pad2d": lambda: cnnlib.pad2d(X, 1),
}
for _name in ACTIVATIONS:
    _back = f"{_name}_backward"
    CALLS[_name] = lambda f=_name: getattr(cnnlib, f)(X)
    CALLS[_back] = lambda f=_back: getattr(cnnlib, f)(cells(9, 8), cells(9, 8)[::-1])
#: The logits of a softmax must be finite, and sizes are whole numbers.
REFUSE = {
    "softmax",
    "log_softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "output_size",
}


def strange(name: str) -> Any:
    """Call an operation of the table of calls that work, with strange numbers."""
    call = WORKING[name]
    return call.run(name, **{key: cells(*shape) for key, shape in call.arrays.items()})


for _name in sorted(set(WORKING) - set(CALLS) - REFUSE):
    CALLS[_name] = lambda f=_name: strange(f)


def test_every_operation_is_here() -> None:
    functions = {n for n in cnnlib.ops.__all__ if inspect.isfunction(getattr(cnnlib, n))}
    assert functions - REFUSE == set(CALLS)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_warning_of_numpy_escapes(call: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_single_number_gives_an_array_without_axes(name: str) -> None:
    forward, backward = getattr(cnnlib, name), getattr(cnnlib, f"{name}_backward")
    for result in (forward(0.5), backward(2.0, 0.5)):
        assert isinstance(result, np.ndarray)
        assert result.shape == ()
