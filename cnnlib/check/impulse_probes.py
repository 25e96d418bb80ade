"""One delta at a time: a single 1 must stamp one kernel into dx and one patch into dw.

Asked where no candidate fits. The answers show which outputs have no effect at all, and which
stamps lost a part to those that came later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.repeat_probes import Answer, returned
from cnnlib.check.results import Evidence, Finding

Place = tuple[int, ...]
#: How many impulses are sent.
COUNT = 30


def by_impulses(
    exercise: Exercise,
    part: str,
    wrong: Sequence[Evidence],
    answer: Answer,
) -> Finding | None:
    """Return what one-hot deltas show about a part, or None."""
    if not exercise.upstream:
        return None
    case = max(wrong, key=lambda e: e.expected.size).case
    responses = {}
    for place in _places(case[exercise.upstream].shape):
        single = _impulse(case, exercise.upstream, place)
        got = returned(answer(single), part)
        expected = np.asarray(exercise.expected(single)[part])
        if got is None or got.shape != expected.shape:
            return None
        responses[place] = _kind(got, expected, exercise.rtol)
    cause = _read(responses)
    return Finding((cause,), len(wrong), len(wrong)) if cause else None


def _places(shape: tuple[int, ...]) -> list[Place]:
    """Spread places over an array, the first and the last among them."""
    flat = np.unique(np.linspace(0, np.prod(shape) - 1, COUNT).astype(int))
    return [tuple(int(i) for i in np.unravel_index(cell, shape)) for cell in flat]


def _impulse(case: Case, upstream: str, place: Place) -> Case:
    delta = np.zeros(case[upstream].shape)
    delta[place] = 1.0
    return replace(case, arrays={**case.arrays, upstream: delta})


def _kind(got: Array, expected: Array, rtol: float) -> str:
    if agree(got, expected, rtol):
        return "right"
    if not got.any():
        return "nothing"
    return "part" if agree(got, np.where(got == 0, 0, expected), rtol) else "other"


def _read(responses: Mapping[Place, str]) -> str:
    """Return the cause that the responses speak for, in the order of the places."""
    kinds = list(responses.values())
    if set(kinds) == {"right", "nothing"}:
        return _missed(
            {place for place, kind in responses.items() if kind == "nothing"},
            {place for place, kind in responses.items() if kind == "right"},
        )
    if kinds[-1] == "right" and "part" in kinds and set(kinds) <= {"right", "part", "nothing"}:
        return "overwritten"
    return ""


def _missed(missed: set[Place], heard: set[Place]) -> str:
    """Say what sets the unheard outputs apart: their example, their window or their filter."""
    if len({place[0] for place in missed}) == len({place[0] for place in heard}):
        if missed.isdisjoint(heard) and all(place[1] == 0 for place in heard):
            if all(place[1] for place in missed):
                return "first-window-only"
    axes: dict[str, Callable[[Place], object]] = {
        "first-example-only": lambda place: place[0],
        "windows-missed": lambda place: place[1:-1],
        "channels-missed": lambda place: place[-1],
    }
    apart = [c for c, key in axes.items() if not {*map(key, missed)} & {*map(key, heard)}]
    return apart[0] if len(apart) == 1 else ""
