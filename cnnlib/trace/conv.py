"""Convolutions as rules: one line of index arithmetic, from which both gradients follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._window import Window
from cnnlib.trace.operation import Operation
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace

CROSS_CORRELATION, CONVOLUTION = "⋆", "∗"


def _conv_rule(
    shapes: Mapping[str, tuple[int, ...]],
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    flip: bool = False,
) -> IndexRule:
    """``z[n, i, j, k] = b[k] + Σ x[n, s·i + d·a - p, s·j + d·b - p, c] · w[a, b, c, k]``."""
    axes = len(shapes["w"]) - 2
    window = Window.of(shapes["w"][:axes], stride, padding, dilation, axes=axes)
    places, taps = "ij"[:axes], "ab"[:axes]
    slides = [_slide(window, d, places[d], taps[d], flip=flip) for d in range(axes)]
    out = index(["n", *places, "k"])
    products = TermGroup(out, {"x": index(["n", *slides, "c"]), "w": index([*taps, "c", "k"])})
    bias = TermGroup(out, {"b": index("k")})
    groups = (products, bias) if "b" in shapes else (products,)
    return IndexRule(("n", *places, "k", *taps, "c"), groups)


def _slide(window: Window, axis: int, place: str, tap: str, *, flip: bool) -> AffineIndex:
    """Index ``stride * place + dilation * tap - padding``; a true convolution counts taps down."""
    d = window.dilation[axis]
    return AffineIndex.sliding(
        place,
        tap,
        stride=window.stride[axis],
        dilation=-d if flip else d,
        padding=window.padding[axis],
    )


def _flipped(name: str, trace: Trace, rule: IndexRule) -> Trace:
    """Return the true convolution: the same arrays, the kernel reversed, and another sign."""
    return Trace(name, trace.operands, trace.shape, rule, layout=trace.layout, symbol=CONVOLUTION)


CONV2D = Operation(
    "conv2d",
    forward=ops.conv2d,
    backward=lambda delta, x, w, b=None, **options: ops.conv2d_backward(delta, x, w, **options),
    rule=_conv_rule,
    shapes={"x": (2, 7, 6, 2), "w": (3, 2, 2, 3), "b": (3,)},
    options={"stride": (2, 1), "padding": ((2, 1), (0, 1)), "dilation": (1, 2)},
    layout={"x": (1, 2), "w": (0, 1), "b": (None, 0), "z": (1, 2)},
    symbol=CROSS_CORRELATION,
).register()


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
    >>> import numpy as np
    >>> x, w = np.arange(1, 10).reshape(1, 3, 3, 1), np.arange(1, 5).reshape(2, 2, 1, 1)
    >>> trace = trace_conv2d(x, w)
    >>> trace.replay()[0, :, :, 0]
    array([[37., 47.],
           [67., 77.]])
    >>> trace.backward([[[[1], [10]], [[100], [1000]]]], "x").replay()[0, 1, :, 0]
    array([ 103., 1234., 2040.])
    """
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    trace = CONV2D.trace(x, w, b, **geometry)
    if not flip:
        return trace
    shapes = {name: a.shape for name, a in trace.operands.items()}
    return _flipped("true convolution", trace, _conv_rule(shapes, **geometry, flip=True))


CONV1D = Operation(
    "conv1d",
    forward=ops.conv1d,
    backward=lambda delta, x, w, b=None, **options: ops.conv1d_backward(delta, x, w, **options),
    rule=_conv_rule,
    shapes={"x": (2, 9, 2), "w": (3, 2, 4), "b": (4,)},
    options={"stride": 2, "padding": (2, 1), "dilation": 3},
    layout={"x": (None, 1), "w": (None, 0), "b": (None, 0), "z": (None, 1)},
    symbol=CROSS_CORRELATION,
).register()


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
    >>> import numpy as np
    >>> x, w = np.reshape([2, 0, -1, 3, 1], (1, 5, 1)), np.reshape([1, 2, 3], (3, 1, 1))
    >>> trace_conv1d(x, w).replay().ravel()
    array([-1.,  7.,  8.])
    >>> trace_conv1d(x, w, flip=True).replay().ravel()
    array([5., 1., 4.])
    """
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    trace = CONV1D.trace(x, w, b, **geometry)
    if not flip:
        return trace
    shapes = {name: a.shape for name, a in trace.operands.items()}
    return _flipped("true convolution, 1-D", trace, _conv_rule(shapes, **geometry, flip=True))
