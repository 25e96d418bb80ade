"""The backward pass of a pool, asked for with one thing changed.

With the winners of its windows fixed, a pool is linear: each output is a sum of cells times shares.
So the gradient comes from unit steps in the cells, as everywhere here. A mistake changes the
shares, where the windows are read, or where the steps are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case
from cnnlib.check.window import Pair, Slide, pair


@dataclass(frozen=True, eq=False)
class Pool:
    """Everything that the gradient of a pool depends on.

    Attributes
    ----------
    delta, x : ndarray
        Arguments of the case.
    read, write : Slide
        Where the windows lie when they are looked at, and when delta is handed out.
    size : (rows, columns)
        Of the array that delta is handed out to.
    stride, padding : (rows, columns)
        Those of the case.
    share : callable
        ``share(question)`` says how much of delta each tap of each window receives:
        (N, OH, OW, KH, KW, C).
    compute : callable
        How the parts of delta are collected.
    after : tuple of callables
        What is done to the gradient in the end.
    """

    delta: Array
    x: Array
    read: Slide
    write: Slide
    size: Pair
    stride: Pair
    padding: Pair
    share: Callable[[Pool], Array]
    compute: Callable[[Pool], Array] = field(default_factory=lambda: collect)
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case, share: Callable[[Pool], Array]) -> Pool:
        """Read the arguments of a case."""
        delta, x = (np.asarray(case[name], float) for name in ("delta", "x"))
        kernel = pair(case["kernel_size"])
        stride = pair(case.options.get("stride", kernel))
        padding = pair(case.options.get("padding", 0))
        rows, columns = delta.shape[1:3]
        slide = Slide(kernel, (rows, columns), stride, (1, 1), padding)
        size = (x.shape[1], x.shape[2])
        return cls(delta, x, slide, slide, size, stride, padding, share)

    def seen(self, outside: float) -> Array:
        """Return what each window sees, (N, OH, OW, KH, KW, C), with this value as padding."""
        inside = self.read.patches(np.ones((1, *self.x.shape[1:3], 1))) > 0
        return np.where(inside, self.read.patches(self.x), outside)

    def windows(self, **changed: Any) -> Pool:
        """Return the same question with the windows elsewhere, in both directions."""
        read, write = replace(self.read, **changed), replace(self.write, **changed)
        return replace(self, read=read, write=write)

    def then(self, finish: Callable[[Array], Array]) -> Pool:
        """Return the same question with something done to its answer."""
        return replace(self, after=(*self.after, finish))

    def answer(self) -> Array:
        """Return dx."""
        return reduce(lambda found, finish: finish(found), self.after, self.compute(self))


def collect(q: Pool) -> Array:
    """Take a unit step in every cell and ask what delta makes of it."""
    handed_out = q.delta[:, :, :, None, None] * q.share(q)
    n, c = handed_out.shape[0], handed_out.shape[5]
    response = _response(q.write, q.size)
    dx = response @ handed_out.reshape(n, -1, c)
    return dx.reshape(n, *q.size, c)


@lru_cache(maxsize=256)
def _response(slide: Slide, size: Pair) -> Array:
    """Return what each tap of each window sees of a unit step in each cell: (cells, taps)."""
    cells = size[0] * size[1]
    return slide.patches(np.eye(cells).reshape(cells, *size, 1)).reshape(cells, -1)


def average(q: Pool) -> Array:
    """Return equal shares."""
    return np.ones(_shape(q)) / np.prod(q.read.kernel)


def first(q: Pool) -> Array:
    """Give everything to the first of the largest, in row order."""
    return one_hot(flat(q.seen(-np.inf)).argmax(axis=3), q)


def last(q: Pool) -> Array:
    """Give everything to the last of the largest."""
    backwards = flat(q.seen(-np.inf))[:, :, :, ::-1]
    return one_hot(backwards.shape[3] - 1 - backwards.argmax(axis=3), q)


def first_in_column(q: Pool) -> Array:
    """Give everything to the first of the largest, in column order."""
    turned = flat(q.seen(-np.inf).swapaxes(3, 4)).argmax(axis=3)
    kh, kw = q.read.kernel
    return one_hot(turned % kh * kw + turned // kh, q)


def every(q: Pool) -> Array:
    """Give everything to each of the largest."""
    seen = q.seen(-np.inf)
    return 1.0 * (seen == seen.max(axis=(3, 4), keepdims=True))


def split(q: Pool) -> Array:
    """Give equal parts to all of the largest."""
    won = every(q)
    return np.asarray(won / won.sum(axis=(3, 4), keepdims=True))


def flat(taps: Array) -> Array:
    """Put the taps of a window into one axis, in row order."""
    n, rows, columns, kh, kw, c = taps.shape
    return taps.reshape(n, rows, columns, kh * kw, c)


def one_hot(tap: Array, q: Pool) -> Array:
    """Turn the number of a tap in row order into shares."""
    kh, kw = q.read.kernel
    chosen = np.eye(kh * kw)[tap]  # (N, OH, OW, C, taps)
    return chosen.swapaxes(3, 4).reshape(*tap.shape[:3], kh, kw, tap.shape[3])


def _shape(q: Pool) -> tuple[int, ...]:
    n, rows, columns, c = q.delta.shape
    return (n, rows, columns, *q.read.kernel, c)
