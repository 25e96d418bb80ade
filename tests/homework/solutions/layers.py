"""Slopes by nudging, windows put back, groups, normalisation, and an engine."""

import numpy as np

from cnnlib import conv2d


def numerical_gradient(f, x, *, step=1e-5):
    slopes = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):
        up, down = np.array(x, float), np.array(x, float)
        up[cell] += step
        down[cell] -= step
        slopes[cell] = (f(up) - f(down)) / (2 * step)
    return slopes


def col2im(delta, x):
    dx = np.zeros(x.shape)
    for a, b in np.ndindex(delta.shape[4:]):
        dx[:, a : a + delta.shape[1], b : b + delta.shape[2]] += delta[..., a, b]
    return dx


def grouped_backward(delta, x, w):
    dx, dw = [], []
    halves = zip(*(np.split(a, 2, axis=3) for a in (delta, x, w)), strict=True)
    for d, a, v in halves:
        full = np.pad(d, ((0, 0), *[(k - 1, k - 1) for k in v.shape[:2]], (0, 0)))
        dx.append(conv2d(full, v[::-1, ::-1].swapaxes(2, 3)))
        dw.append(conv2d(a.transpose(3, 1, 2, 0), d.transpose(1, 2, 0, 3)).transpose(1, 2, 0, 3))
    return np.concatenate(dx, axis=3), np.concatenate(dw, axis=3)


def norm_backward(delta, x, gamma, beta):
    wide = np.sqrt(x.var(axis=0) + 1e-5)
    xhat, dxhat = (x - x.mean(axis=0)) / wide, delta * gamma
    dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / wide
    return dx, (delta * xhat).sum(axis=0), delta.sum(axis=0)


class Node:
    def __init__(self, value, *parents):
        self.value, self.parents, self.grad = value, parents, np.zeros(np.shape(value))

    def backward(self, delta):
        order = []
        self.list_into(order)
        self.grad = delta
        for node in reversed(order):
            for parent, back in node.parents:
                parent.grad = parent.grad + back(node.grad)

    def list_into(self, order):
        if self not in order:
            for parent, _ in self.parents:
                parent.list_into(order)
            order.append(self)


def matmul(a, b):
    backs = (a, lambda d: d @ b.value.T), (b, lambda d: a.value.T @ d)
    return Node(a.value @ b.value, *backs)


def reshape(a, *shape):
    return Node(a.value.reshape(shape), (a, lambda d: d.reshape(a.value.shape)))


def windows_node(x, kh, kw):
    seen = np.lib.stride_tricks.sliding_window_view(x.value, (kh, kw), axis=(1, 2))
    return Node(seen, (x, lambda d: col2im(d, x.value)))


def conv_by_engine(delta, x, w):
    image, kernel = Node(x), Node(w.transpose(2, 0, 1, 3))
    kh, kw, c, k = w.shape
    seen = windows_node(image, kh, kw)
    n, oh, ow = seen.value.shape[:3]
    table = reshape(seen, n * oh * ow, c * kh * kw)
    z = reshape(matmul(table, reshape(kernel, c * kh * kw, k)), n, oh, ow, k)
    z.backward(delta)
    return image.grad, kernel.grad.transpose(1, 2, 0, 3)
