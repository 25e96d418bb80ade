"""Transposed convolution as a rule: the index that slides is that of the output.

A rule says where terms go, and all of them must arrive, so padding and output padding, which take
rows off the result or add some, stay at 0 here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._window import Window
from cnnlib.trace.operation import Operation
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace


def _transposed_rule(
    shapes: Mapping[str, tuple[int, ...]], *, stride: Any = 1, dilation: Any = 1
) -> IndexRule:
    """``z[n, s·i + d·a, s·j + d·b, k] = Σ x[n, i, j, c] · w[a, b, k, c]``."""
    window = Window.of(shapes["w"][:2], stride, 0, dilation)
    rows, cols = (
        AffineIndex.sliding(*names, stride=window.stride[axis], dilation=window.dilation[axis])
        for axis, names in enumerate(("ia", "jb"))
    )
    products = TermGroup(index(["n", rows, cols, "k"]), {"x": index("nijc"), "w": index("abkc")})
    return IndexRule(tuple("nijkabc"), (products,))


CONV2D_TRANSPOSE = Operation(
    "conv2d_transpose",
    forward=ops.conv2d_transpose,
    backward=lambda delta, *arrays, **how: ops.conv2d_transpose_backward(delta, *arrays, **how)[:2],
    rule=_transposed_rule,
    shapes={"x": (2, 3, 4, 2), "w": (3, 2, 4, 2)},
    options={"stride": (2, 3), "dilation": (1, 2)},
    layout={"x": (1, 2), "w": (0, 1), "z": (1, 2)},
).register()


def trace_conv2d_transpose(
    x: ArrayLike, w: ArrayLike, *, stride: Any = 1, dilation: Any = 1
) -> Trace:
    """Spell out :func:`cnnlib.conv2d_transpose`, without bias and padding.

    Parameters
    ----------
    x, w, stride, dilation
        As for :func:`cnnlib.conv2d_transpose`: shapes (N, H, W, C_in), (KH, KW, C_out, C_in).

    Returns
    -------
    Trace
        Operands ``x`` and ``w``; result ``z`` of shape (N, OH, OW, C_out).

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.conv2d_transpose` does.

    Notes
    -----
    The kernel slides over the result. Explained in the chapter ``transposed_convolution``.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.reshape([1, 2], (1, 1, 2, 1)), np.reshape([10, 1, 3], (1, 3, 1, 1))
    >>> trace_conv2d_transpose(x, w, stride=(1, 2)).evaluate().ravel()
    array([10.,  1., 23.,  2.,  6.])
    """
    return CONV2D_TRANSPOSE.trace(x, w, stride=stride, dilation=dilation)
