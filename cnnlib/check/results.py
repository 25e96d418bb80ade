"""What one case came to, and what is wrong where cases fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from cnnlib.check.causes import CATALOGUE, Cause
from cnnlib.check.difference import Difference, between
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.sandbox import Outcome


@dataclass(frozen=True)
class Finding:
    """The likely causes of one part's failures.

    Attributes
    ----------
    causes : tuple of str
        One id, or several where several mistakes come together; empty where the evidence does not
        decide.
    fits, of : int
        In how many of how many failing cases.
    also : tuple of str
        Other causes which describe the same thing.
    note : tuple of str
        What was seen, though it is no cause: a factor, which cases fail, the reader's own wires.
    table : Table or None
        The reader's own wires, where they could be read.
    """

    causes: tuple[str, ...]
    fits: int
    of: int
    also: tuple[str, ...] = ()
    note: tuple[str, ...] = ()
    table: Any = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one part was in one case."""

    case: Case
    got: Array
    expected: Array
    passed: bool


@dataclass(frozen=True, eq=False)
class CaseResult:
    """One case: what was expected, what came back, and which parts are right."""

    case: Case
    expected: Mapping[str, Array]
    got: Mapping[str, Array | None]
    outcome: Outcome = field(default_factory=Outcome)
    passed: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    @property
    def shapes_right(self) -> bool:
        """Whether every array came back in the right shape."""
        found = {part: array.shape for part, array in self.got.items() if array is not None}
        return all(found.get(part) == array.shape for part, array in self.expected.items())


@dataclass(frozen=True, eq=False)
class Failure:
    """One thing that is wrong.

    Attributes
    ----------
    parts : tuple of str
        The parts it concerns.
    mark : CaseResult
        The simplest case that shows it.
    wrong, tried : int
        Number of cases.
    finding : Finding
        The likely causes.
    exercise : Exercise
        What was asked.
    """

    parts: tuple[str, ...]
    mark: CaseResult
    wrong: int
    tried: int
    finding: Finding
    exercise: Exercise

    @property
    def raises(self) -> bool:
        """Whether calls gave nothing, and not wrong numbers."""
        return self.mark.outcome.problem is not None

    @cached_property
    def difference(self) -> Difference:
        """Where expected and returned numbers part."""
        part = self.parts[0]
        got, expected = self.mark.got.get(part), self.mark.expected[part]
        like = self.exercise.like.get(part, "")
        return between(part, got, expected, like, self.exercise.rtol)

    @property
    def evidence(self) -> str:
        """In how many of the failing cases the cause fits."""
        return f"fits {self.finding.fits} of {self.finding.of} failing cases"

    @property
    def causes(self) -> list[Cause]:
        """The likely causes, in the words for this exercise."""
        return [CATALOGUE[name].within(self.exercise.name) for name in self.finding.causes]

    @property
    def headline(self) -> str:
        """Say which parts are wrong, how often, and in which case that is shown."""
        count = f"{self.wrong} of {self.tried} cases. The first: {self.mark.case.adds}"
        parts, many = " and ".join(self.parts), len(self.parts) > 1
        if self.raises and self.wrong < self.tried:
            return f"{self.exercise.name} gives no arrays in {count}"
        return f"{parts} {'are' if many else 'is'} wrong in {count}"

    @property
    def what(self) -> list[str]:
        """Say what happened, or where the numbers part; then what else was seen."""
        problem = self.mark.outcome.problem
        lines = [problem.words, problem.where] if problem else [self.difference.words]
        return [*filter(None, lines), *map(_seen, self.finding.note)]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        problem = self.mark.outcome.problem
        return {
            "parts": list(self.parts),
            "wrong_cases": self.wrong,
            "case": {"adds": self.mark.case.adds, "configuration": str(self.mark.case)},
            "problem": {"words": problem.words, "where": problem.where} if problem else None,
            "difference": None if problem else self.difference.as_dict(),
            "causes": [cause.as_dict() for cause in self.causes],
            "fits": [self.finding.fits, self.finding.of],
            "note": "; ".join(self.finding.note),
        }


def _seen(note: str) -> str:
    return note if note.startswith("yours") else f"Seen: {note}"


def failures(
    exercise: Exercise, marks: tuple[CaseResult, ...], findings: Mapping[str, Finding | None]
) -> list[Failure]:
    """Return what is wrong: calls that gave nothing first, then each part."""
    failing = [part for part, finding in findings.items() if finding]
    found: list[Failure] = []
    by_problem: dict[Any, Failure] = {}
    for part in failing:
        finding = findings[part]
        assert finding is not None
        failed = [mark for mark in marks if part not in mark.passed]
        nothing = [mark for mark in failed if mark.outcome.problem]
        wrong = [mark for mark in failed if not mark.outcome.problem]
        if nothing and not by_problem:
            reasons = _problem_finding(nothing, exercise, marks)
            if not wrong:
                reasons = _merged(reasons, finding)
            parts = tuple(failing)
            by_problem[0] = Failure(parts, nothing[0], len(nothing), len(marks), reasons, exercise)
        if wrong:
            found.append(Failure((part,), wrong[0], len(wrong), len(marks), finding, exercise))
    return [*by_problem.values(), *found]


def _merged(one: Finding, other: Finding) -> Finding:
    causes = other.causes or one.causes
    notes = tuple(dict.fromkeys((*one.note, *other.note)))
    return Finding(causes, other.fits, other.of, other.also, notes)


def _problem_finding(
    nothing: list[CaseResult], exercise: Exercise, marks: tuple[CaseResult, ...]
) -> Finding:
    """Return the cause of calls that gave nothing, and which cases these are."""
    named = [m.outcome.problem.cause for m in nothing if m.outcome.problem]
    cause = next(filter(None, named), "")
    note = which_cases(exercise, marks, {m.case for m in nothing})
    if not cause:
        return Finding((), 0, len(nothing), note=note)
    return Finding((cause,), named.count(cause), len(nothing), note=note)


def which_cases(
    exercise: Exercise, marks: tuple[CaseResult, ...], failed: set[Case]
) -> tuple[str, ...]:
    """Say what sets the failing cases apart, where something does."""
    if not 0 < len(failed) < len(marks):
        return ()
    return tuple(
        f"every case with {words} fails, and no other"
        for words, there in exercise.traits().items()
        if failed == {mark.case for mark in marks if there(mark.case)}
    )[:1]


class Told(Protocol):
    """What a report is made of, as far as it is shown."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def written(self) -> bool: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def score(self) -> dict[str, tuple[int, int]]: ...  # noqa: D102
    @property
    def failures(self) -> list[Failure]: ...  # noqa: D102
    @property
    def told(self) -> list[Cause]: ...  # noqa: D102
    @property
    def left(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def printed(self) -> str: ...  # noqa: D102

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        ...
