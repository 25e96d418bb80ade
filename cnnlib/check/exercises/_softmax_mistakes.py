"""What goes wrong on the way back through softmax and cross-entropy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce

import numpy as np

from cnnlib.check.exercise import Array, Case
from cnnlib.ops import softmax, softmax_cross_entropy

STEP = 1e-3


def slopes(z: Array, y: Array) -> Array:
    """Return the slopes of the loss, from two steps to each side of every logit."""
    return _slopes(z.shape, z.tobytes(), y.tobytes())


@lru_cache(maxsize=64)
def _slopes(shape: tuple[int, ...], z_bytes: bytes, y_bytes: bytes) -> Array:
    """Measure once what every candidate asks for."""
    z, y = (np.frombuffer(memory).reshape(shape) for memory in (z_bytes, y_bytes))
    delta = np.zeros(z.shape)
    for cell in np.ndindex(z.shape):
        nudge = np.zeros(z.shape)
        nudge[cell] = STEP
        loss = [softmax_cross_entropy(z + k * nudge, y) for k in (-2, -1, 1, 2)]
        delta[cell] = (loss[0] - 8 * loss[1] + 8 * loss[2] - loss[3]) / (12 * STEP)
    return delta


@dataclass(frozen=True, eq=False)
class Start:
    """Everything that the first delta depends on.

    Where a mistake is in the probabilities or in the labels, delta changes by as much as they do.
    """

    z: Array
    y: Array
    probabilities: Callable[[Array], Array] = softmax
    labels: Callable[[Array], Array] = np.copy
    compute: Callable[[Start], Array] = field(default_factory=lambda: measured)
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case) -> Start:
        """Read the arguments of a case."""
        return cls(np.asarray(case["z"], float), np.asarray(case["y"], float))

    def answer(self) -> Array:
        """Return delta."""
        return reduce(lambda found, finish: finish(found), self.after, self.compute(self))


def measured(q: Start) -> Array:
    """Measure the slopes and add what the mistake adds."""
    added = q.probabilities(q.z) - softmax(q.z) - (q.labels(q.y) - q.y)
    return np.asarray(slopes(q.z, q.y) + added / len(q.z))


Change = Callable[[Start], Start]


# The probabilities


def _probabilities(wrong: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, probabilities=wrong)


def _quotient(shift: Callable[[Array], Array | float], total: Callable[[Array], Array]) -> Change:
    """Use ``exp(z - shift) / total`` as probabilities."""

    def wrong(z: Array) -> Array:
        powers = np.exp(z - shift(z))
        return np.asarray(powers / total(powers))

    return _probabilities(wrong)


def _none(z: Array) -> float:
    return 0.0


def _row(z: Array) -> Array:
    return np.asarray(z.max(axis=1, keepdims=True))


def _column(z: Array) -> Array:
    return np.asarray(z.max(axis=0))


def _all(z: Array) -> Array:
    return np.asarray(z.max())


def _row_flat(z: Array) -> Array:
    return np.asarray(z.max(axis=1))


def _row_sum(e: Array) -> Array:
    return np.asarray(e.sum(axis=1, keepdims=True))


def _row_sum_flat(e: Array) -> Array:
    return np.asarray(e.sum(axis=1))


def _column_sum(e: Array) -> Array:
    return np.asarray(e.sum(axis=0))


def _sum(e: Array) -> Array:
    return np.asarray(e.sum())


def _winner(z: Array) -> Array:
    return np.eye(z.shape[1])[z.argmax(axis=1)]


#: Where people clip logits so that exp does not overflow.
MOST = (10, 20, 30, 50, 80, 88, 100, 200, 300, 500, 700, 709)


def _clipped(most: float) -> Callable[[Array], Array]:
    return lambda z: softmax(np.clip(z, -most, most))


PROBABILITIES: list[tuple[str, Change]] = [
    *(("softmax-wrong-axis", _quotient(shift, _column_sum)) for shift in (_column, _row, _all)),
    *(("softmax-wrong-axis", _quotient(shift, _sum)) for shift in (_all, _row, _column)),
    ("softmax-wrong-axis", _quotient(_column, _row_sum)),
    ("softmax-wrong-axis", _quotient(_none, _column_sum)),
    ("softmax-wrong-axis", _quotient(_none, _sum)),
    ("keepdims-missing", _quotient(_row, _row_sum_flat)),
    ("keepdims-missing", _quotient(_row_flat, _row_sum)),
    ("keepdims-missing", _quotient(_row_flat, _row_sum_flat)),
    ("exp-overflows", _quotient(_none, _row_sum)),
    ("exp-overflows", _quotient(lambda z: z.min(axis=1, keepdims=True), _row_sum)),
    ("exp-overflows", _quotient(lambda z: z.mean(axis=1, keepdims=True), _row_sum)),
    *(("logits-clipped", _probabilities(_clipped(most))) for most in MOST),
    ("shift-not-by-row", _quotient(_all, _row_sum)),
    ("not-normalised", _probabilities(np.exp)),
    ("not-normalised", _probabilities(lambda z: np.exp(z - _row(z)))),
    ("softmax-missing", _probabilities(np.copy)),
    ("softmax-missing", _probabilities(lambda z: 1 / (1 + np.exp(-z)))),
    ("softmax-missing", _probabilities(lambda z: np.log(softmax(z)))),
    ("softmax-missing", _probabilities(_winner)),
    ("softmax-twice", _probabilities(lambda z: softmax(softmax(z)))),
]


# The labels


def _labels(wrong: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, labels=wrong)


LABELS: list[tuple[str, Change]] = [
    ("labels-hardened", _labels(_winner)),
    ("labels-hardened", _labels(lambda y: 1.0 * (y == 1))),
    ("labels-hardened", _labels(np.round)),
    ("labels-hardened", _labels(lambda y: 1.0 * (y > 0))),
    ("labels-ignored", _labels(np.zeros_like)),
]


# The way through p


def _way(compute: Callable[[Array, Array], Array]) -> Change:
    """Compute delta, before the mean over the examples, from probabilities and labels."""
    return lambda q: replace(
        q, compute=lambda r: compute(r.probabilities(r.z), r.labels(r.y)) / len(r.z)
    )


def _jacobian(from_loss: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """Take the slopes of the loss for p through all entries of the Jacobian of softmax."""

    def way(p: Array, y: Array) -> Array:
        dp = from_loss(p, y)
        return np.asarray(p * (dp - (dp * p).sum(axis=1, keepdims=True)))

    return way


def _divided_by_more(tiny: float) -> Callable[[Array, Array], Array]:
    return lambda p, y: -y / (p + tiny)


def _divided_by_at_least(tiny: float) -> Callable[[Array, Array], Array]:
    return lambda p, y: -y / np.maximum(p, tiny)


TINY = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-100, 1e-300)
THROUGH_P: list[tuple[str, Change]] = [
    ("softmax-diagonal", _way(lambda p, y: -y * (1 - p))),
    ("softmax-diagonal", _way(lambda p, y: -y / p * p * (1 - p))),
    ("jacobian-twice", _way(lambda p, y: (p - y) * p * (1 - p))),
    ("jacobian-twice", _way(lambda p, y: (p - y) * p)),
    ("jacobian-twice", _way(_jacobian(lambda p, y: p - y))),
    ("stops-at-p", _way(lambda p, y: -y / p)),
    ("stops-at-p", _way(lambda p, y: -y / p + (1 - y) / (1 - p))),
    ("log-of-zero", _way(_jacobian(lambda p, y: -y / p))),
    *(("log-of-zero", _way(_jacobian(_divided_by_more(tiny)))) for tiny in TINY),
    *(("log-of-zero", _way(_jacobian(_divided_by_at_least(tiny)))) for tiny in TINY),
]


# The mean over the examples, and the rest


def _then(finish: Callable[[Array, Start], Array]) -> Change:
    return lambda q: replace(q, after=(*q.after, lambda found: finish(found, q)))


def _first(delta: Array) -> Array:
    kept = np.zeros(delta.shape)
    kept[0] = delta[0]
    return kept


def _loss(q: Start) -> Array:
    return np.array(softmax_cross_entropy(q.z, q.y))


def _losses(q: Start) -> Array:
    return np.array(
        [softmax_cross_entropy(z[None], y[None]) for z, y in zip(q.z, q.y, strict=True)]
    )


REST: list[tuple[str, Change]] = [
    ("mean-missing", _then(lambda d, q: d * len(q.z))),
    ("divided-by-batch-twice", _then(lambda d, q: d / len(q.z))),
    ("divided-by-classes", _then(lambda d, q: d * len(q.z) / q.z.shape[1])),
    ("divided-by-classes", _then(lambda d, q: d / q.z.shape[1])),
    ("y-minus-p", _then(lambda d, q: -d)),
    ("first-example-only", _then(lambda d, q: _first(d))),
    ("summed-over-batch", _then(lambda d, q: d.sum(axis=0))),
    ("summed-over-batch", _then(lambda d, q: d.mean(axis=0))),
    ("rows-columns-swapped", _then(lambda d, q: d.T)),
    ("returns-loss", lambda q: replace(q, compute=_loss)),
    ("returns-loss", lambda q: replace(q, compute=_losses)),
]

MISTAKES = [*PROBABILITIES, *LABELS, *THROUGH_P, *REST]
