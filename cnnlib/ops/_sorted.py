"""Images sorted by where their cells lie in a stride, so that a tap meets one piece of memory.

With stride 2 there are four sorts of cells: even or odd row, even or odd column. Tap (a, b) of all
windows meets cells of one sort only, and neighbouring windows meet neighbours of that sort. Sorting
costs one copy; all that a pool does afterwards goes through long rows of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from cnnlib.ops._check import Array
from cnnlib.ops._window import Window, pad_or_crop


def sorted_shape(shape: tuple[int, ...], window: Window) -> tuple[int, ...]:
    """Shape of the sorted cells: (SH, SW, N, rows, columns, C)."""
    (s, t), (high, wide) = window.stride, window.padded(shape[1:3])
    return s, t, shape[0], -(-high // s), -(-wide // t), shape[3]


def sort(x: Array, window: Window, fill: float) -> Array:
    """Return the padded cells as (SH, SW, N, rows, columns, C); the padding holds ``fill``."""
    s, t, n, high, wide, c = sorted_shape(x.shape, window)
    (top, _), (left, _) = window.padding
    _, h, w, _ = x.shape
    margins = (top, high * s - h - top), (left, wide * t - w - left)  # up to a whole stride
    frame = pad_or_crop(x, margins, fill) if np.any(margins) else x
    cells = frame.reshape(n, high, s, wide, t, c)
    return np.ascontiguousarray(cells.transpose(2, 4, 0, 1, 3, 5))


def unsort(cells: Array, window: Window, size: tuple[int, ...]) -> Array:
    """Return the cells to their places, and take the padding off."""
    s, t, n, high, wide, c = cells.shape
    frame = cells.transpose(2, 3, 0, 4, 1, 5).reshape(n, high * s, wide * t, c)
    (top, _), (left, _) = window.padding
    return np.ascontiguousarray(frame[:, top : top + size[0], left : left + size[1]])


def taps(cells: Array, window: Window, out: tuple[int, ...]) -> Iterator[Array]:
    """View the cells (N, OH, OW, C) that each tap meets, tap after tap in row order."""
    (s, t), (oh, ow) = window.stride, out
    for a, b in np.ndindex(*window.kernel):
        i, j = a // s, b // t
        yield cells[a % s, b % t, :, i : i + oh, j : j + ow]


def fold(combine: Callable[..., Array], parts: Iterable[Array]) -> Array:
    """Combine arrays into a new one, pair by pair."""
    first, *others = parts
    total = first.copy()
    for part in others:
        combine(total, part, out=total)
    return total
