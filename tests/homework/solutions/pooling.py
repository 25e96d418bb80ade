"""Window by window."""

import numpy as np


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = pair(kernel_size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    xp = np.full((len(x), x.shape[1] + 2 * ph, x.shape[2] + 2 * pw, x.shape[3]), -np.inf)
    xp[:, ph : ph + x.shape[1], pw : pw + x.shape[2]] = x
    dx = np.zeros(xp.shape)
    for n, i, j, c in np.ndindex(*delta.shape):
        window = xp[n, i * sh : i * sh + kh, j * sw : j * sw + kw, c]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, i * sh + a, j * sw + b, c] += delta[n, i, j, c]
    return dx[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]


def avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = pair(kernel_size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    dx = np.zeros((len(x), x.shape[1] + 2 * ph, x.shape[2] + 2 * pw, x.shape[3]))
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            part = delta[:, i, j][:, None, None] / (kh * kw)
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += part
    return dx[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]
