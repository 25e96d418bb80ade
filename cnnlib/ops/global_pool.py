"""The mean of a whole feature map: one number for each channel, whatever the image's size."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, ieee, same_shape, shape_of
from cnnlib.ops._forbidden import forbid_during_check


@ieee
def global_avg_pool2d(x: ArrayLike) -> Array:
    """Average over all rows and columns.

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C)
        Batch of feature maps.

    Returns
    -------
    z : ndarray of shape (N, C)

    Raises
    ------
    ValueError, TypeError
        If ``x`` is not such an array.

    Notes
    -----
    Average pooling (chapter ``pooling``) with a window as large as the image.

    Examples
    --------
    >>> global_avg_pool2d(np.arange(6).reshape(1, 2, 3, 1))
    array([[2.5]])
    """
    x = floats(x, "x", "N H W C")
    return x.mean(axis=(1, 2))


@forbid_during_check("gradient")
@ieee
def global_avg_pool2d_backward(delta: ArrayLike, input_shape: tuple[int, ...]) -> Array:
    """Hand every cell of a map an equal share of its delta.

    Parameters
    ----------
    delta : ndarray of shape (N, C)
        Gradient of the loss with respect to the result.
    input_shape : tuple (N, H, W, C)
        Shape of ``x``.

    Returns
    -------
    dx : ndarray of shape (N, H, W, C)

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit.

    Examples
    --------
    >>> global_avg_pool2d_backward([[6]], (1, 1, 3, 1)).ravel()
    array([2., 2., 2.])
    """
    n, h, w, c = shape = shape_of(input_shape, "input_shape", "N H W C")
    delta = floats(delta, "delta", "N C")
    same_shape(delta, "delta", (n, c), "the result")
    return np.broadcast_to(delta[:, None, None] / (h * w), shape).copy()
