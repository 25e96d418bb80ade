"""Causes that show in how calls fail: what the messages of all failing cases have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from cnnlib.check.exercise import Candidate, Exercise
from cnnlib.check.results import CaseResult

BEYOND = re.compile(r"index (\d+) is out of bounds for axis (\d+) with size (\d+)")
RESHAPE = re.compile(r"cannot reshape array of size (\d+) into shape")


def with_causes(exercise: Exercise, marks: Sequence[CaseResult]) -> tuple[CaseResult, ...]:
    """Name the cause of calls that raised, where their messages tell."""
    raised = [m for m in marks if m.outcome.problem and not m.outcome.problem.cause]
    cause = _over_input(marks, raised) or _strange_size(exercise, raised)
    return tuple(_named(m, cause) if m in raised and cause else m for m in marks)


def _named(mark: CaseResult, cause: str) -> CaseResult:
    problem = mark.outcome.problem
    assert problem is not None
    return replace(mark, outcome=replace(mark.outcome, problem=replace(problem, cause=cause)))


def _matches(raised: Sequence[CaseResult], pattern: re.Pattern[str]) -> list[tuple[int, ...]]:
    words = [m.outcome.problem.words for m in raised if m.outcome.problem]
    found = [pattern.search(text) for text in words]
    return [tuple(map(int, match.groups())) for match in found if match]


def _over_input(marks: Sequence[CaseResult], raised: Sequence[CaseResult]) -> str:
    """Whether every message tells of the first row or column that delta does not have."""
    found = _matches(raised, BEYOND)
    if not found or len(found) != len(raised):
        return ""
    fits = [
        index == size
        and isinstance(m.case.arrays.get("delta"), np.ndarray)
        and size in m.case["delta"].shape[1:-1]
        for m, (index, _, size) in zip(raised, found, strict=True)
    ]
    rest = [m for m in marks if m not in raised]
    return "loops-over-input" if all(fits) and all(map(_as_large, rest)) else ""


def _as_large(mark: CaseResult) -> bool:
    """Whether a loop over the input's rows and columns finds all it looks for in delta."""
    given = mark.case.arrays
    size = given["x"].shape if "x" in given else given["input_shape"]
    pairs = zip(size[1:-1], given["delta"].shape[1:-1], strict=True)
    return all(inside <= out for inside, out in pairs)


def _strange_size(exercise: Exercise, raised: Sequence[CaseResult]) -> str:
    """Find the only mistake whose wrong arrays have as many entries as could not be reshaped."""
    found = _matches(raised, RESHAPE)
    if not found or len(found) != len(raised):
        return ""
    sizes = [size for (size,) in found]
    causes = {c.causes[0] for c in _of_sizes(exercise, raised, sizes)}
    return causes.pop() if len(causes) == 1 else ""


def _of_sizes(
    exercise: Exercise, raised: Sequence[CaseResult], sizes: Sequence[int]
) -> Iterator[Candidate]:
    for candidate in exercise.candidates:
        if len(candidate.causes) == 1:
            answers = [candidate.at(m.case) for m in raised]
            if all(a is not None and a.size == n for a, n in zip(answers, sizes, strict=True)):
                yield candidate
