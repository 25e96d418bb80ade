"""Convolution as matrix products over one table: every window of the images is a row of it.

    z = windows @ w        dw = windows.T @ delta        dwindows = delta @ w.T

The table repeats a cell for every window that sees it, so it never stands as a whole: it is cut a
block at a time, a few images or a few rows of one, small enough to stay in the processor's cache.

The way back to the input has two forms. *Scatter* (in ``_strips``) adds the rows of ``dwindows`` to
the cells they belong to, and rotates nothing. *Gather* cuts the windows of delta, and multiplies
them with the rotated kernel; the same windows then give dw, too. Both are derived in the chapter
``fast_convolution``; the definition that everything here equals is written in ``conv2d``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, prod
from typing import Any

import numpy as np

from cnnlib.ops._check import Array
from cnnlib.ops._window import Window, pad_or_crop

BLOCK = 1 << 20  # bytes of a table that stand at the same time
Block = tuple[slice, slice]  # some images, and some rows of windows in each


def correlate(x: Array, w: Array, z: Array, window: Window) -> None:
    """Write x ⋆ w into z."""
    columns = w.reshape(-1, w.shape[3])
    for block, table in tables(x, window):
        np.matmul(table, columns, out=_flat(z[block]))


def kernel_grad(delta: Array, x: Array, dw: Array, window: Window) -> None:
    """Write dL/dw into dw."""
    total = np.zeros((dw[..., 0].size, dw.shape[3]), dw.dtype)
    for block, table in tables(x, window):
        total += (table.swapaxes(1, 2) @ _flat(delta[block])).sum(axis=0)
    dw[...] = total.reshape(dw.shape)


def gather(
    delta: Array,
    w: Array | None,
    dx: Array | None,
    x: Array | None,
    dw: Array | None,
    window: Window,
) -> None:
    """Write dL/dx into dx, for which w is needed, and dL/dw into dw, for which x is.

    With a stride of s, every s-th pixel meets the same taps. So the pixels fall into classes, and
    each class is a convolution of stride 1 with some of the taps.
    """
    shape = next(array.shape for array in (dx, x) if array is not None)
    for array in (dx, dw):
        if array is not None:
            array[...] = 0
    for (rows, cols), taps, back in window.classes(shape[1:3], delta.shape[1:3]):
        if w is not None and dx is not None:
            rotated, there = _rotated(w[taps]).reshape(-1, shape[3]), dx[:, rows, cols]
        if x is not None and dw is not None:
            here, kernel = x[:, rows, cols], _rotated(dw[taps])
            total = np.zeros((kernel[..., 0].size, shape[3]), dw.dtype)
        for block, table in tables(delta, back):
            if dx is not None:
                there[block] = (table @ rotated).reshape(there[block].shape)
            if dw is not None:
                total += (table.swapaxes(1, 2) @ _flat(here[block])).sum(axis=0)
        if dw is not None:
            kernel[...] = total.reshape(kernel.shape)


def _rotated(w: Array) -> Array:
    """View a kernel rotated by 180 degrees, its channel axes exchanged."""
    return w[::-1, ::-1].swapaxes(2, 3)


def tables(x: Array, window: Window) -> Iterator[tuple[Block, Array]]:
    """Cut the table (images, windows, KH * KW * C) block by block, each in the last one's place."""
    (rows, cols), (kh, kw), c = window.output_size(x.shape[1:3]), window.kernel, x.shape[3]
    space = Space()
    for block in blocks(len(x), rows, cols * kh * kw * c * x.itemsize):
        images, part = block
        deep = part.stop - part.start
        table = _cut(_frame(x[images], part, window), deep, cols, window, space)
        yield block, table.reshape(len(table), deep * cols, -1)


class Space:
    """Memory that is used again: a page of new memory costs as much as filling it."""

    memory = np.empty(0, np.uint8)

    def array(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array of anything, in the memory of the last one where it finds room."""
        size = prod(shape) * np.dtype(dtype).itemsize
        if size > self.memory.nbytes:
            self.memory = np.empty(size, np.uint8)
        return np.ndarray(shape, dtype, self.memory)

    def copy(self, values: Array) -> Array:
        """Return a copy of the values, side by side."""
        copy = self.array(values.shape, values.dtype)
        copy[...] = values
        return copy


def blocks(images: int, rows: int, size: int) -> Iterator[Block]:
    """Several images at a time, or some rows of one; a row of windows takes ``size`` bytes."""
    step = max(1, BLOCK // (rows * size))
    deep = ceil(rows / ceil(rows * size / BLOCK))
    for i in range(0, images, step):
        for o in range(0, rows, deep):
            yield slice(i, min(i + step, images)), slice(o, min(o + deep, rows))


def _frame(x: Array, part: slice, window: Window) -> Array:
    """Return the padded cells that these rows of windows see."""
    top = window.padding[0][0] - part.start * window.stride[0]
    high = (part.stop - part.start - 1) * window.stride[0] + window.span[0]
    margins = (top, high - top - x.shape[1]), window.padding[1]
    return pad_or_crop(x, margins) if np.any(margins) else np.ascontiguousarray(x)


def _cut(frame: Array, rows: int, cols: int, window: Window, space: Space) -> Array:
    """Write all windows down one after the other: (images, rows, cols, KH, KW * C).

    A run is what lies side by side in memory and is copied as one item: the KW * C numbers of a
    tap row, or the C of one cell where dilation keeps the taps apart.
    """
    (kh, kw), (s, t), (d, e) = window.kernel, window.stride, window.dilation
    cell = frame.shape[3] * frame.itemsize
    row = frame.shape[2] * cell
    runs, size = (1, kw * cell) if e == 1 else (kw, cell)
    jumps = (frame.shape[1] * row, row * s, cell * t, row * d, cell * e)
    view = np.ndarray((len(frame), rows, cols, kh, runs), f"V{size}", frame, strides=jumps)
    table = view if view.flags.c_contiguous else space.copy(view)  # a 1x1 kernel repeats nothing
    return table.view(frame.dtype)


def _flat(cells: Array) -> Array:
    """View (N, H, W, C) as (N, H * W, C)."""
    return cells.reshape(len(cells), -1, cells.shape[3])
