"""Gather: spread the deltas, rotate the kernel, slide it; tap by tap for the kernel."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def my_conv2d(x, w, b=None, *, stride=1, padding=0):
    edges = (padding, padding)
    xp = np.pad(x, [(0, 0), edges, edges, (0, 0)])
    windows = sliding_window_view(xp, w.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    z = np.einsum("nijcab,abck->nijk", windows, w)
    return z if b is None else z + b


def conv2d_input_grad(delta, w, input_shape, *, stride=1, padding=0):
    n, rows, columns, _ = input_shape
    (kh, kw), (oh, ow) = w.shape[:2], delta.shape[1:3]
    left = (rows + 2 * padding - kh) % stride
    right = (columns + 2 * padding - kw) % stride
    tall, wide = (oh - 1) * stride + 1 + left, (ow - 1) * stride + 1 + right
    spread = np.zeros((n, tall, wide, delta.shape[3]))
    spread[:, : tall - left : stride, : wide - right : stride] = delta
    edges = [(0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)]
    rotated = w[::-1, ::-1].transpose(0, 1, 3, 2)
    full = my_conv2d(np.pad(spread, edges), rotated)
    return full[:, padding : padding + rows, padding : padding + columns]


def conv2d_kernel_grad(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = np.broadcast_to(kernel_size, 2)
    edges = (padding, padding)
    xp = np.pad(x, [(0, 0), edges, edges, (0, 0)])
    dw = np.empty((kh, kw, x.shape[3], delta.shape[3]))
    for a in range(kh):
        for b in range(kw):
            met = xp[:, a::stride, b::stride][:, : delta.shape[1], : delta.shape[2]]
            dw[a, b] = np.tensordot(met, delta, axes=([0, 1, 2], [0, 1, 2]))
    return dw


def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    return (
        conv2d_input_grad(delta, w, x.shape, stride=stride, padding=padding),
        conv2d_kernel_grad(delta, x, w.shape[:2], stride=stride, padding=padding),
        np.einsum("nijk->k", delta),
    )


def conv1d_backward(delta, x, w, *, stride=1, padding=0):
    # one row: pad the length only, then use the case of two dimensions
    xp = np.pad(x, [(0, 0), (padding, padding), (0, 0)])
    tall = conv2d_input_grad(
        delta[:, :, None].repeat(1, axis=2), w[:, None], xp[:, :, None].shape, stride=stride
    )
    dw = np.stack(
        [
            np.einsum("nlc,nlk->ck", xp[:, a::stride][:, : delta.shape[1]], delta)
            for a in range(len(w))
        ]
    )
    return tall[:, padding : padding + x.shape[1], 0], dw, delta.sum((0, 1))
