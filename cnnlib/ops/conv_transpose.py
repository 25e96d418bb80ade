"""Transposed convolution: the input gradient of a convolution, used as a layer that enlarges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops import _conv
from cnnlib.ops._check import Array, bias, floats, ieee, same_shape
from cnnlib.ops._forbidden import forbid_during_check
from cnnlib.ops._window import Margins, Padding, Size, Window, pad_or_crop, sizes, times
from cnnlib.ops.conv2d import Conv2dGrads


@forbid_during_check("gradient")
@ieee
def conv2d_transpose(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
) -> Array:
    """Send every cell, times the kernel, to the window it stands for, and add where they overlap.

    It does with ``x`` what :func:`conv2d_input_grad` does with delta: it is the way back of a
    convolution from a larger image, whose kernel, stride, padding and dilation are given here.

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C_in)
        Batch of images. Integers become float64; float32 stays float32.
    w : ndarray of shape (KH, KW, C_out, C_in)
        Kernel of the convolution whose way back this is, which leads from C_out channels to C_in.
    b : ndarray of shape (C_out,), optional
        One bias for each output channel.
    stride, dilation : int or (rows, columns)
        Distance between the windows of neighbouring cells, and between neighbouring taps.
    padding : int, (rows, columns), ((top, bottom), (left, right)) or a word
        Rows and columns that are *taken off* the result.
    output_padding : int or (rows, columns)
        Rows and columns added at the far end, which a stride leaves open; less than the stride or
        the dilation, as in PyTorch.

    Returns
    -------
    z : ndarray of shape (N, OH, OW, C_out)
        ``OH = (H - 1) * stride + dilation * (KH - 1) + 1 - top - bottom + output_padding``.

    Raises
    ------
    ValueError, TypeError
        If ranks, channels or sizes do not fit together; the message holds the numbers.

    Notes
    -----
    Explained in the chapter ``transposed_convolution``.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([1, 10]).reshape(1, 1, 2, 1), np.array([1, 2, 3]).reshape(1, 3, 1, 1)
    >>> conv2d_transpose(x, w, stride=(1, 2)).ravel()
    array([ 1.,  2., 13., 20., 30.])
    """
    x, w = floats(x, "x", "N H W C_in"), floats(w, "w", "KH KW C_out C_in")
    _same_inputs(x, w)
    window, size, open_end = _geometry(x, w, stride, padding, output_padding, dilation)
    b = None if b is None else bias(b, w.swapaxes(2, 3))
    z = _conv.input_grad(x, w, (len(x), *size, w.shape[2]), window)
    z = pad_or_crop(z, open_end) if np.any(open_end) else z
    return z if b is None else _conv.plus_bias(z, b)


@forbid_during_check("gradient")
@ieee
def conv2d_transpose_backward(
    delta: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
) -> Conv2dGrads:
    """Carry dL/dz back to the input, the kernel and the bias of :func:`conv2d_transpose`.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C_out)
        Gradient of the loss with respect to ``z``.
    x, w, stride, padding, output_padding, dilation
        As given to the forward pass.

    Returns
    -------
    Conv2dGrads
        ``dx`` is a plain convolution of delta with ``w``, ``dw`` the kernel gradient of that
        convolution with ``x`` in the place of its delta, ``db`` the sum of delta.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like ``z``, or as for :func:`conv2d_transpose`.

    Notes
    -----
    Explained in the chapter ``transposed_convolution``: the way back of the way back leads forward.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([1, 10]).reshape(1, 1, 2, 1), np.array([1, 2, 3]).reshape(1, 3, 1, 1)
    >>> grads = conv2d_transpose_backward(np.arange(1, 6).reshape(1, 1, 5, 1), x, w, stride=(1, 2))
    >>> grads.dx.ravel()
    array([14., 26.])
    >>> grads.dw.ravel()
    array([31., 42., 53.])
    """
    delta, x = floats(delta, "delta", "N OH OW C_out"), floats(x, "x", "N H W C_in")
    w = floats(w, "w", "KH KW C_out C_in")
    _same_inputs(x, w)
    window, (high, wide), open_end = _geometry(x, w, stride, padding, output_padding, dilation)
    (_, bottom), (_, right) = open_end
    same_shape(delta, "delta", (len(x), high + bottom, wide + right, w.shape[2]), "z")
    covered = delta[:, :high, :wide]
    return Conv2dGrads(
        dx=_conv.correlate(covered, w, None, window),
        dw=_conv.kernel_grad(x, covered, window),
        db=_conv.bias_grad(delta),
    )


def _same_inputs(x: Array, w: Array) -> None:
    if x.shape[3] != w.shape[3]:
        raise ValueError(
            f"x has {x.shape[3]} channels in shape {x.shape}, but w takes {w.shape[3]} in shape "
            f"{w.shape}: the last axes of x and w must agree, as in the convolution this leads back"
        )


def _geometry(
    x: Array, w: Array, stride: Size, padding: Padding, output_padding: Size, dilation: Size
) -> tuple[Window, tuple[int, ...], Margins]:
    """Return the window, the part of the output that windows reach, and the zeros beyond it.

    An ``output_padding`` first gives back what ``padding`` takes off at the far end.
    """
    window = Window.of(w.shape[:2], stride, padding, dilation)
    extra = sizes(output_padding, "output_padding", 2, least=0)
    most = tuple(max(s, d) - 1 for s, d in zip(window.stride, window.dilation, strict=True))
    if any(e > m for e, m in zip(extra, most, strict=True)):
        raise ValueError(
            f"output_padding must be less than the stride or the dilation, got {times(extra)} for "
            f"stride {times(window.stride)} and dilation {times(window.dilation)}: pass at most "
            f"{times(most)}"
        )
    taken = [(p0, max(p1 - e, 0)) for (p0, p1), e in zip(window.padding, extra, strict=True)]
    axes = zip(x.shape[1:3], window.stride, window.span, taken, strict=True)
    size = tuple((n - 1) * s + span - sum(edge) for n, s, span, edge in axes)
    if min(size) < 1:
        raise ValueError(
            f"padding {window.padding} takes more than there is off: an input of "
            f"{times(x.shape[1:3])} would give an output of {times(size)}, lower the padding"
        )
    open_end = tuple((0, max(e - p, 0)) for (_, p), e in zip(window.padding, extra, strict=True))
    return replace(window, padding=tuple(taken)), size, open_end
