"""Convolutions as rules: one line of index arithmetic, from which both gradients follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    groups: int = 1,
    flip: bool = False,
) -> IndexRule:
    """``z[n, i, j, k] = b[k] + Σ x[n, s·i + d·a - p, s·j + d·b - p, c] · w[a, b, c, k]``.

    With groups, input and output channels are counted group by group: ``g * c_in + c`` and
    ``g * c_out + k``, where c_in and c_out are the channels of one group.
    """
    *kernel, c_in, c_out = shapes["w"]
    axes = len(kernel)
    window = Window.of(tuple(kernel), stride, padding, dilation, axes=axes)
    places, taps = "ij"[:axes], "ab"[:axes]
    slides = [_slide(window, d, places[d], taps[d], flip=flip) for d in range(axes)]
    several = groups > 1
    channel: Any = AffineIndex({"g": c_in, "c": 1}) if several else "c"
    filters: Any = AffineIndex({"g": c_out // groups, "k": 1}) if several else "k"
    out = index(["n", *places, filters])
    kernels = index([*taps, "c", filters])
    products = TermGroup(out, {"x": index(["n", *slides, channel]), "w": kernels})
    bias = TermGroup(out, {"b": index([filters])})
    order = ("n", *places, *("g" * several), "k", *taps, "c")
    return IndexRule(
        order, (products, bias) if "b" in shapes else (products,), {"g": groups} if several else {}
    )


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
replace(
    CONV2D,
    shapes={"x": (2, 5, 4, 6), "w": (3, 2, 2, 9), "b": (9,)},
    options={"stride": (1, 2), "padding": (0, 1), "groups": 3},
).register("conv2d in groups")


def trace_conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flip: bool = False,
) -> Trace:
    """Spell out :func:`cnnlib.conv2d` wire by wire.

    Parameters
    ----------
    x, w, b, stride, padding, dilation, groups
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
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
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
    groups: int = 1,
    flip: bool = False,
) -> Trace:
    """Spell out :func:`cnnlib.conv1d` wire by wire.

    Parameters
    ----------
    x, w, b, stride, padding, dilation, groups
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
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    trace = CONV1D.trace(x, w, b, **geometry)
    if not flip:
        return trace
    shapes = {name: a.shape for name, a in trace.operands.items()}
    return _flipped("true convolution, 1-D", trace, _conv_rule(shapes, **geometry, flip=True))
