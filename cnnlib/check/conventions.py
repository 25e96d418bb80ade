"""Where more than one answer is right: accept each, and tell which was seen."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array, Case, Exercise


def remarks_on(exercise: Exercise, case: Case, other: Mapping[str, Array | None]) -> dict[str, str]:
    """Return the convention that each part follows, of those parts that follow one.

    Parameters
    ----------
    exercise, case
        What was asked.
    other : dict of str to ndarray or None
        The parts that are not what was expected.
    """
    found: dict[str, str] = {}
    for convention in exercise.conventions:
        got, answer = other.get(convention.part), convention.at(case)
        if got is not None and answer is not None and agree(got, answer, exercise.rtol):
            found.setdefault(convention.part, convention.causes[0])
    for part, got in other.items():
        name = exercise.accepts(case, part, got) if got is not None and part not in found else ""
        if name:
            found[part] = name
    return found
