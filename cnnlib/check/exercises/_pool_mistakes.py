"""What goes wrong in the backward pass of any pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.exercises._pool_question import Pool

Change = Callable[[Pool], Pool]
NONE, ONE = (0, 0), (1, 1)


# Delta


def _delta(change: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, delta=change(q.delta))


def _only(*index: slice) -> Change:
    """Delta as if nothing stood outside these examples, rows and columns."""

    def kept(delta: Array) -> Array:
        mask = np.zeros(delta.shape)
        mask[index] = 1
        return delta * mask

    return _delta(kept)


def transposed(delta: Array) -> Array:
    """Swap rows and columns; where they are not equally many, code with this mistake raises."""
    if delta.shape[1] != delta.shape[2]:
        raise ValueError("not as many rows as columns")
    return delta.swapaxes(1, 2)


ALL, FIRST, SHORT, LATE = slice(None), slice(0, 1), slice(0, -1), slice(1, None)
DELTA: list[tuple[str, Change]] = [
    ("delta-ignored", _delta(np.ones_like)),
    ("delta-rotated", _delta(lambda d: d[:, ::-1, ::-1])),
    ("delta-transposed", _delta(lambda d: d.swapaxes(1, 2).reshape(d.shape))),
    ("delta-transposed", _delta(transposed)),
    ("channels-flipped", _delta(lambda d: d[..., ::-1])),
    ("first-example-only", _only(FIRST)),
    ("channels-missed", _only(ALL, ALL, ALL, FIRST)),
    ("channels-mixed", _delta(lambda d: np.broadcast_to(d[..., :1], d.shape))),
    ("channels-mixed", _delta(lambda d: np.broadcast_to(d.sum(3, keepdims=True), d.shape))),
    ("channels-mixed", _delta(lambda d: np.broadcast_to(d.mean(3, keepdims=True), d.shape))),
    ("first-window-only", _only(ALL, FIRST, FIRST)),
    ("first-window-only", _only(FIRST, FIRST, FIRST)),
    ("windows-missed", _only(ALL, SHORT, SHORT)),
    ("windows-missed", _only(ALL, SHORT)),
    ("windows-missed", _only(ALL, ALL, SHORT)),
    ("windows-missed", _only(ALL, LATE)),
    ("windows-missed", _only(ALL, ALL, LATE)),
    ("windows-missed", _only(ALL, LATE, LATE)),
]


# Where the windows lie


def _step(step: Callable[[Pool], tuple[int, int]]) -> list[Change]:
    """Use another stride for both directions, or for one of them."""
    return [
        lambda q: q.windows(stride=step(q)),
        lambda q: replace(q, read=replace(q.read, stride=step(q))),
        lambda q: replace(q, write=replace(q.write, stride=step(q))),
    ]


def _shifted(rows: int, columns: int) -> Change:
    def change(q: Pool) -> Pool:
        margin = (q.write.padding[0] + rows, q.write.padding[1] + columns)
        return replace(q, write=replace(q.write, padding=margin))

    return change


def _framed(q: Pool, rows: int, columns: int) -> Pool:
    """Hand out to an array with so many rows and columns more at each side."""
    size = (q.size[0] + 2 * rows, q.size[1] + 2 * columns)
    margin = (q.padding[0] - rows, q.padding[1] - columns)
    return replace(q, size=size, write=replace(q.write, padding=margin))


def _no_margin(q: Pool) -> Pool:
    return q.windows(padding=NONE)


def _write_margin(times: int) -> Change:
    def change(q: Pool) -> Pool:
        margin = (times * q.padding[0], times * q.padding[1])
        return replace(q, write=replace(q.write, padding=margin))

    return change


def _empty_slice(q: Pool) -> Pool:
    rows, columns = (slice(p, -p) for p in q.padding)
    return _framed(q, *q.padding).then(lambda g: g[:, rows, columns])


def _reach(q: Pool) -> list[int]:
    """How far the last window reaches into the image."""
    sizes = zip(q.read.out, q.stride, q.read.kernel, q.padding, q.size, strict=True)
    return [min((o - 1) * s + k - p, n) for o, s, k, p, n in sizes]


def _lost(q: Pool) -> Pool:
    rows, columns = _reach(q)
    return q.then(lambda g: g[:, :rows, :columns])


def _tiled(q: Pool) -> Pool:
    """Lay the windows side by side, in an array of just that size."""
    rows, columns = (o * k for o, k in zip(q.read.out, q.read.kernel, strict=True))
    moved = q.windows(stride=q.read.kernel, padding=NONE)
    return replace(moved, size=(rows, columns))


WINDOWS: list[tuple[str, Change]] = [
    *(("pool-stride", change) for change in _step(lambda q: ONE)),
    *(("pool-stride", change) for change in _step(lambda q: q.read.kernel)),
    *(("pool-stride", change) for change in _step(lambda q: (2, 2))),
    ("windows-tiled", _tiled),
    *(("window-corner", change) for change in _step(lambda q: NONE)[2:]),
    *(
        ("shifted-by-one", _shifted(rows, columns))
        for rows in (-1, 0, 1)
        for columns in (-1, 0, 1)
        if rows or columns
    ),
    ("padding-not-cropped", _write_margin(0)),
    ("padding-ignored", _no_margin),
    ("padding-not-cropped", _write_margin(2)),
    ("padding-not-cropped", lambda q: _framed(q, *q.padding)),
    ("padding-not-cropped", lambda q: _framed(q, q.padding[0], 0)),
    ("padding-not-cropped", lambda q: _framed(q, 0, q.padding[1])),
    ("empty-slice", _empty_slice),
    ("uncovered-rows-lost", _lost),
    ("rows-columns-swapped", lambda q: q.then(lambda g: g.swapaxes(1, 2))),
]


# The taps of a window


def _taps(*index: slice) -> Change:
    """Let only these taps receive something."""

    def share(q: Pool, before: Callable[[Pool], Array]) -> Array:
        found = before(q)
        mask = np.zeros(found.shape)
        mask[(ALL, ALL, ALL, *index)] = 1
        return found * mask

    return lambda q: replace(q, share=lambda r: share(r, q.share))


TAPS: list[tuple[str, Change]] = [
    ("cells-missed", _taps(SHORT, SHORT)),
    ("cells-missed", _taps(SHORT)),
    ("cells-missed", _taps(ALL, SHORT)),
    ("cells-missed", _taps(FIRST, FIRST)),
]


# Written with = where += is needed

Stamp = tuple[tuple[slice, slice], Array, Array]


def _pasted(stamps: Callable[[Pool], Iterator[Stamp]], *, zeros: bool) -> Change:
    """Let the last stamp on a cell win; without zeros only what it hands out is written."""

    def compute(q: Pool) -> Array:
        (top, left), (rows, columns) = q.write.padding, q.size
        far = [(o - 1) * s + k for o, s, k in _sizes(q)]
        room = (max(rows + 2 * top, far[0]), max(columns + 2 * left, far[1]))
        canvas = np.zeros((len(q.delta), *room, q.delta.shape[3]))
        for cells, share, part in stamps(q):
            place = canvas[:, cells[0], cells[1]]
            place[...] = part if zeros else np.where(share != 0, part, place)
        return canvas[:, top : top + rows, left : left + columns]

    return lambda q: replace(q, compute=compute)


def _by_window(q: Pool) -> Iterator[Stamp]:
    yield from _stamps(q, product(*map(range, q.write.out)))


def _by_column(q: Pool) -> Iterator[Stamp]:
    rows, columns = q.write.out
    yield from _stamps(q, ((i, j) for j in range(columns) for i in range(rows)))


def _stamps(q: Pool, places: Iterator[tuple[int, ...]]) -> Iterator[Stamp]:
    share = q.share(q)
    for i, j in places:
        (_, s, k), (_, t, m) = _sizes(q)
        cells = (slice(i * s, i * s + k), slice(j * t, j * t + m))
        one = share[:, i, j]
        yield cells, one, q.delta[:, i, j][:, None, None] * one


def _by_tap(q: Pool) -> Iterator[Stamp]:
    share = q.share(q)
    for a, b in product(*map(range, q.write.kernel)):
        (o, s, _), (p, t, _) = _sizes(q)
        cells = (slice(a, a + (o - 1) * s + 1, s), slice(b, b + (p - 1) * t + 1, t))
        one = share[:, :, :, a, b]
        yield cells, one, q.delta * one


def _sizes(q: Pool) -> list[tuple[int, int, int]]:
    return list(zip(q.write.out, q.write.stride, q.write.kernel, strict=True))


OVERWRITTEN: list[tuple[str, Change]] = [
    ("overwritten", _pasted(stamps, zeros=zeros))
    for zeros in (False, True)
    for stamps in (_by_window, _by_column, _by_tap)
]


# Factors


def _times(factor: Callable[[Pool], float]) -> Change:
    return lambda q: q.then(lambda g: g * factor(q))


FACTORS: list[tuple[str, Change]] = [
    ("divided-by-batch", _times(lambda q: 1 / len(q.delta))),
    ("divided-by-batch-twice", _times(lambda q: 1 / len(q.delta) ** 2)),
    ("multiplied-by-batch", _times(lambda q: len(q.delta))),
    ("sign-flipped", _times(lambda q: -1.0)),
]

COMMON: list[tuple[str, Change]] = [*DELTA, *WINDOWS, *TAPS, *OVERWRITTEN, *FACTORS]
