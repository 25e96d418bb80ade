"""What goes wrong in the backward pass of a convolution: each mistake as a changed question."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array, Candidate
from cnnlib.check.exercises._overwritten import by_tap, by_window
from cnnlib.check.question import Change, Question, pairs, single

NONE = (0, 0)
ONE = (1, 1)


# The kernel


def _kernel(turn: Callable[[Array], Array]) -> Change:
    return lambda q: q.but(w=turn(q.w))


def _read_as_k_c(w: Array) -> Array:
    """Read the memory of (KH, KW, C, K) as if its axes were (KH, KW, K, C)."""
    kh, kw, c, k = w.shape
    return w.reshape(kh, kw, k, c).swapaxes(2, 3)


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
]


# Delta


def _delta(change: Callable[[Array], Array]) -> Change:
    return lambda q: q.but(delta=change(q.delta))


def _only(*index: slice) -> Change:
    """Delta as if nothing stood outside these examples, rows and columns."""

    def kept(delta: Array) -> Array:
        mask = np.zeros(delta.shape)
        mask[index] = 1
        return delta * mask

    return _delta(kept)


def _every_other(q: Question) -> Question:
    mask = np.zeros(q.delta.shape)
    mask[:, :: q.stride[0], :: q.stride[1]] = 1
    return q.but(delta=q.delta * mask)


ALL, FIRST, LAST = slice(None), slice(0, 1), slice(-1, None)
DELTA: list[tuple[str, Change]] = [
    ("delta-ignored", _delta(np.ones_like)),
    ("delta-rotated", _delta(lambda d: d[:, ::-1, ::-1])),
    ("delta-transposed", _delta(lambda d: d.swapaxes(1, 2).reshape(d.shape))),
    ("first-example-only", _only(FIRST)),
    ("first-window-only", _only(FIRST, FIRST, FIRST)),
    ("first-window-only", _only(ALL, FIRST, FIRST)),
]
LAST_ONLY: list[tuple[str, Change]] = [
    ("overwritten", _only(LAST)),
    ("overwritten", _only(LAST, LAST, LAST)),
    ("overwritten", _only(ALL, LAST, LAST)),
]


# Where the windows lie


def _left_over(q: Question) -> tuple[int, int]:
    span = [(k - 1) * d + 1 for k, d in zip(q.slide.kernel, q.slide.spread, strict=True)]
    sizes = zip(q.x.shape[1:3], q.padding, span, q.stride, strict=True)
    rows, columns = ((n + 2 * p - k) % s for n, p, k, s in sizes)
    return rows, columns


def _stride_ignored(q: Question) -> Question:
    return q.but(step=ONE)


STRIDE: list[tuple[str, Change]] = [
    ("stride-ignored", _stride_ignored),
    ("backward-strided", lambda q: q.but(step=q.slide.spread, spread=q.slide.step)),
    ("backward-strided", _every_other),
    ("backward-strided", lambda q: _every_other(_stride_ignored(q))),
]


# The input gradient's frame


def _undilated(q: Question) -> Question:
    """Full correlation of delta as it is, cropped by the padding: too small an image."""
    sizes = zip(q.slide.out, q.slide.kernel, q.padding, strict=True)
    size = [o + k - 1 - 2 * p for o, k, p in sizes]
    return q.but(step=ONE, x=np.zeros((len(q.x), *size, q.x.shape[3])))


def _thinned(q: Question) -> Question:
    rows, columns = q.stride
    return q.then(lambda g: g[:, ::rows, ::columns])


def _lost(q: Question) -> Question:
    rows, columns = _left_over(q)
    return q.then(lambda g: g[:, : g.shape[1] - rows, : g.shape[2] - columns])


def _lost_beyond_padding(q: Question) -> Question:
    lost = (max(r - p, 0) for r, p in zip(_left_over(q), q.padding, strict=True))
    rows, columns = lost
    return q.then(lambda g: g[:, : g.shape[1] - rows, : g.shape[2] - columns])


def _lost_to_zero(q: Question) -> Question:
    rows, columns = _left_over(q)
    mask = np.zeros(q.x.shape)
    mask[:, : q.x.shape[1] - rows, : q.x.shape[2] - columns] = 1
    return q.then(lambda g: g * mask)


def _framed(q: Question, rows: int, columns: int) -> Question:
    h, w = q.x.shape[1] + 2 * rows, q.x.shape[2] + 2 * columns
    margin = (q.padding[0] - rows, q.padding[1] - columns)
    return q.but(x=np.zeros((len(q.x), h, w, q.x.shape[3])), margin=margin)


def _empty_slice(q: Question) -> Question:
    rows, columns = (slice(p, -p) for p in q.padding)
    return _framed(q, *q.padding).then(lambda g: g[:, rows, columns])


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
    ("padding-not-cropped", lambda q: q.but(margin=NONE)),
    ("padding-not-cropped", lambda q: q.but(margin=(2 * q.padding[0], 2 * q.padding[1]))),
    ("empty-slice", _empty_slice),
    ("rows-columns-swapped", lambda q: q.then(lambda g: g.swapaxes(1, 2))),
    ("overwritten", by_window),
    ("overwritten", by_tap),
    ("overwritten", lambda q: q.but(delta=_last_filter(q.delta))),
    ("overwritten", lambda q: by_window(q.but(delta=_last_filter(q.delta)))),
]


def _last_filter(delta: Array) -> Array:
    return delta * (np.arange(delta.shape[3]) == delta.shape[3] - 1)


# The kernel gradient


def _unpadded_and_fewer(q: Question) -> Question:
    """Take the input without its padding, and only as many windows as fit into it."""
    sizes = zip(q.x.shape[1:3], q.slide.kernel, q.stride, strict=True)
    rows, columns = (max((n - k) // s + 1, 0) for n, k, s in sizes)
    return _only(ALL, slice(0, rows), slice(0, columns))(q.but(margin=NONE))


def _uncovered_kept(q: Question) -> Question:
    rows, columns = _left_over(q)
    kernel = (q.slide.kernel[0] + rows, q.slide.kernel[1] + columns)
    return q.but(kernel=kernel)


def _too_many_taps(q: Question) -> Question:
    """Slide the undilated delta over the padded input, wherever it fits."""
    sizes = zip(q.x.shape[1:3], q.padding, _left_over(q), q.slide.out, strict=True)
    rows, columns = (n + 2 * p - r - o + 1 for n, p, r, o in sizes)
    return q.but(kernel=(rows, columns), step=ONE)


def _too_many_taps_and_uncovered(q: Question) -> Question:
    sizes = zip(q.x.shape[1:3], q.padding, q.slide.out, strict=True)
    rows, columns = (n + 2 * p - o + 1 for n, p, o in sizes)
    return q.but(kernel=(rows, columns), step=ONE)


DW: list[tuple[str, Change]] = [
    ("dw-rotated", lambda q: q.then(lambda g: g[::-1, ::-1])),
    ("rows-columns-swapped", lambda q: q.then(lambda g: g.swapaxes(0, 1))),
    ("dw-channels-swapped", lambda q: q.then(lambda g: g.swapaxes(2, 3))),
    ("channels-flipped", lambda q: q.then(lambda g: g[:, :, ::-1])),
    ("channels-flipped", lambda q: q.then(lambda g: g[:, :, :, ::-1])),
    ("unpadded-input", lambda q: q.but(margin=NONE)),
    ("unpadded-input", _unpadded_and_fewer),
    ("uncovered-rows-kept", _uncovered_kept),
    ("delta-not-dilated", _too_many_taps),
    ("delta-not-dilated", _too_many_taps_and_uncovered),
]


# Factors


def _times(factor: Callable[[Question], float]) -> Change:
    return lambda q: q.then(lambda g: g * factor(q))


def _batch(q: Question) -> int:
    return len(q.delta)


def _windows(q: Question) -> int:
    return q.delta.shape[1] * q.delta.shape[2]


FACTORS: list[tuple[str, Change]] = [
    ("divided-by-batch", _times(lambda q: 1 / _batch(q))),
    ("divided-by-batch-twice", _times(lambda q: 1 / _batch(q) ** 2)),
    ("multiplied-by-batch", _times(_batch)),
    ("sign-flipped", _times(lambda q: -1.0)),
]
AVERAGES: list[tuple[str, Change]] = [
    ("averaged-over-windows", _times(lambda q: 1 / _windows(q))),
    ("averaged-over-windows", _times(lambda q: 1 / (_windows(q) * _batch(q)))),
]
DB: list[tuple[str, Change]] = [
    ("bias-not-summed", lambda q: q.but(way={**q.way, "db": lambda q: q.delta})),
    *(
        ("bias-not-summed", lambda q, a=axes: q.but(way={**q.way, "db": lambda q: q.delta.sum(a)}))
        for axes in (0, 1, 2, (0, 1), (0, 2), (1, 2), (0, 1, 2, 3), (1, 2, 3), 3)
    ),
    ("bias-averaged", _times(lambda q: 1 / _windows(q))),
    ("bias-averaged", _times(lambda q: 1 / (_windows(q) * _batch(q)))),
    ("delta-ignored", _delta(np.ones_like)),
    ("backward-strided", _every_other),
]

MISTAKES: dict[str, list[tuple[str, Change]]] = {
    "dx": [*KERNEL, *DELTA, *STRIDE, *FRAME, *FACTORS],
    "dw": [*DW, *DELTA, *LAST_ONLY, *STRIDE, *FACTORS, *AVERAGES],
    "db": [*DB, *DELTA[3:], *LAST_ONLY, *FACTORS],
}


def candidates(parts: tuple[str, ...] = ("dx", "dw", "db")) -> tuple[Candidate, ...]:
    """Return every mistake alone, then every two together."""
    alone = [single(cause, part, change) for part in parts for cause, change in MISTAKES[part]]
    return (*alone, *(both for part in parts for both in pairs(part, MISTAKES[part])))
