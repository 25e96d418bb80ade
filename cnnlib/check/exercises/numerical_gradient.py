"""``numerical_gradient``: nudge every cell to both sides and compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.polynomial import polynomial

from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.exercises._finite_difference_mistakes import MISTAKES, FiniteDifference
from cnnlib.check.exercises.combine import candidates
from cnnlib.check.forbidden import MEASUREMENTS

STEP = 1e-5
# adds, shape, options
SHAPES: tuple[tuple[str, tuple[int, ...], dict[str, float]], ...] = (
    ("a row of numbers", (4,), {}),
    ("a matrix", (3, 2), {}),
    ("as many rows as columns", (3, 3), {}),
    ("an array with four axes", (2, 3, 1, 2), {}),
    ("whole numbers", (2, 3), {}),
    ("a step of its own", (3, 2), {"step": 0.25}),
)


def cases(seed: int) -> list[Case]:
    """Return the cases of ``numerical_gradient``."""
    return [_case(seed, number, *row) for number, row in enumerate(SHAPES)]


def _case(
    seed: int, number: int, adds: str, shape: tuple[int, ...], options: dict[str, float]
) -> Case:
    rng = np.random.default_rng([seed, number])
    x: Array = rng.uniform(0.3, 1.0, shape) * rng.choice([-1, 1], shape)
    if adds == "whole numbers":
        x = rng.permutation([-3, -2, -1, 1, 2, 3]).reshape(shape)
    arrays = {"f": _function(rng, x), "x": x}
    return Case(adds, arrays, options, writable=True)


def _function(rng: np.random.Generator, x: Array) -> Callable[[Any], float]:
    """Return a function that is bent in every cell, and in which all cells act on each other."""
    bend, steep = (rng.uniform(1, 2, x.shape) * rng.choice([-1, 1], x.shape) for _ in range(2))
    middle = float((steep * x).sum()) - 0.1

    def bent(x: Any) -> float:
        x = np.asarray(x, float)
        return float((bend * (x**3 + x**5 / 4)).sum() + 20 * ((steep * x).sum() - middle) ** 2)

    return bent


def expected(case: Case) -> dict[str, Array]:
    """Return the slopes of the polynomial that the function is along each cell.

    With coefficients c1, c3, c5 it rises by 2 (c1 h + c3 h³ + c5 h⁵) from side to side.
    """
    f, x, step = case["f"], case["x"].astype(float), case.options.get("step", STEP)
    distances = np.linspace(-1, 1, 9)
    found = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):
        values = []
        for distance in distances:
            probe = x.copy()
            probe[cell] += distance
            values.append(f(probe))
        _, c1, _, c3, _, c5 = polynomial.polyfit(distances, values, 5)
        found[cell] = c1 + c3 * step**2 + c5 * step**4
    return {"gradient": found}


def _five_points(case: Case) -> Array | None:
    """Measure at two distances and let the first error cancel: a sharper formula."""
    q = FiniteDifference.of(case)
    return replace(
        q,
        between=lambda r, at: (
            (8 * (at(r.step) - at(-r.step)) - at(2 * r.step) + at(-2 * r.step)) / (12 * r.step)
        ),
    ).answer()


def _richardson(case: Case) -> Array | None:
    """Measure with the step and with half of it, and let the first error cancel."""
    q = FiniteDifference.of(case)

    def between(r: FiniteDifference, at: Callable[[float], float]) -> float:
        whole, half = (at(r.step) - at(-r.step)) / 2, at(r.step / 2) - at(-r.step / 2)
        return (4 * half - whole) / (3 * r.step)

    return replace(q, between=between).answer()


EXERCISE = Exercise(
    name="numerical_gradient",
    signature="numerical_gradient(f, x, *, step=1e-5)",
    parts=("gradient",),
    like={"gradient": "x"},
    cases=cases,
    expected=expected,
    candidates=candidates("gradient", FiniteDifference.of, MISTAKES),
    conventions=(
        Candidate("five-points", "gradient", _five_points),
        Candidate("five-points", "gradient", _richardson),
    ),
    optional=("step",),
    forbidden=MEASUREMENTS,
)
