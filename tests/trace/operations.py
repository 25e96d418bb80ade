"""Every traced operation beside the one in `cnnlib.ops`: result, and gradient of each operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import cnnlib as c
from tests.ops.geometries import Geometry

Array = np.ndarray


class Pair(NamedTuple):
    """A trace, the result that `cnnlib.ops` computes, and its gradients for a delta."""

    trace: c.Trace
    result: Array
    grads: Callable[[Array], dict[str, Array]]


def conv(geometry: Geometry, rng: np.random.Generator, *, bias: bool, flip: bool) -> Pair:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[-1]) if bias else None
    axes = len(geometry.w) - 2
    turn = (lambda k: np.flip(k, tuple(range(axes)))) if flip else (lambda k: k)
    names = f"conv{axes}d"
    forward, backward = getattr(c, names), getattr(c, f"{names}_backward")

    def grads(delta: Array) -> dict[str, Array]:
        found = backward(delta, x, turn(w), **geometry.options)
        every = {"x": found.dx, "w": turn(found.dw), "b": found.db}
        return every if bias else {name: every[name] for name in "xw"}

    trace = getattr(c, f"trace_{names}")(x, w, b, flip=flip, **geometry.options)
    return Pair(trace, forward(x, turn(w), b, **geometry.options), grads)


def pool(kind: str, x: Array, kernel: Any, options: dict[str, Any], **ties: str) -> Pair:
    forward, backward = getattr(c, f"{kind}_pool2d"), getattr(c, f"{kind}_pool2d_backward")
    trace = getattr(c, f"trace_{kind}_pool2d")(x, kernel, **options, **ties)
    return Pair(
        trace,
        forward(x, kernel, **options),
        lambda delta: {"x": backward(delta, x, kernel, **options, **ties)},
    )


def dense(n: int, rng: np.random.Generator, *, bias: bool = True) -> Pair:
    x, w = rng.normal(size=(n, 5)), rng.normal(size=(5, 3))
    b = rng.normal(size=3) if bias else None

    def grads(delta: Array) -> dict[str, Array]:
        every = c.dense_backward(delta, x, w)._asdict()
        return {name[1:]: grad for name, grad in every.items() if bias or name != "db"}

    return Pair(c.trace_dense(x, w, b), c.dense(x, w, b), grads)


def bias(x: Array, rng: np.random.Generator) -> Pair:
    b = rng.normal(size=x.shape[-1])
    summed = tuple(range(x.ndim - 1))
    return Pair(c.trace_bias(x, b), x + b, lambda delta: {"x": delta, "b": delta.sum(axis=summed)})


def flatten(x: Array) -> Pair:
    flat = (len(x), int(np.prod(x.shape[1:])))
    return Pair(c.trace_flatten(x), x.reshape(flat), lambda delta: {"x": delta.reshape(x.shape)})


def elementwise(name: str, z: Array) -> Pair:
    backward = getattr(c, f"{name}_backward")
    trace = getattr(c, f"trace_{name}")(z)
    return Pair(trace, getattr(c, name)(z), lambda delta: {"z": backward(delta, z)})


def agrees(pair: Pair, rng: np.random.Generator) -> None:
    """Fail unless trace and operation agree in the result and in the gradient of every operand."""
    before = {name: a.copy() for name, a in pair.trace.operands.items()}
    close(pair.trace.replay(), pair.result, "the result")
    delta = rng.normal(size=pair.result.shape)
    kept = delta.copy()
    expected = pair.grads(delta)
    assert expected.keys() == pair.trace.operands.keys()
    for name, grad in expected.items():
        close(pair.trace.backward(delta, name).replay(), grad, f"the gradient of {name}")
    np.testing.assert_array_equal(delta, kept, err_msg="delta was modified")
    for name, values in before.items():
        np.testing.assert_array_equal(pair.trace.operands[name], values, err_msg=name)


def close(actual: Array, expected: Array, what: str = "") -> None:
    assert actual.shape == expected.shape, what
    assert actual.dtype == np.float64
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12, err_msg=what)
