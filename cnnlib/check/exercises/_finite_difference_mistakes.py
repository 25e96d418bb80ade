"""What goes wrong when cells are nudged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case

Between = Callable[["FiniteDifference", Callable[[float], float]], float]


@dataclass(frozen=True, eq=False)
class FiniteDifference:
    """Everything that a measured slope depends on.

    Attributes
    ----------
    f, x
        Arguments of the case.
    step : float
        Length of the nudge; ``given`` tells whether the case asks for it.
    between : callable
        ``between(question, at)`` makes a slope of the values ``at(distance)`` of the function.
    compute : callable
        Which cells are nudged, and how.
    after : tuple of callables
        What is done to the slopes in the end.
    """

    f: Callable[[Any], float]
    x: Array
    step: float
    given: bool
    between: Between
    compute: Callable[[FiniteDifference], Array]
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case) -> FiniteDifference:
        """Read the arguments of a case."""
        step = case.options.get("step")
        return cls(case["f"], case["x"], step or 1e-5, step is not None, both_sides, every_cell)

    def answer(self) -> Array:
        """Return the slopes."""
        return reduce(lambda found, finish: finish(found), self.after, self.compute(self))

    def moved(self, cell: Any, start: Array | None = None) -> Callable[[float], float]:
        """Return the function of the distance by which some cells are moved."""

        def at(distance: float) -> float:
            probe = np.array(self.x if start is None else start, float)
            probe[cell] += distance
            return self.f(probe)

        return at


def both_sides(q: FiniteDifference, at: Callable[[float], float]) -> float:
    """Compare the values at the two sides."""
    return (at(q.step) - at(-q.step)) / (2 * q.step)


def every_cell(q: FiniteDifference) -> Array:
    """FiniteDifference one cell after another."""
    found = np.zeros(q.x.shape)
    for cell in np.ndindex(q.x.shape):
        found[cell] = q.between(q, q.moved(cell))
    return found


Change = Callable[[FiniteDifference], FiniteDifference]


# How far


def _fixed(step: float) -> Change:
    """Use a step of one's own, whatever is asked for."""
    return lambda q: replace(q, step=step)


def _unless_given(step: float) -> Change:
    return lambda q: q if q.given else replace(q, step=step)


USUAL = (1e-5, 1e-4, 1e-6, 1e-3, 1e-7, 1e-8)
LARGE = (1e-2, 1e-1, 1.0, 0.5, 5e-2)
SMALL = (1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-20)


def _there_and_back(q: FiniteDifference) -> Array:
    """FiniteDifference one and the same array up, down and back, whose rounding adds up."""
    probe, found = np.array(q.x, float), np.zeros(q.x.shape)
    for cell in np.ndindex(q.x.shape):
        probe[cell] += q.step
        above = q.f(probe)
        probe[cell] -= 2 * q.step
        found[cell] = (above - q.f(probe)) / (2 * q.step)
        probe[cell] += q.step
    return found


def _there_and_back_by(step: float) -> Change:
    return lambda q: q if q.given else replace(q, step=step, compute=_there_and_back)


STEPS: list[tuple[str, Change]] = [
    *(("step-ignored", lambda q, h=h: _fixed(h)(q) if q.given else q) for h in USUAL),
    *(("step-too-large", make(h)) for make in (_unless_given, _fixed) for h in LARGE),
    *(("step-too-small", make(h)) for make in (_unless_given, _fixed) for h in SMALL),
    *(("step-too-small", _there_and_back_by(h)) for h in SMALL),
]


# Between what


def _between(between: Between) -> list[Change]:
    """Return one change for each step that people use where none is asked for."""
    return [
        lambda q, h=h: replace(_unless_given(h)(q), between=between)  # type: ignore[misc]
        for h in USUAL
    ]


DIFFERENCES: dict[str, list[Between]] = {
    "one-sided": [
        lambda q, at: (at(q.step) - at(0)) / q.step,
        lambda q, at: (at(0) - at(-q.step)) / q.step,
        lambda q, at: (at(2 * q.step) - at(0)) / (2 * q.step),
    ],
    "wrong-distance": [
        lambda q, at: (at(q.step) - at(-q.step)) / q.step,
        lambda q, at: at(q.step) - at(-q.step),
        lambda q, at: (at(q.step) - at(-q.step)) / 2,
        lambda q, at: (at(q.step) - at(-q.step)) / 2 * q.step,
        lambda q, at: (at(q.step) - at(-q.step)) * q.step,
        lambda q, at: (at(q.step) - at(-q.step)) * 2 * q.step,
        lambda q, at: (at(q.step) - at(-q.step)) / q.step**2,
        lambda q, at: (at(q.step) - at(-q.step)) / (2 * q.step) ** 2,
        lambda q, at: (at(q.step / 2) - at(-q.step / 2)) / (2 * q.step),
        lambda q, at: (at(q.step) - at(0)) / (2 * q.step),
        lambda q, at: (at(0) - at(-q.step)) / (2 * q.step),
        lambda q, at: at(q.step) - at(0),
    ],
    "half-step": [lambda q, at: (at(q.step / 2) - at(-q.step / 2)) / q.step],
    "second-difference": [
        lambda q, at: (at(q.step) - 2 * at(0) + at(-q.step)) / q.step**2,
    ],
    "signs-lost": [lambda q, at: (at(q.step) + at(-q.step)) / (2 * q.step)],
}


# Which cells


def _kept(q: FiniteDifference, sign: float) -> Array:
    """Leave every cell where its last nudge has put it."""
    found, start = np.zeros(q.x.shape), np.array(q.x, float)
    for cell in np.ndindex(q.x.shape):
        found[cell] = q.between(q, q.moved(cell, start.copy()))
        start[cell] += sign * q.step
    return found


def _rows(q: FiniteDifference) -> Array:
    """FiniteDifference whole rows."""
    return np.array([q.between(q, q.moved(row)) for row in range(len(q.x))])


def _rows_spread(q: FiniteDifference) -> Array:
    rows = _rows(q).reshape(-1, *(1,) * (q.x.ndim - 1))
    return np.broadcast_to(rows, q.x.shape)


def _all(q: FiniteDifference) -> Array:
    return np.array(q.between(q, q.moved(...)))


def _relative(q: FiniteDifference) -> Array:
    """FiniteDifference by a part of the cell's own value, and divide by the step alone."""
    found = np.zeros(q.x.shape)
    for cell in np.ndindex(q.x.shape):
        at, value = q.moved(cell), float(q.x[cell])
        found[cell] = (at(q.step * value) - at(-q.step * value)) / (2 * q.step)
    return found


def _cut(q: FiniteDifference) -> Array:
    """Put the nudged value back into an array of whole numbers."""
    if q.x.dtype.kind != "i":
        return every_cell(q)
    found = np.zeros(q.x.shape)
    for cell in np.ndindex(q.x.shape):
        value, at = float(q.x[cell]), q.moved(cell)
        found[cell] = q.between(q, lambda d, value=value, at=at: at(int(value + d) - value))  # type: ignore[misc]
    return found


def _single(q: FiniteDifference) -> Array:
    """FiniteDifference in an array of single precision."""
    found = np.zeros(q.x.shape)
    for cell in np.ndindex(q.x.shape):
        value, at = np.float32(q.x[cell]), replace(q, x=q.x.astype(np.float32)).moved(cell)
        to = [float(value + np.float32(h)) - float(value) for h in (q.step, -q.step)]
        found[cell] = (at(to[0]) - at(to[1])) / (2 * q.step)
    return found


def _visited(*index: Any) -> Change:
    """Visit these cells and leave 0 in the others."""

    def finish(found: Array) -> Array:
        mask = np.zeros(found.shape)
        mask[index[: found.ndim]] = 1
        return found * mask

    return lambda q: replace(q, after=(*q.after, finish))


def _then(finish: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, after=(*q.after, finish))


def _way(compute: Callable[[FiniteDifference], Array]) -> list[Change]:
    return [lambda q, h=h: replace(_unless_given(h)(q), compute=compute) for h in USUAL]  # type: ignore[misc]


ALL, FIRST, SHORT, LATE = slice(None), slice(0, 1), slice(0, -1), slice(1, None)
CELLS: list[tuple[str, Change]] = [
    *(("nudge-stays", change) for change in _way(lambda q: _kept(q, -1.0))),
    *(("nudge-stays", change) for change in _way(lambda q: _kept(q, 1.0))),
    *(("row-nudged", change) for way in (_rows_spread, _rows) for change in _way(way)[:1]),
    ("all-nudged-at-once", _way(_all)[0]),
    ("all-nudged-at-once", lambda q: replace(q, compute=lambda r: np.full(r.x.shape, _all(r)))),
    *(("relative-nudge", change) for change in _way(_relative)),
    *(("single-precision", change) for change in _way(_single)),
    *(("integer-nudge", change) for change in _way(_cut)),
    *(("integer-nudge", change) for change in _way(lambda q: np.trunc(_cut(q)))),
    *(
        ("cells-not-visited", _visited(*index))
        for index in (
            (FIRST,),
            (ALL, FIRST),
            (FIRST, FIRST, FIRST, FIRST),
            (SHORT,),
            (ALL, SHORT),
            (SHORT, SHORT),
            (LATE,),
            (ALL, LATE),
        )
    ),
    ("cells-not-visited", _then(lambda g: g * np.eye(*g.shape) if g.ndim == 2 else g)),
]
REST: list[tuple[str, Change]] = [
    ("sign-flipped", _then(np.negative)),
    ("flat-result", _then(np.ravel)),
    ("order-of-cells", _then(lambda g: g.T.reshape(g.shape))),
    ("order-of-cells", _then(lambda g: g.T)),
    ("divided-by-cells", _then(lambda g: g / g.size)),
    ("divided-by-cells", _then(lambda g: g / len(g))),
    ("returns-value", lambda q: replace(q, compute=lambda r: np.array(r.f(r.x)))),
]

MISTAKES: list[tuple[str, Change]] = [
    *STEPS,
    *(
        (cause, change)
        for cause, forms in DIFFERENCES.items()
        for form in forms
        for change in _between(form)
    ),
    *CELLS,
    *REST,
]
