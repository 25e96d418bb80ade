"""One delta at a time: a single 1 must stamp one kernel into dx and one patch into dw.

Asked where no candidate fits. The answers show which outputs have no effect at all, and which
stamps lost a part to those that came later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.diagnose import Evidence, Finding
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.sandbox import Outcome

#: How many impulses are sent.
COUNT = 12


def by_impulses(
    exercise: Exercise,
    part: str,
    wrong: Sequence[Evidence],
    answer: Callable[[Case], Outcome | None],
) -> Finding | None:
    """Return what one-hot deltas show about a part, or None."""
    if not exercise.upstream:
        return None
    case = max(wrong, key=lambda e: e.expected.size).case
    responses = []
    for place in _places(case[exercise.upstream].shape):
        single = _impulse(case, exercise.upstream, place)
        outcome = answer(single)
        got = outcome.value.get(part) if outcome and outcome.value else None
        expected = np.asarray(exercise.expected(single)[part])
        if got is None or got.shape != expected.shape:
            return None
        responses.append(_kind(got, expected, exercise.rtol))
    cause = _read(responses)
    return Finding((cause,), len(wrong), len(wrong)) if cause else None


def _places(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Spread places over an array, the first and the last among them."""
    flat = np.unique(np.linspace(0, np.prod(shape) - 1, COUNT).astype(int))
    return [tuple(int(i) for i in np.unravel_index(cell, shape)) for cell in flat]


def _impulse(case: Case, upstream: str, place: tuple[int, ...]) -> Case:
    delta = np.zeros(case[upstream].shape)
    delta[place] = 1.0
    return replace(case, arrays={**case.arrays, upstream: delta})


def _kind(got: Array, expected: Array, rtol: float) -> str:
    if agree(got, expected, rtol):
        return "right"
    if not got.any():
        return "nothing"
    return "part" if agree(got, np.where(got == 0, 0, expected), rtol) else "other"


def _read(kinds: Sequence[str]) -> str:
    """Return the cause that responses, from the first output to the last, speak for."""
    if set(kinds) == {"right", "nothing"}:
        return "windows-missed"
    if kinds[-1] == "right" and "part" in kinds and set(kinds) <= {"right", "part", "nothing"}:
        return "overwritten"
    return ""
