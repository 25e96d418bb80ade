"""Convolution as matrix products over one table: every window of the images is a row of it.

    z = windows @ w        dw = windows.T @ delta        dwindows = delta @ w.T

The table repeats a cell for every window that sees it, so it never stands as a whole: it is cut a
block at a time, a few images or a few rows of one, small enough to stay in the processor's cache.

The way back to the input has two forms. *Scatter* adds the rows of ``dwindows`` to the cells they
belong to, and rotates nothing. *Gather* (stride 1) cuts the windows of delta, and multiplies them
with the rotated kernel; the same windows then give dw, too. Both are derived in the chapter
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
    delta: Array, x: Array, dw: Array, w: Array | None, dx: Array | None, window: Window
) -> None:
    """Write dL/dw into dw and, where they are given, dL/dx into dx; for windows of stride 1."""
    kh, kw, c_in, c_out = dw.shape
    total = np.zeros((c_in, kh * kw * c_out), dw.dtype)
    for block, table in tables(delta, window.transposed(x.shape[1:3])):
        total += (_flat(x[block]).swapaxes(1, 2) @ table).sum(axis=0)
        if w is not None and dx is not None:
            rotated = w[::-1, ::-1].swapaxes(2, 3).reshape(-1, c_in)
            np.matmul(table, rotated, out=_flat(dx[block]))
    dw[::-1, ::-1] = total.reshape(c_in, kh, kw, c_out).transpose(1, 2, 0, 3)


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
    space = None
    for block in _blocks(len(x), rows, cols * kh * kw * c * x.itemsize):
        images, part = block
        table = _windows(_frame(x[images], part, window), part.stop - part.start, cols, window)
        if not table.flags.c_contiguous:  # it is for a 1x1 kernel, which repeats nothing
            space = np.empty(table.shape, table.dtype) if space is None else space
            here = space[: table.shape[0], : table.shape[1]]
            np.copyto(here, table)
            table = here
        yield block, table.view(x.dtype).reshape(len(table), -1, kh * kw * c)


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


def _windows(frame: Array, rows: int, cols: int, window: Window) -> Array:
    """View all windows, (images, rows, cols, KH, runs), without a copy.

    A run is what lies side by side in memory and is copied as one item: the KW * C numbers of a
    tap row, or the C of one cell where dilation keeps the taps apart.
    """
    (kh, kw), (s, t), (d, e) = window.kernel, window.stride, window.dilation
    cell = frame.shape[3] * frame.itemsize
    row = frame.shape[2] * cell
    image = frame.shape[1] * row
    runs, size = (1, kw * cell) if e == 1 else (kw, cell)
    jumps = (image, row * s, cell * t, row * d, cell * e)
    return np.ndarray((len(frame), rows, cols, kh, runs), f"V{size}", frame, strides=jumps)


def _flat(cells: Array) -> Array:
    """View (N, H, W, C) as (N, H * W, C)."""
    return cells.reshape(len(cells), -1, cells.shape[3])
