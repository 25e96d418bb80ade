"""Mistakes in the kernel gradient of a convolution, as changed questions."""

from __future__ import annotations

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.exercises._conv_shared import (
    ALL,
    FIRST,
    NONE,
    ONE,
    left_over,
    only,
    within,
)
from cnnlib.check.question import Change, Question


def _unpadded_and_fewer(q: Question) -> Question:
    """Take the input without its padding, and only as many windows as fit into it."""
    sizes = zip(q.x.shape[1:3], q.slide.kernel, q.stride, strict=True)
    rows, columns = (max((n - k) // s + 1, 0) for n, k, s in sizes)
    return only(ALL, slice(0, rows), slice(0, columns))(q.but(padding=NONE))


def _uncovered_kept(q: Question) -> Question:
    rows, columns = left_over(q)
    kernel = (q.slide.kernel[0] + rows, q.slide.kernel[1] + columns)
    return q.but(kernel=kernel)


def _too_many_taps(q: Question) -> Question:
    """Slide the undilated delta over the padded input, wherever it fits."""
    sizes = zip(q.x.shape[1:3], q.padding, left_over(q), q.slide.out, strict=True)
    rows, columns = (n + 2 * p - r - o + 1 for n, p, r, o in sizes)
    return q.but(kernel=(rows, columns), stride=ONE)


def _too_many_taps_and_uncovered(q: Question) -> Question:
    sizes = zip(q.x.shape[1:3], q.padding, q.slide.out, strict=True)
    rows, columns = (n + 2 * p - o + 1 for n, p, o in sizes)
    return q.but(kernel=(rows, columns), stride=ONE)


def _as_rows(g: Array) -> Array:
    """Read the memory of the transposed table of weights."""
    return g.reshape(-1, g.shape[-1]).T.reshape(g.shape)


def _summed(delta: Array) -> Array:
    return np.broadcast_to(delta.sum(3, keepdims=True), delta.shape)


DW: list[tuple[str, Change]] = [
    ("dw-rotated", lambda q: q.then(lambda g: g[::-1, ::-1])),
    ("rows-columns-swapped", lambda q: q.then(lambda g: g.swapaxes(0, 1))),
    ("dw-channels-swapped", lambda q: q.then(lambda g: g.swapaxes(2, 3))),
    ("channels-flipped", lambda q: q.then(lambda g: g[:, :, ::-1])),
    ("channels-flipped", lambda q: q.then(lambda g: g[:, :, :, ::-1])),
    ("unpadded-input", lambda q: q.but(padding=NONE)),
    ("unpadded-input", _unpadded_and_fewer),
    ("reshaped-not-transposed", lambda q: q.then(_as_rows)),
    ("column-order", lambda q: q.then(lambda g: g.transpose(2, 0, 1, 3).reshape(g.shape))),
    ("examples-mixed", lambda q: q.but(x=np.broadcast_to(q.x[:1], q.x.shape))),
    ("filters-mixed", lambda q: q.but(delta=_summed(q.delta))),
    ("taps-missed", lambda q: q.then(lambda g: within(g, slice(0, -1), slice(0, -1)))),
    ("taps-missed", lambda q: q.then(lambda g: within(g, slice(0, -1)))),
    ("taps-missed", lambda q: q.then(lambda g: within(g, ALL, slice(0, -1)))),
    ("channels-missed", lambda q: q.then(lambda g: within(g, ALL, ALL, ALL, FIRST))),
    ("channels-missed", lambda q: q.then(lambda g: within(g, ALL, ALL, FIRST))),
    ("uncovered-rows-kept", _uncovered_kept),
    ("delta-not-dilated", _too_many_taps),
    ("delta-not-dilated", _too_many_taps_and_uncovered),
]
