"""What calling the function again shows: whether it repeats itself, and whether deltas add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.generic_causes import HUGE
from cnnlib.check.results import Evidence, Finding
from cnnlib.check.sandbox import Outcome

Answer = Callable[[Case], Outcome | None]


def by_calling_again(
    exercise: Exercise, part: str, wrong: Sequence[Evidence], answer: Answer
) -> Finding | None:
    """Return the cause that further calls show for a part, or None."""
    evidence = max(wrong, key=lambda e: e.expected.size)
    if evidence.got.size > HUGE:
        return None
    again = returned(answer(evidence.case), part)
    if again is None:
        return None
    if not np.array_equal(again, evidence.got, equal_nan=True):
        return Finding(("not-repeatable",), len(wrong), len(wrong))
    if exercise.upstream and not _additive(exercise, part, evidence, answer):
        return Finding(("not-additive",), len(wrong), len(wrong))
    return None


def _additive(exercise: Exercise, part: str, evidence: Evidence, answer: Answer) -> bool:
    """Tell whether two deltas together give the sum of what each gives alone."""
    case, name = evidence.case, exercise.upstream
    other = np.random.default_rng(0).normal(size=case[name].shape)
    one, both = (
        returned(answer(replace(case, arrays={**case.arrays, name: delta})), part)
        for delta in (other, case[name] + other)
    )
    if one is None or both is None or one.shape != both.shape:
        return True
    return agree(both, one + evidence.got, exercise.rtol)


def returned(outcome: Outcome | None, part: str) -> Array | None:
    """Return what one call gave for a part, or None."""
    found = outcome.value.get(part) if outcome and outcome.value else None
    return found if isinstance(found, np.ndarray) else None
