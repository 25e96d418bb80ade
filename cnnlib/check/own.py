"""An exercise of one's own in ten lines: from a forward function and the shapes of its arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from cnnlib.check.checker import Checker, checker
from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.gradcheck import numerical_gradient

Forward = Callable[..., Array]
Shapes = Mapping[str, tuple[int, ...]]
#: Mistakes that any way back can have: the cause, and what delta or the result becomes.
DELTA: dict[str, Callable[[Array], Array]] = {
    "delta-ignored": np.ones_like,
    "delta-rotated": np.flip,
    "first-example-only": lambda d: d * (np.arange(len(d)) == 0).reshape(-1, *[1] * (d.ndim - 1)),
}
FACTORS: dict[str, Callable[[int], float]] = {
    "sign-flipped": lambda n: -1.0,
    "divided-by-batch": lambda n: 1 / n,
    "multiplied-by-batch": float,
}


def own(name: str, forward: Forward, shapes: Sequence[Shapes]) -> Checker:
    """Return a checker for the backward pass of a function.

    Parameters
    ----------
    name : str
        Name of the function that is asked for: ``name(delta, x, w)`` for a forward ``f(x, w)``.
    forward : callable
        Takes arrays by position and returns one array. Its slopes are measured.
    shapes : sequence of dict
        The cases, the plainest first: for each array of the forward function its shape, the batch
        first in the first of them.

    Returns
    -------
    callable
        A checker as the others; the reader returns one gradient for each array, in their order.

    Raises
    ------
    ValueError
        If there are no shapes, or the cases do not name the same arrays.

    Examples
    --------
    >>> from cnnlib import check
    >>> scale = check.own("scale_backward", lambda x, g: x * g, [{"x": (1, 3), "g": (3,)},
    ...                                                          {"x": (4, 2), "g": (2,)}])
    >>> bool(scale(lambda delta, x, g: (delta * g, (delta * x).sum(axis=0))))
    True
    >>> scale(lambda delta, x, g: (delta * g, (delta * x).sum(axis=0) / len(x))).causes
    {'dg': ('divided-by-batch',)}
    """
    if not shapes or any(list(case) != list(shapes[0]) for case in shapes):
        raise ValueError(
            f"shapes of {name} must be one dictionary or more, with the same arrays in each: "
            f"got {[list(case) for case in shapes]}"
        )
    arrays = tuple(shapes[0])
    measure = partial(_measured, forward, arrays)
    parts = tuple(f"d{array}" for array in arrays)
    found = [_of_delta(measure, part, cause) for part in parts for cause in DELTA]
    found += [_factor(measure, part, cause) for part in parts for cause in FACTORS]
    return checker(
        Exercise(
            name=name,
            signature=f"{name}(delta, {', '.join(arrays)})",
            parts=parts,
            like=dict(zip(parts, arrays, strict=True)),
            cases=partial(_cases, forward, shapes),
            expected=lambda case: measure(case, case["delta"]),
            candidates=tuple(found),
            forbidden=GRADIENTS,
            upstream="delta",
        )
    )


def _cases(forward: Forward, shapes: Sequence[Shapes], seed: int) -> list[Case]:
    return [_case(forward, case, seed, number) for number, case in enumerate(shapes)]


def _case(forward: Forward, shapes: Shapes, seed: int, number: int) -> Case:
    rng = np.random.default_rng([seed, number])
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    delta = rng.normal(size=np.shape(forward(*arrays.values())))
    return Case(f"case {number + 1}", {"delta": delta, **arrays})


def _measured(
    forward: Forward, names: tuple[str, ...], case: Case, delta: Array
) -> dict[str, Array]:
    """Measure the slopes of sum(forward * delta) for each array."""
    arrays = [case[name] for name in names]

    def loss(at: int, value: Array) -> float:
        return float((forward(*arrays[:at], value, *arrays[at + 1 :]) * delta).sum())

    return {
        f"d{name}": np.asarray(numerical_gradient(partial(loss, at), arrays[at]))
        for at, name in enumerate(names)
    }


Measure = Callable[[Case, Array], dict[str, Array]]


def _of_delta(measure: Measure, part: str, cause: str) -> Candidate:
    change = DELTA[cause]
    return Candidate(cause, part, lambda case: measure(case, change(case["delta"]))[part])


def _factor(measure: Measure, part: str, cause: str) -> Candidate:
    factor = FACTORS[cause]

    def predict(case: Case) -> Array:
        return measure(case, case["delta"])[part] * factor(len(case["delta"]))

    return Candidate(cause, part, predict)
