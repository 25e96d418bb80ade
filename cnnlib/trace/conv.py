"""Convolutions as rules: one line of index arithmetic, from which both gradients follow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib import ops
from cnnlib.ops._window import Window
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace

Operands = dict[str, NDArray[Any]]
CROSS_CORRELATION, CONVOLUTION = "⋆", "∗"


def trace_conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    flip: bool = False,
) -> Trace:
    """Spell out :func:`cnnlib.conv2d` wire by wire.

    Parameters
    ----------
    x, w, b, stride, padding, dilation
        As for :func:`cnnlib.conv2d`: shapes (N, H, W, C), (KH, KW, C_in, C_out), (C_out,).
    flip : bool, default False
        Compute the true convolution, whose kernel is reversed along rows and columns.

    Returns
    -------
    Trace
        Operands ``x``, ``w`` and, where given, ``b``; result ``z`` of shape (N, OH, OW, C_out).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.conv2d` does. Reading more than 10 000 terms is refused by the trace.

    Notes
    -----
    ``z[n, i, j, k] = b[k] + sum over a, b, c of x[n, row, column, c] * w[a, b, c, k]`` with
    ``row = s*i + d*a - p`` and ``column = s*j + d*b - p``; a true convolution counts the taps a, b
    from the end. Derived in the chapters ``convolution_2d`` and ``weight_sharing``.

    Examples
    --------
    >>> x, w = np.arange(1, 10).reshape(1, 3, 3, 1), np.arange(1, 5).reshape(2, 2, 1, 1)
    >>> trace = trace_conv2d(x, w)
    >>> trace.replay()[0, :, :, 0]
    array([[37., 47.],
           [67., 77.]])
    >>> trace.backward([[[[1], [10]], [[100], [1000]]]], "x").replay()[0, 1, :, 0]
    array([ 103., 1234., 2040.])
    """
    operands = _operands(x, w, b)
    shape = ops.conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation).shape
    window = Window.of(operands["w"].shape[:2], stride, padding, dilation)
    rows = _slide(window, 0, "i", "a", flip=flip)
    cols = _slide(window, 1, "j", "b", flip=flip)
    rule = _rule(operands, "nijkabc", {"x": ["n", rows, cols, "c"], "w": "abck"}, "nijk")
    layout = {"x": (1, 2), "w": (0, 1), "b": (None, 0), "z": (1, 2)}
    symbol = CONVOLUTION if flip else CROSS_CORRELATION
    name = "true convolution" if flip else "conv2d"
    return Trace(name, operands, shape, rule, layout=layout, symbol=symbol)


def trace_conv1d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    flip: bool = False,
) -> Trace:
    """Spell out :func:`cnnlib.conv1d` wire by wire.

    Parameters
    ----------
    x, w, b, stride, padding, dilation
        As for :func:`cnnlib.conv1d`: shapes (N, L, C), (K, C_in, C_out), (C_out,).
    flip : bool, default False
        Compute the true convolution, whose kernel is reversed.

    Returns
    -------
    Trace
        Operands ``x``, ``w`` and, where given, ``b``; result ``z`` of shape (N, OL, C_out).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.conv1d` does.

    Notes
    -----
    Derived in the chapter ``convolution_1d``.

    Examples
    --------
    >>> x, w = np.reshape([2, 0, -1, 3, 1], (1, 5, 1)), np.reshape([1, 2, 3], (3, 1, 1))
    >>> trace_conv1d(x, w).replay().ravel()
    array([-1.,  7.,  8.])
    >>> trace_conv1d(x, w, flip=True).replay().ravel()
    array([5., 1., 4.])
    """
    operands = _operands(x, w, b)
    shape = ops.conv1d(x, w, b, stride=stride, padding=padding, dilation=dilation).shape
    window = Window.of(operands["w"].shape[0], stride, padding, dilation, axes=1)
    along = _slide(window, 0, "i", "a", flip=flip)
    rule = _rule(operands, "nikac", {"x": ["n", along, "c"], "w": "ack"}, "nik")
    layout = {"x": (None, 1), "w": (None, 0), "b": (None, 0), "z": (None, 1)}
    symbol = CONVOLUTION if flip else CROSS_CORRELATION
    name = "true convolution, 1-D" if flip else "conv1d"
    return Trace(name, operands, shape, rule, layout=layout, symbol=symbol)


def _operands(x: ArrayLike, w: ArrayLike, b: ArrayLike | None) -> Operands:
    found = {"x": np.asarray(x), "w": np.asarray(w)}
    return found if b is None else {**found, "b": np.asarray(b)}


def _slide(window: Window, axis: int, place: str, tap: str, *, flip: bool) -> AffineIndex:
    """Index ``stride * place + dilation * tap - padding``; a true convolution counts taps down."""
    d = window.dilation[axis]
    stride, padding = window.stride[axis], window.padding[axis]
    return AffineIndex.sliding(
        place, tap, stride=stride, dilation=-d if flip else d, padding=padding
    )


def _rule(operands: Operands, order: str, cells: dict[str, Any], out: str) -> IndexRule:
    products = TermGroup(index(out), {name: index(dims) for name, dims in cells.items()})
    bias = TermGroup(index(out), {"b": index("k")})
    return IndexRule(tuple(order), (products, bias) if "b" in operands else (products,))
