"""Mistakes that spoil every gradient of a convolution, as changed questions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.question import Change, Question

NONE = (0, 0)
ONE = (1, 1)
ALL, FIRST, LAST = slice(None), slice(0, 1), slice(-1, None)


def within(array: Array, *index: slice) -> Array:
    """Set everything outside these slices to 0."""
    mask = np.zeros(array.shape)
    mask[index] = 1
    return array * mask


# Delta


def upstream(change: Callable[[Array], Array]) -> Change:
    """Return the mistake that puts something else in delta's place."""
    return lambda q: q.but(delta=change(q.delta))


def only(*index: slice) -> Change:
    """Return the mistake that sees nothing outside these examples, rows and columns."""
    return upstream(lambda delta: within(delta, *index))


def every_other(q: Question) -> Question:
    """Use delta at every stride-th position only."""
    mask = np.zeros(q.delta.shape)
    mask[:, :: q.stride[0], :: q.stride[1]] = 1
    return q.but(delta=q.delta * mask)


def transposed(delta: Array) -> Array:
    """Swap rows and columns; where they are not equally many, code with this mistake raises."""
    if delta.shape[1] != delta.shape[2]:
        raise ValueError("not as many rows as columns")
    return delta.swapaxes(1, 2)


DELTA: list[tuple[str, Change]] = [
    ("delta-ignored", upstream(np.ones_like)),
    ("delta-rotated", upstream(lambda d: d[:, ::-1, ::-1])),
    ("delta-transposed", upstream(lambda d: d.swapaxes(1, 2).reshape(d.shape))),
    ("delta-transposed", upstream(transposed)),
    ("first-example-only", only(FIRST)),
    ("first-window-only", only(FIRST, FIRST, FIRST)),
    ("first-window-only", only(ALL, FIRST, FIRST)),
]
FEWER: list[tuple[str, Change]] = [
    ("windows-missed", only(ALL, slice(0, -1), slice(0, -1))),
    ("windows-missed", only(ALL, slice(0, -1))),
    ("windows-missed", only(ALL, ALL, slice(0, -1))),
    ("windows-missed", only(ALL, slice(1, None), slice(1, None))),
    ("windows-missed", only(ALL, slice(1, None))),
    ("windows-missed", only(ALL, ALL, slice(1, None))),
    ("windows-missed", only(slice(0, -1))),
]
LAST_ONLY: list[tuple[str, Change]] = [
    ("overwritten", only(LAST)),
    ("overwritten", only(LAST, LAST, LAST)),
    ("overwritten", only(ALL, LAST, LAST)),
]


# Where the windows lie


def left_over(q: Question) -> tuple[int, int]:
    """Return how many rows and columns no window reaches."""
    sizes = zip(q.x.shape[1:3], q.padding, q.slide.span, q.stride, strict=True)
    rows, columns = ((n + 2 * p - k) % s for n, p, k, s in sizes)
    return rows, columns


def stride_ignored(q: Question) -> Question:
    """Let the windows follow each other in steps of one."""
    return q.but(stride=ONE)


def _swapped(name: str) -> Change:
    """Return the mistake that gives the rows what belongs to the columns; a sequence has one."""

    def change(q: Question) -> Question:
        if q.row:
            raise ValueError("one axis of space has nothing to swap")
        return q.but(**{name: getattr(q.slide, name)[::-1]})

    return change


STRIDE: list[tuple[str, Change]] = [
    ("stride-ignored", stride_ignored),
    ("backward-strided", lambda q: q.but(stride=q.slide.dilation, dilation=q.slide.stride)),
    ("dilation-ignored", lambda q: q.but(dilation=ONE)),
    ("backward-strided", every_other),
    ("backward-strided", lambda q: every_other(stride_ignored(q))),
    ("rows-columns-swapped", _swapped("stride")),
    ("rows-columns-swapped", _swapped("padding")),
]


def _one_axis(**moved: Callable[[Question], tuple[int, int]]) -> Change:
    """Return the mistake that forgets one axis of an image."""

    def change(q: Question) -> Question:
        if q.row:
            raise ValueError("a sequence has one axis")
        return q.but(**{key: move(q) for key, move in moved.items()})

    return change


ONE_AXIS: list[tuple[str, Change]] = [
    ("one-axis-forgotten", _one_axis(stride=lambda q: (q.stride[0], 1))),
    ("one-axis-forgotten", _one_axis(stride=lambda q: (1, q.stride[1]))),
    ("one-axis-forgotten", _one_axis(padding=lambda q: (q.padding[0], 0))),
    ("one-axis-forgotten", _one_axis(padding=lambda q: (0, q.padding[1]))),
]
MIXED: list[tuple[str, Change]] = [
    ("examples-mixed", upstream(lambda d: np.broadcast_to(d.sum(0, keepdims=True), d.shape))),
    ("examples-mixed", upstream(lambda d: np.broadcast_to(d[:1], d.shape))),
    ("examples-mixed", upstream(lambda d: d[::-1])),
]


def shifted(rows: int, columns: int) -> Change:
    """Return the mistake that lays all windows elsewhere."""
    return lambda q: q.but(padding=(q.slide.padding[0] + rows, q.slide.padding[1] + columns))


SHIFTS: list[tuple[str, Change]] = [
    ("shifted-by-one", shifted(rows, columns))
    for rows in (-1, 0, 1)
    for columns in (-1, 0, 1)
    if rows or columns
]


# Factors


def times(factor: Callable[[Question], float]) -> Change:
    """Return the mistake that multiplies by a factor."""
    return lambda q: q.then(lambda g: g * factor(q))


def batch(q: Question) -> int:
    """Return the number of examples."""
    return len(q.delta)


def windows(q: Question) -> int:
    """Return the number of windows of an example."""
    return q.delta.shape[1] * q.delta.shape[2]


FACTORS: list[tuple[str, Change]] = [
    ("divided-by-batch", times(lambda q: 1 / batch(q))),
    ("divided-by-batch-twice", times(lambda q: 1 / batch(q) ** 2)),
    ("multiplied-by-batch", times(batch)),
    ("sign-flipped", times(lambda q: -1.0)),
]
AVERAGES: list[tuple[str, Change]] = [
    ("averaged-over-windows", times(lambda q: 1 / windows(q))),
    ("averaged-over-windows", times(lambda q: 1 / (windows(q) * batch(q)))),
]
