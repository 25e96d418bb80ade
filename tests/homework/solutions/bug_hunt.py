"""The twelve names, and the repairs."""

import numpy as np

cause_1 = "bias-averaged"
cause_2 = "divided-by-batch"
cause_3 = "gate-missing"
cause_4 = "integer-accumulator"
cause_5 = "kernel-not-rotated"
cause_6 = "stride-ignored"
cause_7 = "empty-slice"
cause_8 = "dw-rotated"
cause_9 = "channels-not-swapped"
cause_10 = "overwritten"
cause_11 = "average-not-divided"
cause_12 = "softmax-wrong-axis"


def repair_1(delta, x, w):
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)


repair_2 = repair_1


def repair_3(da, z):
    return da * (z > 0)


def repair_4(delta, x, w, *, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (padding, padding), (0, 0))).astype(float)
    dx, dw = np.zeros_like(xp), np.zeros(w.shape)
    for n in range(delta.shape[0]):
        for o in range(delta.shape[1]):
            start = o * stride
            for k in range(delta.shape[2]):
                dw[:, :, k] += delta[n, o, k] * xp[n, start : start + len(w)]
                dx[n, start : start + len(w)] += delta[n, o, k] * w[:, :, k]
    return dx[:, padding : padding + x.shape[1]], dw, delta.sum(axis=(0, 1))


def padded(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


def repair_5(delta, w, input_shape, *, stride=1, padding=0):
    _, rows, columns, _ = input_shape
    kh, kw = w.shape[:2]
    dx = padded(np.zeros(input_shape), padding)
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            stamp = np.tensordot(delta[:, i, j], w, axes=([1], [3]))
            dx[:, i * stride : i * stride + kh, j * stride : j * stride + kw] += stamp
    return dx[:, padding : padding + rows, padding : padding + columns]


repair_6 = repair_7 = repair_5


def repair_8(delta, x, kernel_size, *, stride=1, padding=0):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    xp = padded(x, padding)
    dw = np.zeros((kh, kw, x.shape[3], delta.shape[3]))
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            window = xp[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dw += np.einsum("nabc,nk->abck", window, delta[:, i, j])
    return dw


def repair_9(delta, x, w, *, stride=1, padding=0):
    dx = repair_5(delta, w, x.shape, stride=stride, padding=padding)
    dw = repair_8(delta, x, w.shape[:2], stride=stride, padding=padding)
    return dx, dw, delta.sum(axis=(0, 1, 2))


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def repair_10(delta, x, kernel_size, *, stride=None, padding=0):
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


def repair_11(delta, x, kernel_size, *, stride=None, padding=0):
    kh, kw = pair(kernel_size)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    dx = np.zeros((len(x), x.shape[1] + 2 * ph, x.shape[2] + 2 * pw, x.shape[3]))
    for i in range(delta.shape[1]):
        for j in range(delta.shape[2]):
            part = delta[:, i, j][:, None, None] / (kh * kw)
            dx[:, i * sh : i * sh + kh, j * sw : j * sw + kw] += part
    return dx[:, ph : ph + x.shape[1], pw : pw + x.shape[2]]


def repair_12(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - y) / len(z)
