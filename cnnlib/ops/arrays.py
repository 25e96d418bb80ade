"""The small moves the gradients are made of: turn a kernel, spread a delta, frame an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats
from cnnlib.ops._window import Padding, Size, Window, margins, pad_or_crop, sizes


def rot180(w: ArrayLike) -> Array:
    """Turn a kernel by 180 degrees: reverse its space axes, leave the channels as they are.

    Parameters
    ----------
    w : ndarray of shape (KH, KW, C_in, C_out), (K, C_in, C_out), (KH, KW) or (K,)
        Kernel for images, for sequences, or a bare grid or row of weights.

    Returns
    -------
    ndarray of the same shape
        ``out[a, b] = w[KH - 1 - a, KW - 1 - b]``; in one dimension ``out[a] = w[K - 1 - a]``.

    Raises
    ------
    ValueError
        If ``w`` has no axis or more than four, or an empty one.
    TypeError
        If ``w`` does not hold real numbers.

    Notes
    -----
    Derived in the chapter ``rot180_full_convolution``. ``np.flip(w)`` without axes would reverse
    the channels too.

    Examples
    --------
    >>> rot180([[1, 2], [3, 4]])
    array([[4., 3.],
           [2., 1.]])
    """
    w = _ranked(w, "w", ("K", "KH KW", "K C_in C_out", "KH KW C_in C_out"))
    return np.flip(w, axis=(0, 1) if w.ndim % 2 == 0 else 0).copy()


def dilate(delta: ArrayLike, stride: Size) -> Array:
    """Write ``stride - 1`` zeros between neighbouring cells, so that windows lie a step apart.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C), (N, OL, C), (OH, OW) or (OL,)
        Gradients of the windows of a strided layer, or a bare grid or row.
    stride : int or (rows, columns)
        Distance between neighbours in the result; an int for the one-dimensional shapes.

    Returns
    -------
    ndarray
        Space axes of length ``(n - 1) * stride + 1``.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` has no or more than four axes, or ``stride`` is not made of ints from 1.

    Notes
    -----
    First step of the input gradient of a strided convolution, derived in the chapter ``stride``;
    the picture is in Dumoulin & Visin, *A guide to convolution arithmetic* (2016).

    Examples
    --------
    >>> dilate([1, 10, 100], 2)
    array([  1.,   0.,  10.,   0., 100.])
    """
    delta = _ranked(delta, "delta", ("OL", "OH OW", "N OL C", "N OH OW C"))
    axes = 2 if delta.ndim % 2 == 0 else 1
    steps, first = sizes(stride, "stride", axes), delta.ndim // 3
    shape = list(delta.shape)
    for axis, step in enumerate(steps, first):
        shape[axis] = (shape[axis] - 1) * step + 1
    wide = np.zeros(shape, delta.dtype)
    wide[(slice(None),) * first + tuple(slice(None, None, step) for step in steps)] = delta
    return wide


def pad2d(x: ArrayLike, padding: Padding) -> Array:
    """Put a frame of zeros around the rows and columns of an image.

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C) or (H, W)
        Images, or one bare grid.
    padding : int, (rows, columns) or ((top, bottom), (left, right))
        Zeros on each side. The words of ``conv2d`` need a kernel and are refused here.

    Returns
    -------
    ndarray
        A new array with ``H + top + bottom`` rows and ``W + left + right`` columns.

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another number of axes, or ``padding`` is a word, negative or not whole.

    Notes
    -----
    Drawn in the chapter ``window_sizes``.

    Examples
    --------
    >>> pad2d([[1, 2], [3, 4]], ((0, 1), (2, 0)))
    array([[0., 0., 1., 2.],
           [0., 0., 3., 4.],
           [0., 0., 0., 0.]])
    """
    x = _ranked(x, "x", ("H W", "N H W C"))
    edges = margins(padding, 2)
    return (
        pad_or_crop(x, edges)
        if x.ndim == 4
        else pad_or_crop(x[None, :, :, None], edges)[0, :, :, 0]
    )


def output_size(
    n: Size, kernel_size: Size, stride: Size = 1, padding: Padding = 0, dilation: Size = 1
) -> int | tuple[int, ...]:
    """Count the windows that fit: floor((n + padding - span) / stride) + 1.

    Parameters
    ----------
    n : int or (rows, columns)
        Length of the input. For an int every other argument describes one axis, too.
    kernel_size, stride, dilation : int or (rows, columns)
        Geometry of the window; it spans ``dilation * (kernel_size - 1) + 1`` cells.
    padding : int, word, (rows, columns) or ((top, bottom), (left, right))
        For one axis: an int, a word or (left, right).

    Returns
    -------
    int or (int, int)
        Length of the output, in the form in which ``n`` was given.

    Raises
    ------
    ValueError, TypeError
        If the kernel does not fit the padded input, or an argument is malformed.

    Notes
    -----
    Derived in the chapter ``window_sizes``. Round down before adding 1: ``int()`` rounds towards
    zero and reports a window where none fits (n=2, kernel 3, stride 2).

    Examples
    --------
    >>> output_size(6, 3, stride=2)
    2
    >>> output_size((5, 7), 3, stride=(1, 2), padding="full")
    (7, 5)
    """
    if isinstance(n, tuple | list):
        rows_columns = sizes(n, "n", 2)
        return Window.of(kernel_size, stride, padding, dilation).output_size(rows_columns)
    length = sizes(n, "n", 1)
    return Window.of(kernel_size, stride, padding, dilation, axes=1).output_size(length)[0]


def _ranked(value: ArrayLike, name: str, forms: tuple[str, ...]) -> Array:
    """Return ``value`` as floats in one of the given forms, told apart by their number of axes."""
    array = floats(value, name)
    for axes in forms:
        if array.ndim == len(axes.split()):
            return floats(array, name, axes)
    shapes = " or ".join(f"({axes.replace(' ', ', ')})" for axes in forms)
    raise ValueError(f"{name} must have shape {shapes}, got {array.shape}: reshape it")
