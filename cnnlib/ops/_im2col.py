"""Convolution as matrix products over one table: every window of the images is a row of it.

    z = windows @ w        dw = windows.T @ delta        dwindows = delta @ w.T

The table repeats a cell for every window that sees it, so it never stands as a whole: it is cut a
block at a time, a few images or a few rows of one, small enough to stay in the processor's cache.

The way back to the input has two forms. *Scatter* adds the rows of ``dwindows`` to the cells they
belong to, and rotates nothing. *Gather* cuts the windows of delta, and multiplies them with the
rotated kernel; the same windows then give dw, too. Both are derived in the chapter
``fast_convolution``; the definition that everything here equals is written in ``conv2d``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import as_strided

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


def scatter(delta: Array, w: Array, dx: Array, window: Window) -> None:
    """Write dL/dx into dx: every delta times the kernel is added to the cells of its window.

    First along the rows: ``strips[n, i, j]`` collects what the windows of row i send to column j,
    C * KH numbers, so that a whole window is one piece of memory. Neighbours overlap and are added
    in turns; those of one turn share no cell. A window at the end of a row may reach into the next
    one's padding, which nobody reads.
    """
    (kh, kw, c_in, c_out), ow, wide = w.shape, delta.shape[2], dx.shape[2]
    t, e, span, left = window.stride[1], window.dilation[1], window.span[1], window.padding[1][0]
    columns = w.transpose(3, 1, 2, 0).reshape(c_out, -1)
    pitch = max(ow, ceil(max(left + wide, (ow - 1) * t + span - left) / t))  # windows in a row
    cell, item = kh * c_in, delta.itemsize
    runs, run = (1, kw * cell) if e == 1 else (kw, cell)
    dx[...] = 0
    for images, part in _blocks(len(delta), delta.shape[1], pitch * t * cell * item):
        deltas = pad_or_crop(delta[images, part], ((0, 0), (0, pitch - ow))).reshape(-1, c_out)
        strips = np.zeros((left + len(deltas) * t + span, cell), delta.dtype)
        for turn in range(turns := ceil(span / t)):
            windows = (deltas[turn::turns] @ columns).reshape(-1, runs, run)
            jumps = (turns * t * cell * item, e * cell * item, item)
            seen = as_strided(strips[turn * t :], windows.shape, jumps)
            seen += windows
        rows = strips[left:][: len(deltas) * t]
        rows = rows.reshape(-1, part.stop - part.start, pitch * t, c_in, kh)[:, :, :wide]
        for a in range(kh):
            _add_tap_row(rows[..., a], dx[images], a * window.dilation[0], part.start, window)


def _add_tap_row(rows: Array, dx: Array, offset: int, begin: int, window: Window) -> None:
    """Add to row ``i * s + offset - top`` of the image what window row i sends there."""
    s, offset = window.stride[0], offset - window.padding[0][0]
    first = max(begin, -(offset // s))
    stop = min(begin + rows.shape[1], (dx.shape[1] - 1 - offset) // s + 1)
    if first < stop:
        image_rows = slice(first * s + offset, (stop - 1) * s + offset + 1, s)
        dx[:, image_rows] += rows[:, first - begin : stop - begin]


def tables(x: Array, window: Window) -> Iterator[tuple[Block, Array]]:
    """Cut the table (images, windows, KH * KW * C) block by block, each in the last one's place."""
    (rows, cols), (kh, kw), c = window.output_size(x.shape[1:3]), window.kernel, x.shape[3]
    space = _Space()
    for block in _blocks(len(x), rows, cols * kh * kw * c * x.itemsize):
        images, part = block
        deep = part.stop - part.start
        table = _cut(_frame(x[images], part, window), deep, cols, window, space)
        yield block, table.reshape(len(table), deep * cols, -1)


class _Space:
    """Memory that is used again: a page of new memory costs as much as filling it."""

    memory = np.empty(0, np.uint8)

    def filled(self, values: Array) -> Array:
        """Return a copy of the values, in the memory of the last copy where they find room."""
        if values.nbytes > self.memory.nbytes:
            self.memory = np.empty(values.nbytes, np.uint8)
        copy = np.ndarray(values.shape, values.dtype, self.memory)
        copy[...] = values
        return copy


def _blocks(images: int, rows: int, size: int) -> Iterator[Block]:
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


def _cut(frame: Array, rows: int, cols: int, window: Window, space: _Space) -> Array:
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
    table = view if view.flags.c_contiguous else space.filled(view)  # a 1x1 kernel repeats nothing
    return table.view(frame.dtype)


def _flat(cells: Array) -> Array:
    """View (N, H, W, C) as (N, H * W, C)."""
    return cells.reshape(len(cells), -1, cells.shape[3])
