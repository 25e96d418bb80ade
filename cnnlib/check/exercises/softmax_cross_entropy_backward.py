"""``softmax_cross_entropy_backward``: where the way back begins."""

from __future__ import annotations

import numpy as np

from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.exercises._softmax_mistakes import MISTAKES, Start
from cnnlib.check.exercises.combine import candidates
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.other_calls import CLASS_NUMBERS

# adds, N, K
SIZES = (
    ("one example", 1, 3),
    ("a batch", 4, 3),
    ("as many examples as classes", 3, 3),
    ("whole-number logits and labels", 3, 5),
    ("soft labels", 3, 4),
    ("certain, and wrong", 3, 4),
    ("logits of 1000 and -1000", 3, 4),
    ("all logits far below zero", 3, 5),
    ("one example far above another", 4, 3),
)


def cases(seed: int) -> list[Case]:
    """Return the cases of ``softmax_cross_entropy_backward``."""
    return [_case(seed, number, *row) for number, row in enumerate(SIZES)]


def _case(seed: int, number: int, adds: str, n: int, k: int) -> Case:
    rng = np.random.default_rng([seed, number])
    z: Array = rng.normal(size=(n, k))
    y: Array = np.eye(k)[rng.integers(0, k, n)]
    if "whole-number" in adds:
        z, y = rng.integers(-3, 4, (n, k)), y.astype(int)
    if "soft" in adds:
        y = rng.uniform(0.1, 1.0, (n, k))
        y /= y.sum(axis=1, keepdims=True)
    return Case(adds, {"z": _moved(adds, z, y), "y": y})


def _moved(adds: str, z: Array, y: Array) -> Array:
    """Move logits to where a careless program fails; the last example may stay."""
    moved = np.arange(len(z))[:, None] < len(z) - 1
    if "certain" in adds:
        return z - 800 * y * moved
    if "1000" in adds:
        return z + 1000 * (np.roll(y, 1, axis=1) - y) * moved
    if "below" in adds:
        return z - 1000
    if "above" in adds:
        return z + np.arange(len(z))[:, None] * 2000
    return z


EXERCISE = Exercise(
    name="softmax_cross_entropy_backward",
    signature="softmax_cross_entropy_backward(z, y)",
    parts=("delta",),
    like={"delta": "z"},
    cases=cases,
    expected=lambda case: {"delta": Start.of(case).answer()},
    candidates=candidates("delta", Start.of, MISTAKES),
    forbidden=GRADIENTS,
    others=(CLASS_NUMBERS,),
)
