"""Scatter: every window hands back what it has used. No kernel is rotated."""

import numpy as np


def conv1d_backward(delta, x, w, *, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (padding, padding), (0, 0))).astype(float)
    dx, dw = np.zeros_like(xp), np.zeros(w.shape)
    for n in range(delta.shape[0]):
        for o in range(delta.shape[1]):
            start = o * stride
            for k in range(delta.shape[2]):
                dw[:, :, k] += delta[n, o, k] * xp[n, start : start + len(w)]
                dx[n, start : start + len(w)] += delta[n, o, k] * w[:, :, k]
    return dx[:, padding : padding + x.shape[1]], dw, delta.sum(axis=(0, 1))


def my_conv2d(x, w, b=None, *, stride=1, padding=0):
    kh, kw, _, c_out = w.shape
    xp = padded(x, padding)
    oh = (xp.shape[1] - kh) // stride + 1
    ow = (xp.shape[2] - kw) // stride + 1
    z = np.zeros((len(x), oh, ow, c_out))
    for i in range(oh):
        for j in range(ow):
            window = xp[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            z[:, i, j] = np.tensordot(window, w, axes=3)
    return z if b is None else z + b


def padded(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


def conv2d_input_grad(delta, w, input_shape, *, stride=1, padding=0):
    _, rows, columns, _ = input_shape
    kh, kw = w.shape[:2]
    dx = padded(np.zeros(input_shape), padding)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            stamp = np.tensordot(delta[:, i, j], w, axes=([1], [3]))
            dx[:, i * stride : i * stride + kh, j * stride : j * stride + kw] += stamp
    return dx[:, padding : padding + rows, padding : padding + columns]


def conv2d_kernel_grad(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    xp = padded(x, padding)
    dw = np.zeros((kh, kw, x.shape[3], delta.shape[3]))
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            window = xp[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dw += np.einsum("nabc,nk->abck", window, delta[:, i, j])
    return dw


def conv2d_backward(delta, x, w, *, stride=1, padding=0):
    dx = conv2d_input_grad(delta, w, x.shape, stride=stride, padding=padding)
    dw = conv2d_kernel_grad(delta, x, w.shape[:2], stride=stride, padding=padding)
    return dx, dw, delta.sum(axis=(0, 1, 2))
