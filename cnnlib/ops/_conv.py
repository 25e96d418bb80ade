"""What all convolutions share around their core: one precision, groups of channels, the bias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnlib.ops import _im2col, _strips
from cnnlib.ops._check import Array
from cnnlib.ops._window import Window


def correlate(x: Array, w: Array, b: Array | None, window: Window, groups: int = 1) -> Array:
    """Return z, for kernels (KH, KW, C_in // groups, C_out)."""
    x, w = _one_dtype(x, w)
    z = np.empty((len(x), *window.output_size(x.shape[1:3]), w.shape[3]), x.dtype)
    core = _strips if _strips.worthwhile(x.shape[3] // groups, window) else _im2col
    _for_each_group(core.correlate, groups, window, x, w, z)
    return z if b is None else plus_bias(z, b)


def both_grads(
    delta: Array, x: Array, w: Array, window: Window, groups: int = 1
) -> tuple[Array, Array]:
    """Return dx and dw."""
    delta, x, w = _one_dtype(delta, x, w)
    if not _gathers(delta, x.shape, window, groups):
        dx = input_grad(delta, w, x.shape, window, groups)
        return dx, kernel_grad(delta, x, window, groups)
    dx, dw = np.empty(x.shape, x.dtype), np.empty(w.shape, w.dtype)
    _for_each_group(_im2col.gather, groups, window, delta, w, dx, x, dw)
    return dx, dw


def input_grad(
    delta: Array, w: Array, shape: tuple[int, ...], window: Window, groups: int = 1
) -> Array:
    """Return dx of the given shape."""
    delta, w = _one_dtype(delta, w)
    dx = np.empty(shape, delta.dtype)
    if _gathers(delta, shape, window, groups):
        _for_each_group(_im2col.gather, groups, window, delta, w, dx, None, None)
    else:
        _for_each_group(_strips.scatter, groups, window, delta, w, dx)
    return dx


def kernel_grad(delta: Array, x: Array, window: Window, groups: int = 1) -> Array:
    """Return dw."""
    delta, x = _one_dtype(delta, x)
    dw = np.empty((*window.kernel, x.shape[3] // groups, delta.shape[3]), x.dtype)
    if _gathers(delta, x.shape, window, groups):
        _for_each_group(_im2col.gather, groups, window, delta, None, None, x, dw)
    else:
        core = _strips if _strips.worthwhile(x.shape[3] // groups, window) else _im2col
        _for_each_group(core.kernel_grad, groups, window, delta, x, dw)
    return dw


def _gathers(delta: Array, shape: tuple[int, ...], window: Window, groups: int) -> bool:
    """Tell whether cutting the windows of delta is less work than adding those of x back."""
    c_in, c_out = shape[3] // groups, delta.shape[3] // groups
    pixels = shape[1] * shape[2] / (window.stride[0] * window.stride[1])  # of a class
    return c_in >= 8 and pixels * c_out <= 3 * delta.shape[1] * delta.shape[2] * c_in


def bias_grad(delta: Array) -> Array:
    """Sum delta over all axes but the last: a product with ones."""
    rows = delta.reshape(-1, delta.shape[-1])
    return np.ones(len(rows), delta.dtype) @ rows


def plus_bias(z: Array, b: Array) -> Array:
    """Add the bias to a z of one's own, in place where the precision allows it."""
    if np.result_type(z, b) != z.dtype:
        return z + b
    rows = z.reshape(-1, z.shape[2] * z.shape[3])  # long rows: numpy pays for each
    rows += np.tile(b, z.shape[2])
    return z


def _one_dtype(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in the precision of the most precise."""
    dtype = np.result_type(*arrays)
    return tuple(array.astype(dtype, copy=False) for array in arrays)


def _for_each_group(
    operation: Callable[..., None], groups: int, window: Window, *arrays: Array | None
) -> None:
    """Let an operation see the channels of one group after the other."""
    for part in zip(*(_split(array, groups) for array in arrays), strict=True):
        operation(*part, window)


def _split(array: Array | None, groups: int) -> list[Any]:
    """View the last axis in equal parts."""
    if array is None or groups == 1:
        return [array] * groups
    return np.split(array, groups, axis=-1)
