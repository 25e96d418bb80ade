"""Pooling as rules: a maximum is the term of the winner, an average a constant share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._check import word
from cnnlib.ops._window import Window
from cnnlib.trace.coefficients import TIES
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace


def trace_max_pool2d(
    x: ArrayLike, kernel_size: Any, *, stride: Any = None, padding: Any = 0, ties: str = "first"
) -> Trace:
    """Spell out :func:`cnnlib.max_pool2d`: the winner counts once, the losers not at all.

    Parameters
    ----------
    x : array_like of shape (N, H, W, C)
        Batch of feature maps.
    kernel_size, stride, padding, ties
        As for :func:`cnnlib.max_pool2d_backward`.

    Returns
    -------
    Trace
        Operand ``x``; result ``z`` of shape (N, OH, OW, C).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.max_pool2d` and its backward pass do.

    Notes
    -----
    Derived in the chapter ``pooling``.

    Examples
    --------
    >>> x = np.array([[1, 3], [3, 0]]).reshape(1, 2, 2, 1)
    >>> for ties in ("first", "split", "all"):
    ...     print(ties, trace_max_pool2d(x, 2, ties=ties).backward([[[[1]]]], "x").replay().ravel())
    first [0. 1. 0. 0.]
    split [0.  0.5 0.5 0. ]
    all [0. 1. 1. 0.]
    """
    word(ties, "ties", TIES)
    z = ops.max_pool2d(x, kernel_size, stride=stride, padding=padding)
    coef = {"winner": "x", "ties": ties}
    return _pool("max_pool2d", x, z.shape, (kernel_size, stride, padding), coef)


def trace_avg_pool2d(
    x: ArrayLike, kernel_size: Any, *, stride: Any = None, padding: Any = 0
) -> Trace:
    """Spell out :func:`cnnlib.avg_pool2d`: every cell of a window counts one n-th.

    Parameters
    ----------
    x : array_like of shape (N, H, W, C)
        Batch of feature maps.
    kernel_size, stride, padding
        As for :func:`cnnlib.avg_pool2d`; padded zeros are counted.

    Returns
    -------
    Trace
        Operand ``x``; result ``z`` of shape (N, OH, OW, C).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.avg_pool2d` does.

    Notes
    -----
    Derived in the chapter ``pooling``.

    Examples
    --------
    >>> x = np.arange(1, 17).reshape(1, 4, 4, 1)
    >>> trace_avg_pool2d(x, 2).replay().ravel()
    array([ 3.5,  5.5, 11.5, 13.5])
    """
    z = ops.avg_pool2d(x, kernel_size, stride=stride, padding=padding)
    return _pool("avg_pool2d", x, z.shape, (kernel_size, stride, padding), {"share": ["a", "b"]})


def _pool(op: str, x: ArrayLike, shape: Any, geometry: Any, coef: Any) -> Trace:
    kernel_size, stride, padding = geometry
    window = Window.of(kernel_size, kernel_size if stride is None else stride, padding, 1)
    rows = AffineIndex.sliding("i", "a", stride=window.stride[0], padding=window.padding[0])
    cols = AffineIndex.sliding("j", "b", stride=window.stride[1], padding=window.padding[1])
    group = TermGroup(index("nijc"), {"x": index(["n", rows, cols, "c"])}, coef)
    sizes = {"a": window.kernel[0], "b": window.kernel[1]}
    rule = IndexRule(tuple("nijcab"), (group,), sizes)
    return Trace(op, {"x": np.asarray(x)}, shape, rule, layout={"x": (1, 2), "z": (1, 2)})
