"""``relu_backward``: a gate for every cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.exercises.combine import candidates
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.wiring import gate_backward
from cnnlib.ops import relu
from cnnlib.trace import IndexRule, TermGroup, Trace
from cnnlib.trace.rule import index, named_axes

# adds, shape
SHAPES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("a row of numbers", (1, 7)),
    ("a batch", (5, 3)),
    ("feature maps", (2, 4, 3, 2)),
    ("whole-number z", (3, 4)),
    ("z exactly 0 here and there", (4, 5)),
    ("a square", (4, 4)),
)


def cases(seed: int) -> list[Case]:
    """Return the cases of ``relu_backward``."""
    return [_case(seed, number, *row) for number, row in enumerate(SHAPES)]


def _case(seed: int, number: int, adds: str, shape: tuple[int, ...]) -> Case:
    rng = np.random.default_rng([seed, number])
    z, da = _both_signs(rng, shape), _both_signs(rng, shape)
    # Every combination of signs occurs, whatever the seed.
    z.flat[:4], da.flat[:4] = abs(z.flat[:4]) * [1, 1, -1, -1], abs(da.flat[:4]) * [1, -1, 1, -1]
    if adds == "whole-number z":
        z = np.where(z > 0, 1 + rng.integers(0, 5, shape), -1 - rng.integers(0, 5, shape))
    if "exactly 0" in adds:
        z[:, ::2] = 0.0
    return Case(adds, {"da": da, "z": z})


def _both_signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return numbers of both signs, none of them near 0."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.2, 2.0, shape)


def slopes(z: Array) -> Array:
    """Slopes of ReLU, from steps so short that the kink stays out of them.

    At the kink itself the step from the left is taken: nothing passes.
    """
    step = np.where(z == 0, 1.0, abs(z) / 2)
    above = np.where(z == 0, z, z + step)
    return (relu(above) - relu(z - step)) / (above - (z - step))


@dataclass(frozen=True, eq=False)
class Gate:
    """What delta depends on."""

    da: Array
    z: Array
    slope: Callable[[Array, Array], Array]
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case) -> Gate:
        """Read the arguments of a case."""
        return cls(case["da"], np.asarray(case["z"], float), lambda da, z: slopes(z))

    def answer(self) -> Array:
        """Return delta."""
        delta = self.da * self.slope(self.da, self.z)
        return reduce(lambda found, finish: finish(found), self.after, delta)


Change = Callable[[Gate], Gate]


def _gate(slope: Callable[[Array, Array], Any]) -> Change:
    return lambda q: replace(q, slope=lambda da, z: np.broadcast_to(slope(da, z), z.shape))


def _delta(change: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, da=change(q.da))


def _after(finish: Callable[[Array], Array]) -> Change:
    return lambda q: replace(q, after=(*q.after, finish))


def _leaky(a: float) -> Change:
    return _gate(lambda da, z: np.where(z > 0, 1, a))


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _first(array: Array) -> Array:
    kept = np.zeros(array.shape)
    kept[0] = array[0]
    return kept


MISTAKES: list[tuple[str, Change]] = [
    ("gate-on-gradient", _gate(lambda da, z: da > 0)),
    ("gate-on-gradient", _gate(lambda da, z: (da > 0) & (z > 0))),
    ("gate-on-gradient", _gate(lambda da, z: da >= 0)),
    ("gate-on-gradient", _gate(lambda da, z: da * z > 0)),
    ("gate-at-kink", _gate(lambda da, z: z >= 0)),
    ("gate-at-kink", _gate(lambda da, z: np.heaviside(z, 0.5))),
    ("gate-inverted", _gate(lambda da, z: z < 0)),
    ("gate-inverted", _gate(lambda da, z: z <= 0)),
    ("gate-inverted", _gate(lambda da, z: z == 0)),
    ("gate-missing", _gate(lambda da, z: 1.0)),
    ("one-gate-for-all", _gate(lambda da, z: (z > 0).any())),
    ("one-gate-for-all", _gate(lambda da, z: (z > 0).all())),
    ("one-gate-for-all", _gate(lambda da, z: z.sum() > 0)),
    ("one-gate-for-all", _gate(lambda da, z: z[:1] > 0)),
    ("returns-value", lambda q: replace(q, da=np.ones(q.z.shape), slope=lambda da, z: relu(z))),
    ("value-for-slope", _gate(lambda da, z: relu(z))),
    ("value-for-slope", _gate(lambda da, z: z)),
    ("other-activation", _gate(lambda da, z: np.sign(z))),
    *(("other-activation", _leaky(a)) for a in (0.01, 0.1, 0.2, 0.3, 0.001)),
    ("other-activation", _gate(lambda da, z: _sigmoid(z) * (1 - _sigmoid(z)))),
    ("other-activation", _gate(lambda da, z: _sigmoid(z))),
    ("other-activation", _gate(lambda da, z: 1 - np.tanh(z) ** 2)),
    ("other-activation", _gate(lambda da, z: np.where(z > 0, 1, np.exp(z)))),
    ("delta-ignored", _delta(np.ones_like)),
    ("delta-rotated", _delta(np.flip)),
    ("delta-transposed", _delta(lambda d: d.T.reshape(d.shape))),
    ("first-example-only", _delta(_first)),
    ("summed-over-batch", _after(lambda d: d.sum(axis=0))),
    ("summed-over-batch", _after(lambda d: d.mean(axis=0))),
    ("summed-over-batch", _after(lambda d: d.sum(axis=0, keepdims=True))),
    ("divided-by-batch", _after(lambda d: d / len(d))),
    ("multiplied-by-batch", _after(lambda d: d * len(d))),
    ("sign-flipped", _after(np.negative)),
]


def _trace(case: Case, part: str) -> Trace:
    """Spell delta out with its gate, which the trace of ReLU itself shows as a wire."""
    da, gate = np.asarray(case["da"], float), slopes(np.asarray(case["z"], float))
    axes = named_axes(da.ndim)
    group = TermGroup(index(axes), {"da": index(axes), "gate": index(axes)})
    return Trace(
        "relu_backward", {"da": da, "gate": gate}, da.shape, IndexRule(tuple(axes), (group,))
    )


EXERCISE = Exercise(
    name="relu_backward",
    signature="relu_backward(da, z)",
    parts=("delta",),
    like={"delta": "z"},
    cases=cases,
    expected=lambda case: {"delta": Gate.of(case).answer()},
    candidates=candidates("delta", Gate.of, MISTAKES),
    forbidden=GRADIENTS,
    wiring=gate_backward(),
    trace=_trace,
)
