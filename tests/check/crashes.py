"""Functions that raise, or that speak another language; each with the cause to be named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Function = Callable[..., Any]
CRASHES: dict[str, tuple[str, Function]] = {}


def crash(exercise: str) -> Callable[[Function], Function]:
    """Put a function down; its docstring is the cause."""

    def put_down(function: Function) -> Function:
        CRASHES[function.__name__] = (exercise, function)
        return function

    return put_down


@crash("relu_backward")
def asks_an_array(da, z):
    """if-on-an-array"""
    if z > 0:
        return da
    return 0 * da


@crash("relu_backward")
def zeros_of_values(da, z):
    """values-for-a-shape"""
    return np.zeros(z)


@crash("relu_backward")
def divides_by_nothing(da, z):
    """divided-by-zero"""
    return da * (len(z) // 0)


@crash("relu_backward")
def finished_but_for_a_line(da, z):
    """raise-left-in"""
    delta = da * (z > 0)
    raise NotImplementedError("your turn")
    return delta


@crash("dense_backward")
def takes_x_first(x, w, delta):
    """arguments-order"""
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)


@crash("dense_backward")
def shapes_that_clash(delta, x, w):
    """shapes-clash"""
    return np.dot(delta, np.ones((7, 2))), x.T @ delta, delta.sum(axis=0)


@crash("conv2d_input_grad")
def loops_over_rows(delta, w, input_shape, *, stride=1, padding=0):
    """loops-over-input"""
    dx = np.zeros(input_shape)
    for i in range(input_shape[1]):
        for j in range(input_shape[2]):
            dx[:, i, j] += delta[:, i, j] @ w[0, 0].T
    return dx


@crash("avg_pool2d_backward")
def channels_second(delta, x, kernel_size, *, stride=None, padding=0):
    """channels-first"""
    (kh, kw), p = np.broadcast_to(kernel_size, 2), padding
    sh, sw = np.broadcast_to(kernel_size if stride is None else stride, 2)
    n, c, h, w = x.shape
    dx = np.zeros((n, c, h + 2 * p, w + 2 * p))
    for i in range(delta.shape[2]):
        for j in range(delta.shape[3]):
            part = delta[:, :, i, j][:, :, None, None] / (kh * kw)
            dx[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += part
    return dx[:, :, p : p + h, p : p + w]


@crash("conv2d_backward")
def filters_and_channels_first(delta, x, w, *, stride=1, padding=0):
    """channels-first"""
    (kh, kw), (h, wd), p = w.shape[2:], x.shape[2:], padding
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    dx, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for i in range(delta.shape[2]):
        for j in range(delta.shape[3]):
            here = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dw += np.einsum("nk,ncab->kcab", delta[:, :, i, j], xp[here])
            dx[here] += np.einsum("nk,kcab->ncab", delta[:, :, i, j], w)
    return dx[:, :, p : p + h, p : p + wd], dw, delta.sum(axis=(0, 2, 3))


@crash("softmax_cross_entropy_backward")
def class_numbers(z, y):
    """class-numbers"""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), y] -= 1
    return p / len(z)


@crash("relu_backward")
def a_tensor_with_its_gradient(da, z):
    """tensor-with-grad"""
    import torch

    weight = torch.ones(z.shape, requires_grad=True, dtype=torch.float64)
    return weight * torch.tensor(da * (z > 0))
