"""Convolution over sequences: an image one row high, so every rule is that of ``conv2d``."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from cnnlib.ops._check import (
    Array,
    bias,
    divides,
    floats,
    ieee,
    same_channels,
    same_shape,
    shape_of,
)
from cnnlib.ops._forbidden import forbid_during_check
from cnnlib.ops._window import Window
from cnnlib.ops.conv2d import conv2d, conv2d_backward, conv2d_input_grad, conv2d_kernel_grad

Padding1d = int | str | tuple[int, int]


class Conv1dGrads(NamedTuple):
    """Gradients of the loss, each shaped like the array it belongs to."""

    dx: Array
    dw: Array
    db: Array


@forbid_during_check("convolution")
@ieee
def conv1d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """Slide every kernel along every sequence and sum the products (cross-correlation).

    Parameters
    ----------
    x : ndarray of shape (N, L, C_in)
        Batch of sequences. Integers become float64; float32 stays float32.
    w : ndarray of shape (K, C_in // groups, C_out)
        One kernel for each output channel, as deep as the input channels of its group.
    b : ndarray of shape (C_out,), optional
        One bias for each kernel.
    stride, dilation : int
        Steps between neighbouring windows, and between neighbouring taps of the kernel.
    padding : int, (left, right), "valid", "same" or "full"
        Zeros at the ends. "same" keeps the length (stride 1 only).
    groups : int
        Parts into which the channels are cut, as for :func:`conv2d`.

    Returns
    -------
    z : ndarray of shape (N, OL, C_out)
        ``z[n, i, k] = b[k] + sum over a, c of x[n, i * stride + a * dilation, c] * w[a, c, k]``.

    Raises
    ------
    ValueError, TypeError
        If ranks, channels, sizes or words do not fit together; the message holds the numbers.

    Notes
    -----
    Introduced in the chapter ``convolution_1d``.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([2, 0, -1, 3, 1]), np.array([1, 2, 3])
    >>> conv1d(x.reshape(1, 5, 1), w.reshape(3, 1, 1)).ravel()
    array([-1.,  7.,  8.])
    """
    x, w = floats(x, "x", "N L C_in"), floats(w, "w", "K C_in C_out")
    same_channels(x.shape, w, groups=groups)
    window = Window.of(w.shape[:1], stride, padding, dilation, axes=1)
    window.output_size(x.shape[1:2])
    b = None if b is None else bias(b, w)
    return conv2d(x[:, None], w[None], b, **_as_row(window), groups=groups)[:, 0]


@forbid_during_check("gradient")
@ieee
def conv1d_backward(
    delta: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Conv1dGrads:
    """Carry dL/dz back to the input, the kernel and the bias of :func:`conv1d`.

    Parameters
    ----------
    delta : ndarray of shape (N, OL, C_out)
        Gradient of the loss with respect to ``z``.
    x, w, stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    Conv1dGrads
        ``dx``, ``dw`` and ``db``; ``db`` sums delta over batch and positions.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like ``z``, or as for :func:`conv1d`.

    Notes
    -----
    Derived by hand in the chapter ``convolution_1d``.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([2, 0, -1, 3, 1]).reshape(1, 5, 1), np.array([1, 2, 3]).reshape(3, 1, 1)
    >>> grads = conv1d_backward(np.array([1, 10, 100]).reshape(1, 3, 1), x, w)
    >>> grads.dx.ravel()
    array([  1.,  12., 123., 230., 300.])
    >>> grads.dw.ravel()
    array([-98., 290., 129.])
    """
    delta, x = floats(delta, "delta", "N OL C_out"), floats(x, "x", "N L C_in")
    w = floats(w, "w", "K C_in C_out")
    same_channels(x.shape, w, groups=groups)
    window = Window.of(w.shape[:1], stride, padding, dilation, axes=1)
    same_shape(delta, "delta", (len(x), *window.output_size(x.shape[1:2]), w.shape[2]), "z")
    row = {**_as_row(window), "groups": groups}
    dx, dw, db = conv2d_backward(delta[:, None], x[:, None], w[None], **row)
    return Conv1dGrads(dx[:, 0], dw[0], db)


@forbid_during_check("gradient")
@ieee
def conv1d_input_grad(
    delta: ArrayLike,
    w: ArrayLike,
    input_shape: tuple[int, ...],
    *,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """Gradient for the input of :func:`conv1d`: dilate delta, then a full convolution.

    Parameters
    ----------
    delta : ndarray of shape (N, OL, C_out)
        Gradient of the loss with respect to ``z``.
    w : ndarray of shape (K, C_in, C_out)
        Kernel of the forward pass.
    input_shape : (N, L, C_in)
        Shape of the input of the forward pass.
    stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    dx : ndarray of shape (N, L, C_in)

    Raises
    ------
    ValueError, TypeError
        If the shapes do not belong to one forward pass.

    Notes
    -----
    Derived in the chapters ``convolution_1d`` and ``stride``.

    Examples
    --------
    >>> import numpy as np
    >>> delta, w = np.array([1, 10]).reshape(1, 2, 1), np.array([1, 2, 3]).reshape(3, 1, 1)
    >>> conv1d_input_grad(delta, w, (1, 5, 1), stride=2).ravel()
    array([ 1.,  2., 13., 20., 30.])
    """
    delta, w = floats(delta, "delta", "N OL C_out"), floats(w, "w", "K C_in C_out")
    n, length, c_in = shape_of(input_shape, "input_shape", "N L C_in")
    same_channels((n, length, c_in), w, "input_shape", groups)
    window = Window.of(w.shape[:1], stride, padding, dilation, axes=1)
    same_shape(delta, "delta", (n, *window.output_size((length,)), w.shape[2]), "z")
    shape = (n, 1, length, c_in)
    return conv2d_input_grad(delta[:, None], w[None], shape, **_as_row(window), groups=groups)[:, 0]


@forbid_during_check("gradient")
@ieee
def conv1d_kernel_grad(
    delta: ArrayLike,
    x: ArrayLike,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """Gradient for the kernel of :func:`conv1d`: delta slides along the input.

    Parameters
    ----------
    delta : ndarray of shape (N, OL, C_out)
        Gradient of the loss with respect to ``z``.
    x : ndarray of shape (N, L, C_in)
        Input of the forward pass.
    kernel_size : int
        Length of the kernel of the forward pass.
    stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    dw : ndarray of shape (K, C_in, C_out)

    Raises
    ------
    ValueError, TypeError
        If the shapes do not belong to one forward pass.

    Notes
    -----
    Derived in the chapters ``convolution_1d`` and ``kernel_gradient``.

    Examples
    --------
    >>> import numpy as np
    >>> delta, x = np.array([1]).reshape(1, 1, 1), np.array([1, 2]).reshape(1, 2, 1)
    >>> conv1d_kernel_grad(delta, x, 2).ravel()
    array([1., 2.])
    """
    delta, x = floats(delta, "delta", "N OL C_out"), floats(x, "x", "N L C_in")
    window = Window.of(kernel_size, stride, padding, dilation, axes=1)
    out = window.output_size(x.shape[1:2])
    same_shape(delta, "delta", (len(x), *out, delta.shape[2]), "z")
    divides(x.shape[2], delta.shape[2], groups)
    row = (1, *window.kernel)
    return conv2d_kernel_grad(delta[:, None], x[:, None], row, **_as_row(window), groups=groups)[0]


def _as_row(window: Window) -> dict[str, Any]:
    """Return the geometry of the same window on an image one row high."""
    return {
        "stride": (1, *window.stride),
        "padding": ((0, 0), *window.padding),
        "dilation": (1, *window.dilation),
    }
