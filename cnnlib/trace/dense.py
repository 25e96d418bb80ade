"""The layers without a window: dense, bias and flatten."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._check import filled, floats
from cnnlib.trace.operation import Operation
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index, named_axes
from cnnlib.trace.trace import Trace


def _dense_rule(shapes: Mapping[str, tuple[int, ...]]) -> IndexRule:
    """``z[n, m] = b[m] + Σ x[n, q] · w[q, m]``."""
    products = TermGroup(index("nm"), {"x": index("nq"), "w": index("qm")})
    bias = TermGroup(index("nm"), {"b": index("m")})
    return IndexRule(tuple("nmq"), (products, bias) if "b" in shapes else (products,))


DENSE = Operation(
    "dense",
    forward=ops.dense,
    backward=lambda delta, x, w, b=None: ops.dense_backward(delta, x, w),
    rule=_dense_rule,
    shapes={"x": (2, 3), "w": (3, 4), "b": (4,)},
).register()


def trace_dense(x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None) -> Trace:
    """Spell out :func:`cnnlib.dense`: every input is wired to every output, nothing is shared.

    Parameters
    ----------
    x, w, b
        As for :func:`cnnlib.dense`: shapes (N, M_in), (M_in, M_out), (M_out,).

    Returns
    -------
    Trace
        Operands ``x``, ``w`` and, where given, ``b``; result ``z`` of shape (N, M_out).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.dense` does.

    Notes
    -----
    Derived in the chapter ``mlp_deltas``.

    Examples
    --------
    >>> trace_dense([[1, 2]], [[3, 4, 5], [6, 7, 8]], [10, 20, 30]).replay()
    array([[25., 38., 51.]])
    """
    return DENSE.trace(x, w, b)


def trace_bias(x: ArrayLike, b: ArrayLike) -> Trace:
    """Spell out adding one bias per channel: ``z = x + b`` along the last axis.

    Parameters
    ----------
    x : array_like of shape (N, …, C)
        Any batch.
    b : array_like of shape (C,)
        One bias per channel.

    Returns
    -------
    Trace
        Operands ``x`` and ``b``; result ``z`` of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``b`` does not have one number per channel.

    Notes
    -----
    Its gradient ``db`` is the sum of delta over everything but the channel: ``kernel_gradient``.

    Examples
    --------
    >>> trace_bias([[1, 2]], [10, 20]).replay()
    array([[11., 22.]])
    """
    x, b = floats(x, "x"), floats(b, "b")
    if x.ndim == 0 or b.shape != x.shape[-1:]:
        raise ValueError(f"b has shape {b.shape} but x has shape {x.shape}: give one per channel")
    axes = named_axes(x.ndim)
    groups = (
        TermGroup(index(axes), {"x": index(axes)}),
        TermGroup(index(axes), {"b": index(axes[-1])}),
    )
    return Trace("bias", {"x": x, "b": b}, x.shape, IndexRule(tuple(axes), groups), symbol="+")


def trace_flatten(x: ArrayLike) -> Trace:
    """Spell out flattening: every cell is copied once, in row order.

    Parameters
    ----------
    x : array_like of shape (N, …)
        A batch of any shape.

    Returns
    -------
    Trace
        Operand ``x``; result ``z`` of shape (N, product of the other sizes).

    Raises
    ------
    ValueError
        If ``x`` has fewer than two axes.

    Notes
    -----
    The way back is the same list of wires: chapter ``flatten``.

    Examples
    --------
    >>> trace_flatten(np.arange(6).reshape(1, 2, 3, 1)).replay()
    array([[0., 1., 2., 3., 4., 5.]])
    """
    x = floats(x, "x")
    if x.ndim < 2:
        raise ValueError(f"x has shape {x.shape}: flatten needs a batch axis and one more")
    axes = named_axes(x.ndim)
    filled(x.shape, "x", " ".join(["N", *axes[1:]]))
    places = {a: int(np.prod(x.shape[d + 2 :])) for d, a in enumerate(axes[1:])}
    out = (AffineIndex({axes[0]: 1}), AffineIndex(places))
    shape = (x.shape[0], int(np.prod(x.shape[1:])))
    return Trace(
        "flatten", {"x": x}, shape, IndexRule(tuple(axes), (TermGroup(out, {"x": index(axes)}),))
    )
