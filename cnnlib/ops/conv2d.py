"""Convolution over images, and the two ways back: to the input and to the kernel.

``conv2d`` slides the kernel as it is, which mathematics calls cross-correlation:

    z[n, i, j, k] = b[k] + sum over a, b, c of  x[n, i*s + a*d, j*s + b*d, c] * w[a, b, c, k]

Read by output cell these products are the forward pass, read by input cell the input gradient,
read by weight the kernel gradient. Nothing is divided by the batch size here: the loss does that.
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from cnnlib.ops import _conv
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
from cnnlib.ops._window import Padding, Size, Window


class Conv2dGrads(NamedTuple):
    """Gradients of the loss, each shaped like the array it belongs to."""

    dx: Array
    dw: Array
    db: Array


@forbid_during_check("convolution")
@ieee
def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Slide every kernel over every image and sum the products (cross-correlation).

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C_in)
        Batch of images. Integers become float64; float32 stays float32.
    w : ndarray of shape (KH, KW, C_in // groups, C_out)
        One kernel for each output channel, as deep as the input channels of its group.
    b : ndarray of shape (C_out,), optional
        One bias for each kernel.
    stride, dilation : int or (rows, columns)
        Steps between neighbouring windows, and between neighbouring taps of the kernel.
    padding : int, (rows, columns), ((top, bottom), (left, right)), "valid", "same" or "full"
        Zeros around the image. "same" keeps the size (stride 1 only, as in PyTorch; an even kernel
        gets the extra zero after), "full" lets every tap meet every cell.
    groups : int
        Input and output channels are cut into so many equal parts, and each part of the output
        sees its part of the input alone; ``groups=C_in`` is the depthwise convolution.

    Returns
    -------
    z : ndarray of shape (N, OH, OW, C_out)
        See :func:`output_size` for OH and OW.

    Raises
    ------
    ValueError, TypeError
        If ranks, channels, sizes or words do not fit together; the message holds the numbers.

    Notes
    -----
    Introduced in the chapter ``convolution_2d``, with several channels in ``channels``.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(1, 10).reshape(1, 3, 3, 1)
    >>> w = np.array([[1, 2], [3, 4]]).reshape(2, 2, 1, 1)
    >>> conv2d(x, w)[0, :, :, 0]
    array([[37., 47.],
           [67., 77.]])
    """
    x, w = floats(x, "x", "N H W C_in"), floats(w, "w", "KH KW C_in C_out")
    same_channels(x.shape, w, groups=groups)
    window = Window.of(w.shape[:2], stride, padding, dilation)
    b = None if b is None else bias(b, w)
    return _conv.correlate(x, w, b, window, groups)


@forbid_during_check("gradient")
@ieee
def conv2d_backward(
    delta: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Conv2dGrads:
    """Carry dL/dz back to the input, the kernel and the bias of :func:`conv2d`.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C_out)
        Gradient of the loss with respect to ``z``.
    x, w, stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    Conv2dGrads
        ``dx``, ``dw`` and ``db``; ``db`` sums delta over batch, rows and columns.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like ``z``, or as for :func:`conv2d`.

    Notes
    -----
    Derived in the chapters ``rot180_full_convolution`` (dx) and ``kernel_gradient`` (dw, db).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(1, 10).reshape(1, 3, 3, 1)
    >>> w = np.array([[1, 2], [3, 4]]).reshape(2, 2, 1, 1)
    >>> grads = conv2d_backward(np.array([[1, 10], [100, 1000]]).reshape(1, 2, 2, 1), x, w)
    >>> grads.dx[0, :, :, 0]
    array([[1.000e+00, 1.200e+01, 2.000e+01],
           [1.030e+02, 1.234e+03, 2.040e+03],
           [3.000e+02, 3.400e+03, 4.000e+03]])
    >>> grads.db
    array([1111.])
    """
    delta, x = floats(delta, "delta", "N OH OW C_out"), floats(x, "x", "N H W C_in")
    w = floats(w, "w", "KH KW C_in C_out")
    same_channels(x.shape, w, groups=groups)
    window = Window.of(w.shape[:2], stride, padding, dilation)
    same_shape(delta, "delta", (len(x), *window.output_size(x.shape[1:3]), w.shape[3]), "z")
    dx, dw = _conv.both_grads(delta, x, w, window, groups)
    return Conv2dGrads(dx, dw, _conv.bias_grad(delta))


@forbid_during_check("gradient")
@ieee
def conv2d_input_grad(
    delta: ArrayLike,
    w: ArrayLike,
    input_shape: tuple[int, ...],
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Gradient for the input: dilate delta, then a full convolution with the kernel.

    Also known as transposed convolution. Several input sizes give the same output size when the
    stride is above 1, so the size must be told.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C_out)
        Gradient of the loss with respect to ``z``.
    w : ndarray of shape (KH, KW, C_in, C_out)
        Kernel of the forward pass.
    input_shape : (N, H, W, C_in)
        Shape of the input of the forward pass.
    stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    dx : ndarray of shape (N, H, W, C_in)
        ``dx[n, i, j, c]`` sums ``delta * w`` over every window and tap that read this cell.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not belong to one forward pass.

    Notes
    -----
    Derived in the chapters ``rot180_full_convolution`` and ``stride``: the r cells that no window
    reached are appended as zeros, the padding of the forward pass is cropped, and the two channel
    axes change places because delta comes in where the outputs were (``channel_axes``). As a layer
    of its own it is looked at in ``transposed_convolution``.

    Examples
    --------
    >>> import numpy as np
    >>> delta, w = np.array([1, 10]).reshape(1, 1, 2, 1), np.array([1, 2, 3]).reshape(1, 3, 1, 1)
    >>> conv2d_input_grad(delta, w, (1, 1, 6, 1), stride=(1, 2)).ravel()
    array([ 1.,  2., 13., 20., 30.,  0.])
    """
    delta, w = floats(delta, "delta", "N OH OW C_out"), floats(w, "w", "KH KW C_in C_out")
    shape = shape_of(input_shape, "input_shape", "N H W C_in")
    same_channels(shape, w, "input_shape", groups)
    window = Window.of(w.shape[:2], stride, padding, dilation)
    same_shape(delta, "delta", (shape[0], *window.output_size(shape[1:3]), w.shape[3]), "z")
    return _conv.input_grad(delta, w, shape, window, groups)


@forbid_during_check("gradient")
@ieee
def conv2d_kernel_grad(
    delta: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Gradient for the kernel: every weight sums delta times the cell it was multiplied with.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C_out)
        Gradient of the loss with respect to ``z``.
    x : ndarray of shape (N, H, W, C_in)
        Input of the forward pass.
    kernel_size : int or (rows, columns)
        Size of the kernel of the forward pass.
    stride, padding, dilation, groups
        As given to the forward pass.

    Returns
    -------
    dw : ndarray of shape (KH, KW, C_in, C_out)
        A sum over the batch and all windows, because all windows share the kernel.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not belong to one forward pass.

    Notes
    -----
    Derived in the chapter ``kernel_gradient``: the dilated delta slides over the padded input.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(1, 10).reshape(1, 3, 3, 1)
    >>> delta = np.array([[1, 10], [100, 1000]]).reshape(1, 2, 2, 1)
    >>> conv2d_kernel_grad(delta, x, 2)[:, :, 0, 0]
    array([[5421., 6532.],
           [8754., 9865.]])
    """
    delta, x = floats(delta, "delta", "N OH OW C_out"), floats(x, "x", "N H W C_in")
    window = Window.of(kernel_size, stride, padding, dilation)
    same_shape(delta, "delta", (len(x), *window.output_size(x.shape[1:3]), delta.shape[3]), "z")
    divides(x.shape[3], delta.shape[3], groups)
    return _conv.kernel_grad(delta, x, window, groups)
