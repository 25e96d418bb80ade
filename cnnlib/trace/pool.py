"""Pooling as rules: a maximum is the term of the winner, an average a constant share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._check import word
from cnnlib.ops._window import Window
from cnnlib.trace.coefficients import TIES
from cnnlib.trace.operation import Operation
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace


def _pool_rule(
    shapes: Mapping[str, tuple[int, ...]],
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    **how: Any,
) -> IndexRule:
    """``z[n, i, j, c]`` of the cells ``x[n, s·i + a - p, s·j + b - p, c]``: winner or share."""
    window = Window.of(kernel_size, kernel_size if stride is None else stride, padding, 1)
    rows, cols = (
        AffineIndex.sliding(*names, stride=window.stride[d], padding=window.padding[d])
        for d, names in enumerate(("ia", "jb"))
    )
    coef = {"winner": "x", "ties": how["ties"]} if how else {"share": ["a", "b"]}
    group = TermGroup(index("nijc"), {"x": index(["n", rows, cols, "c"])}, coef)
    return IndexRule(tuple("nijcab"), (group,), dict(zip("ab", window.kernel, strict=True)))


def _max_pool2d(x: Any, kernel_size: Any, stride: Any, padding: Any, ties: str) -> Any:
    word(ties, "ties", TIES)
    return ops.max_pool2d(x, kernel_size, stride=stride, padding=padding)


def _global_rule(shapes: Mapping[str, tuple[int, ...]]) -> IndexRule:
    """``z[n, c] = Σ x[n, a, b, c] / (H · W)``: one window, as large as the image."""
    group = TermGroup(index("nc"), {"x": index("nabc")}, {"share": ["a", "b"]})
    return IndexRule(tuple("ncab"), (group,))


LAYOUT = {"x": (1, 2), "z": (1, 2)}
MAX_POOL2D = Operation(
    "max_pool2d",
    forward=_max_pool2d,
    backward=lambda delta, x, **options: (ops.max_pool2d_backward(delta, x, **options),),
    rule=_pool_rule,
    shapes={"x": (2, 5, 7, 3)},
    options={"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0), "ties": "first"},
    layout=LAYOUT,
).register()
AVG_POOL2D = Operation(
    "avg_pool2d",
    forward=ops.avg_pool2d,
    backward=lambda delta, x, **options: (ops.avg_pool2d_backward(delta, x, **options),),
    rule=_pool_rule,
    shapes={"x": (2, 5, 7, 3)},
    options={"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
    layout=LAYOUT,
).register()
GLOBAL_AVG_POOL2D = Operation(
    "global_avg_pool2d",
    forward=ops.global_avg_pool2d,
    backward=lambda delta, x: (ops.global_avg_pool2d_backward(delta, x.shape),),
    rule=_global_rule,
    shapes={"x": (2, 3, 4, 2)},
    layout={"x": (1, 2)},
).register()


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
    >>> import numpy as np
    >>> x = np.array([[1, 3], [3, 0]]).reshape(1, 2, 2, 1)
    >>> for ties in ("first", "split", "all"):
    ...     print(ties, trace_max_pool2d(x, 2, ties=ties).backward([[[[1]]]], "x").replay().ravel())
    first [0. 1. 0. 0.]
    split [0.  0.5 0.5 0. ]
    all [0. 1. 1. 0.]
    """
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return MAX_POOL2D.trace(x, **options, ties=ties)


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
    >>> import numpy as np
    >>> x = np.arange(1, 17).reshape(1, 4, 4, 1)
    >>> trace_avg_pool2d(x, 2).replay().ravel()
    array([ 3.5,  5.5, 11.5, 13.5])
    """
    return AVG_POOL2D.trace(x, kernel_size=kernel_size, stride=stride, padding=padding)


def trace_global_avg_pool2d(x: ArrayLike) -> Trace:
    """Spell out :func:`cnnlib.global_avg_pool2d`: every cell of a map counts alike.

    Parameters
    ----------
    x : array_like of shape (N, H, W, C)
        Batch of feature maps.

    Returns
    -------
    Trace
        Operand ``x``; result ``z`` of shape (N, C).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.global_avg_pool2d` does.

    Examples
    --------
    >>> trace_global_avg_pool2d([[[[1], [2]], [[3], [6]]]]).evaluate()
    array([[3.]])
    """
    return GLOBAL_AVG_POOL2D.trace(x)
