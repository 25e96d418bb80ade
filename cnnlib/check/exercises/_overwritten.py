"""What remains of the input gradient when contributions are written with `=` and not with `+=`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.question import Question

Cells = tuple[slice, slice]


def by_window(q: Question) -> Question:
    """Window after window: the last one that reads a cell wins."""
    return q.but(compute={**q.compute, "dx": _pasted(_windows)})


def by_tap(q: Question) -> Question:
    """Tap after tap, all windows at once: the last tap that reads a cell wins."""
    return q.but(compute={**q.compute, "dx": _pasted(_taps)})


def _pasted(stamps: Callable[[Question], Iterator[tuple[Cells, Array]]]) -> Callable[..., Array]:
    def gradient(q: Question) -> Array:
        (top, left), (h, w) = q.slide.padding, q.x.shape[1:3]
        reach = [(o - 1) * s + (k - 1) * d + 1 for o, s, k, d in _sizes(q)]
        canvas = np.zeros(
            (len(q.x), max(h + 2 * top, reach[0]), max(w + 2 * left, reach[1]), q.x.shape[3])
        )
        for cells, stamp in stamps(q):
            canvas[:, cells[0], cells[1]] = stamp
        return canvas[:, top : top + h, left : left + w]

    return gradient


def _windows(q: Question) -> Iterator[tuple[Cells, Array]]:
    for place in product(*map(range, q.slide.out)):
        cells = [
            slice(i * s, i * s + (k - 1) * d + 1, d)
            for i, (_, s, k, d) in zip(place, _sizes(q), strict=True)
        ]
        yield (cells[0], cells[1]), np.einsum("nk,abck->nabc", q.delta[:, place[0], place[1]], q.w)


def _taps(q: Question) -> Iterator[tuple[Cells, Array]]:
    for tap in product(*map(range, q.slide.kernel)):
        cells = [
            slice(a * d, a * d + (o - 1) * s + 1, s)
            for a, (o, s, _, d) in zip(tap, _sizes(q), strict=True)
        ]
        yield (cells[0], cells[1]), q.delta @ q.w[tap].T


def _sizes(q: Question) -> list[tuple[int, int, int, int]]:
    return list(zip(q.slide.out, q.slide.stride, q.slide.kernel, q.slide.dilation, strict=True))
