"""Mistakes in the input gradient of a convolution, as changed questions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.exercises._conv_shared import ALL, FIRST, NONE, ONE, left_over, within
from cnnlib.check.exercises._overwritten import by_tap, by_window
from cnnlib.check.question import Change, Question

# The kernel


def _kernel(turn: Callable[[Array], Array]) -> Change:
    return lambda q: q.but(w=turn(q.w))


def _read_as_k_c(w: Array) -> Array:
    """Read the memory of (KH, KW, C, K) as if its axes were (KH, KW, K, C)."""
    kh, kw, c, k = w.shape
    return w.reshape(kh, kw, k, c).swapaxes(2, 3)


def _as_rows(w: Array) -> Array:
    """Read the memory of w as one row for each filter, where a transpose is needed."""
    kh, kw, c, k = w.shape
    return w.reshape(k, kh, kw, c).transpose(1, 2, 3, 0)


def _channel_by_channel(w: Array) -> Array:
    """Read the rows of w as if the channel came first, and then the taps."""
    kh, kw, c, k = w.shape
    return w.reshape(c, kh, kw, k).transpose(1, 2, 0, 3)


def _alike(w: Array, one: Array) -> Array:
    return np.broadcast_to(one, w.shape)


KERNEL: list[tuple[str, Change]] = [
    ("kernel-not-rotated", _kernel(lambda w: w[::-1, ::-1])),
    ("kernel-flipped-once", _kernel(lambda w: w[::-1])),
    ("kernel-flipped-once", _kernel(lambda w: w[:, ::-1])),
    ("rows-columns-swapped", _kernel(lambda w: w.swapaxes(0, 1))),
    ("kernel-turned-90", _kernel(lambda w: np.rot90(w, 1))),
    ("kernel-turned-90", _kernel(lambda w: np.rot90(w, 3))),
    ("channels-flipped", _kernel(lambda w: w[:, :, ::-1])),
    ("channels-flipped", _kernel(lambda w: w[:, :, :, ::-1])),
    ("channels-flipped", _kernel(lambda w: w[:, :, ::-1, ::-1])),
    ("channels-not-swapped", _kernel(lambda w: w.swapaxes(2, 3))),
    ("channels-not-swapped", _kernel(_read_as_k_c)),
    ("reshaped-not-transposed", _kernel(_as_rows)),
    ("column-order", _kernel(_channel_by_channel)),
    ("filters-mixed", _kernel(lambda w: _alike(w, w[..., :1]))),
    ("filters-mixed", _kernel(lambda w: _alike(w, w.sum(3, keepdims=True)))),
    ("taps-missed", _kernel(lambda w: within(w, slice(0, -1), slice(0, -1)))),
    ("taps-missed", _kernel(lambda w: within(w, slice(0, -1)))),
    ("taps-missed", _kernel(lambda w: within(w, ALL, slice(0, -1)))),
    ("channels-missed", _kernel(lambda w: within(w, ALL, ALL, ALL, FIRST))),
    ("channels-missed", _kernel(lambda w: within(w, ALL, ALL, FIRST))),
]


# The frame


def _undilated(q: Question) -> Question:
    """Full correlation of delta as it is, cropped by the padding: too small an image."""
    sizes = zip(q.slide.out, q.slide.kernel, q.padding, strict=True)
    size = [o + k - 1 - 2 * p for o, k, p in sizes]
    return q.but(stride=ONE, x=np.zeros((len(q.x), *size, q.x.shape[3])))


def _thinned(q: Question) -> Question:
    rows, columns = q.stride
    return q.then(lambda g: g[:, ::rows, ::columns])


def _lost(q: Question) -> Question:
    rows, columns = left_over(q)
    return q.then(lambda g: g[:, : g.shape[1] - rows, : g.shape[2] - columns])


def _lost_beyond_padding(q: Question) -> Question:
    lost = (max(r - p, 0) for r, p in zip(left_over(q), q.padding, strict=True))
    rows, columns = lost
    return q.then(lambda g: g[:, : g.shape[1] - rows, : g.shape[2] - columns])


def _lost_to_zero(q: Question) -> Question:
    rows, columns = left_over(q)
    mask = np.zeros(q.x.shape)
    mask[:, : q.x.shape[1] - rows, : q.x.shape[2] - columns] = 1
    return q.then(lambda g: g * mask)


def _framed(q: Question, rows: int, columns: int) -> Question:
    h, w = q.x.shape[1] + 2 * rows, q.x.shape[2] + 2 * columns
    margin = (q.padding[0] - rows, q.padding[1] - columns)
    return q.but(x=np.zeros((len(q.x), h, w, q.x.shape[3])), padding=margin)


def _empty_slice(q: Question) -> Question:
    rows, columns = (slice(p, -p) for p in q.padding)
    rows = slice(None) if q.row else rows
    return _framed(q, *q.padding).then(lambda g: g[:, rows, columns])


def _averaged(q: Question) -> Question:
    """Divide every cell by the number of windows that read it."""
    counted = q.but(delta=np.ones_like(q.delta[..., :1]), w=np.ones_like(q.w[..., :1]))
    count = np.maximum(counted.answer("dx"), 1)
    return q.then(lambda g: g / count)


FRAME: list[tuple[str, Change]] = [
    ("delta-not-dilated", _undilated),
    ("backward-strided", lambda q: _thinned(_undilated(q))),
    ("backward-strided", _thinned),
    ("uncovered-rows-lost", _lost),
    ("uncovered-rows-lost", _lost_beyond_padding),
    ("uncovered-rows-lost", _lost_to_zero),
    ("padding-not-cropped", lambda q: _framed(q, *q.padding)),
    ("padding-not-cropped", lambda q: _framed(q, q.padding[0], 0)),
    ("padding-not-cropped", lambda q: _framed(q, 0, q.padding[1])),
    ("padding-not-cropped", lambda q: q.but(padding=NONE)),
    ("padding-not-cropped", lambda q: q.but(padding=(2 * q.padding[0], 2 * q.padding[1]))),
    ("empty-slice", _empty_slice),
    ("overlap-averaged", _averaged),
    ("rows-columns-swapped", lambda q: q.then(lambda g: g.swapaxes(1, 2))),
    ("overwritten", by_window),
    ("overwritten", by_tap),
    ("overwritten", lambda q: q.but(delta=_last_filter(q.delta))),
    ("overwritten", lambda q: by_window(q.but(delta=_last_filter(q.delta)))),
]


def _last_filter(delta: Array) -> Array:
    return delta * (np.arange(delta.shape[3]) == delta.shape[3] - 1)
