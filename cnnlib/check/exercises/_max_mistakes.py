"""What goes wrong in the backward pass of a max pool, beyond what goes wrong in any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.exercises._pool_mistakes import COMMON, Change
from cnnlib.check.exercises._pool_question import (
    Pool,
    average,
    every,
    first,
    flat,
    last,
    one_hot,
    split,
)

Share = Callable[[Pool], Array]


def _share(share: Share) -> Change:
    return lambda q: replace(q, share=share)


def _reshared(change: Callable[[Array, Pool], Array]) -> Change:
    """Do something to the shares."""
    return lambda q: replace(q, share=lambda r: change(q.share(r), r))


def _winner_of(score: Callable[[Array], Array], outside: float = -np.inf) -> Share:
    """Let the first tap with the largest score win."""
    return lambda q: one_hot(flat(score(q.seen(outside))).argmax(axis=3), q)


# Who wins


def _close(q: Pool) -> Array:
    seen = q.seen(-np.inf)
    return np.isclose(seen, seen.max(axis=(3, 4), keepdims=True))


def _close_shared(q: Pool) -> Array:
    won = _close(q)
    return np.asarray(won / won.sum(axis=(3, 4), keepdims=True))


def _positive_only(q: Pool) -> Array:
    """Search from 0 upwards: in a window of negative numbers nobody wins."""
    seen = q.seen(-np.inf)
    return first(q) * (seen.max(axis=(3, 4), keepdims=True) > 0)


def _positive_or_corner(q: Pool) -> Array:
    """Search from 0 upwards: in a window of negative numbers the corner wins."""
    return _winner_of(lambda seen: np.maximum(seen, 0), outside=0.0)(q)


def _positive_or_first_inside(q: Pool) -> Array:
    """Search from 0 upwards: in a window of negative numbers its first cell in the image wins."""
    return _winner_of(lambda seen: np.where(np.isneginf(seen), -1, np.maximum(seen, 0)))(q)


def _of_one_channel(q: Pool) -> Array:
    """Let the window's largest number in any channel decide, and only its channel receive."""
    seen = q.seen(-np.inf)
    return first(q) * (seen.max(axis=(3, 4), keepdims=True) == seen.max((3, 4, 5), keepdims=True))


def _of_image(q: Pool) -> Array:
    """Give to the largest number of the whole image alone."""
    return first(q) * (q.seen(-np.inf) == q.x.max(axis=(1, 2))[:, None, None, None, None])


def _together(score: Callable[[Array], Array]) -> Change:
    """Let all channels share one winner."""

    def one(seen: Array) -> Array:
        return np.broadcast_to(score(seen), seen.shape)

    return _share(_winner_of(one))


def _of_first_example(q: Pool) -> Array:
    return np.broadcast_to(first(replace(q, x=q.x[:1])), (len(q.x), *first(q).shape[1:]))


def _pooled(q: Pool) -> Array:
    return np.asarray(q.seen(-np.inf).max(axis=(3, 4)))


def _along(axis: int) -> Share:
    """Let every row, or every column, of a window have a winner of its own."""

    def share(q: Pool) -> Array:
        seen = q.seen(-np.inf)
        return 1.0 * (seen == seen.max(axis=axis, keepdims=True))

    return share


WINNERS: list[tuple[str, Change]] = [
    ("ties-all-paid", _share(every)),
    ("false-tie", _share(_close)),
    ("false-tie", _share(_close_shared)),
    *(("tie-policy", _share(share)) for share in (first, last, split)),
    ("smallest-wins", _share(_winner_of(np.negative, outside=np.inf))),
    ("largest-magnitude-wins", _share(_winner_of(abs, outside=0.0))),
    ("padding-wins", _share(_winner_of(lambda seen: seen, outside=0.0))),
    ("search-starts-at-0", _share(_positive_only)),
    ("search-starts-at-0", _share(_positive_or_corner)),
    ("search-starts-at-0", _share(_positive_or_first_inside)),
    ("channels-share-winner", _share(_of_one_channel)),
    *(
        ("channels-share-winner", _together(score))
        for score in (
            lambda seen: seen[..., :1],
            lambda seen: seen.max(axis=5, keepdims=True),
            lambda seen: seen.sum(axis=5, keepdims=True),
        )
    ),
    ("examples-share-winner", _share(_of_first_example)),
    ("one-winner-for-all", _share(_of_image)),
    ("average-for-maximum", _share(average)),
    ("every-cell-paid", _share(lambda q: np.ones_like(average(q)))),
    ("value-for-slope", _reshared(lambda share, q: share * q.seen(0.0))),
    ("winner-per-row", _share(_along(4))),
    ("winner-per-row", _share(_along(3))),
    ("returns-value", lambda q: replace(q, compute=_pooled)),
    ("winner-divided", _reshared(lambda share, q: share / np.prod(q.read.kernel))),
]


# Where in the window


def _transposed(q: Pool) -> Pool:
    """Take the winner's row for its column."""
    rows, columns = q.write.kernel
    turned = replace(q, write=replace(q.write, kernel=(columns, rows)))
    return replace(turned, share=lambda r: q.share(r).swapaxes(3, 4))


def _wrong_width(q: Pool) -> Pool:
    """Count the winner's place in rows that are as long as the window is high."""
    taps, width = int(np.prod(q.write.kernel)), q.write.kernel[0]
    rows = -(-taps // width)

    def share(r: Pool) -> Array:
        found = flat(q.share(r))
        frame = np.zeros((*found.shape[:3], rows * width, found.shape[4]))
        frame[:, :, :, :taps] = found
        return frame.reshape(*found.shape[:3], rows, width, found.shape[4])

    return replace(q, write=replace(q.write, kernel=(rows, width)), share=share)


def _of_unpadded(q: Pool) -> Array:
    """Look for the winners in the image without its padding, from the window's padded corner."""
    reading = replace(q.read, padding=(0, 0))
    return first(replace(q, read=reading))


def _place_in_image(q: Pool) -> Pool:
    """Take the winner's number in its window for a number in the whole image."""

    def compute(r: Pool) -> Array:
        found = np.zeros((len(r.x), r.size[0] * r.size[1], r.x.shape[3]))
        tap = flat(r.share(r)).argmax(axis=3)  # (N, OH, OW, C)
        n, _, _, c = np.indices(tap.shape)
        np.add.at(found, (n, tap, c), r.delta)
        return found.reshape(len(r.x), *r.size, -1)

    return replace(q, compute=compute)


def _height_for_width(q: Pool) -> Pool:
    """Hand out to an image as wide as this one is high, and reshape."""
    rows, columns = (n + 2 * p for n, p in zip(q.size, q.padding, strict=True))
    reach = [
        (o - 1) * s + k for o, s, k in zip(q.write.out, q.write.stride, q.write.kernel, strict=True)
    ]
    if reach[0] > columns or reach[1] > rows:
        raise IndexError("the windows do not fit into the turned image")
    turned = replace(q, size=(q.size[1], q.size[0]))
    return turned.then(lambda g: g.reshape(len(g), *q.size, -1))


PLACES: list[tuple[str, Change]] = [
    ("padding-ignored", _share(_of_unpadded)),
    ("window-corner", _place_in_image),
    ("rows-columns-swapped", _height_for_width),
    ("rows-columns-swapped", _transposed),
    ("rows-columns-swapped", _wrong_width),
]

MISTAKES: list[tuple[str, Change]] = [*WINNERS, *PLACES, *COMMON]
