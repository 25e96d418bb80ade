"""Convolution over strips: windows that overlap in memory, so that nearly nothing is repeated.

A table (``_im2col``) writes every cell down KH * KW times, a strip KH times: it is cut along the
height alone. The products are the same, and so is the way back, on which windows are added instead
of read. It is what the gradient for the input takes when it scatters, and what images of few
channels take in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnlib.ops._check import Array
from cnnlib.ops._im2col import Block, Space, blocks
from cnnlib.ops._window import Window, pad_or_crop


def worthwhile(channels: int, window: Window) -> bool:
    """Tell whether runs of C numbers are so short that strips are worth their overlap."""
    return channels < 4 and window.kernel[0] > 1 and window.dilation[1] == 1


def correlate(x: Array, w: Array, z: Array, window: Window) -> None:
    """Write x ⋆ w into z."""
    c_out, strips = w.shape[3], Strips(x.shape, window, z.shape[2])
    columns, space = w.transpose(1, 2, 0, 3).reshape(-1, c_out), Space()
    for block in strips.blocks(z):
        windows = strips.cut(x, block)
        rows = space.array((sum(map(len, windows)), c_out), z.dtype)
        for turn, seen in enumerate(windows):
            np.matmul(seen, columns, out=rows[turn :: strips.turns])
        part = z[block]
        part[...] = rows.reshape(*part.shape[:2], strips.pitch, c_out)[:, :, : strips.ow]


def kernel_grad(delta: Array, x: Array, dw: Array, window: Window) -> None:
    """Write dL/dw into dw."""
    (kh, kw, c, c_out), strips = dw.shape, Strips(x.shape, window, delta.shape[2])
    total = np.zeros((kw * c * kh, c_out), dw.dtype)
    for block in strips.blocks(delta):
        deltas = strips.in_rows(delta[block])
        for turn, seen in enumerate(strips.cut(x, block)):
            total += seen.T @ deltas[turn :: strips.turns]
    dw[...] = total.reshape(kw, c, kh, c_out).transpose(2, 0, 1, 3)


def scatter(delta: Array, w: Array, dx: Array, window: Window) -> None:
    """Write dL/dx into dx: every delta times the kernel is added to the cells of its window."""
    strips = Strips(dx.shape, window, delta.shape[2])
    columns = w.transpose(3, 1, 2, 0).reshape(len(w.T), -1)  # in the order of a strip
    dx[...] = 0
    for block in strips.blocks(delta):
        deltas, memory = strips.in_rows(delta[block]), strips.empty(delta, block)
        for turn, seen in enumerate(strips.windows(memory)):
            seen += (deltas[turn :: strips.turns] @ columns).reshape(seen.shape)
        for image_rows, cells in strips.tap_rows(memory, block):
            dx[block[0], image_rows] += cells


class Strips:
    """Windows in less memory than a table: cut along the height alone.

    ``strips[n, i, j]`` holds what the row of windows i sees of column j, C * KH numbers, so that
    the KW columns of a window are one piece of memory. Neighbours overlap, and take turns: the
    windows of one turn share no cell. A window at the end of a row reaches into the padding of the
    next.
    """

    def __init__(self, shape: tuple[int, ...], window: Window, ow: int) -> None:
        _, self.h, self.wide, self.c = shape
        self.window, self.ow, self.kh = window, ow, window.kernel[0]
        self.cell, self.left, self.span = self.c * self.kh, window.padding[1][0], window.span[1]
        self.t, e = window.stride[1], window.dilation[1]
        self.turns = ceil(self.span / self.t)
        self.runs = (window.kernel[1], self.cell) if e > 1 else (1, window.kernel[1] * self.cell)
        room = max(self.left + self.wide, (ow - 1) * self.t + self.span - self.left)
        self.pitch = max(ow, ceil(room / self.t))  # windows in a row, some of them beyond its end
        self.space = Space()

    def blocks(self, delta: Array) -> Iterator[Block]:
        """Go through the rows of windows, some at a time."""
        size = 4 * self.pitch * self.t * self.cell * delta.itemsize  # with room for their products
        return blocks(len(delta), delta.shape[1], size)

    def empty(self, like: Array, block: Block) -> Array:
        """Return strips of zeros for a block."""
        count = len(range(*block[0].indices(len(like)))) * (block[1].stop - block[1].start)
        length = self.left + count * self.pitch * self.t + self.span
        strips = self.space.array((length, self.cell), like.dtype)
        strips[...] = 0
        return strips

    def cut(self, x: Array, block: Block) -> list[Array]:
        """Return the windows of a block as matrices, one for each turn (no dilation along rows)."""
        strips = self.empty(x, block)
        for image_rows, cells in self.tap_rows(strips, block):
            cells[...] = x[block[0], image_rows]
        return [view[:, 0] for view in self.windows(strips)]

    def windows(self, strips: Array) -> list[Array]:
        """View the windows (number, runs, run) of each turn."""
        count, item = (len(strips) - self.left - self.span) // self.t, strips.itemsize
        cell, views = self.cell * item, []
        for turn in range(self.turns):
            shape = (len(range(turn, count, self.turns)), *self.runs)
            jumps = (self.turns * self.t * cell, self.window.dilation[1] * cell, item)
            views.append(as_strided(strips[turn * self.t :], shape, jumps))
        return views

    def in_rows(self, delta: Array) -> Array:
        """Return delta in the order of the windows, zeros for those beyond the end of a row."""
        return pad_or_crop(delta, ((0, 0), (0, self.pitch - self.ow))).reshape(-1, delta.shape[3])

    def tap_rows(self, strips: Array, block: Block) -> Iterator[tuple[slice, Array]]:
        """Pair the rows of the image that each tap row meets with their place in the strips."""
        begin, end = block[1].start, block[1].stop
        inside = strips[self.left : len(strips) - self.span]
        rows = inside.reshape(-1, end - begin, self.pitch * self.t, self.c, self.kh)
        s = self.window.stride[0]
        for a in range(self.kh):
            offset = a * self.window.dilation[0] - self.window.padding[0][0]
            first, stop = max(begin, -(offset // s)), min(end, (self.h - 1 - offset) // s + 1)
            if first < stop:
                image_rows = slice(first * s + offset, (stop - 1) * s + offset + 1, s)
                yield image_rows, rows[:, first - begin : stop - begin, : self.wide, :, a]
