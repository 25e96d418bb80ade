"""What a check found, as data: the cases, what is wrong, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cnnlib.check.causes import CATALOGUE
from cnnlib.check.diagnose import Finding
from cnnlib.check.difference import Difference, between
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.sandbox import Outcome


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
class ReportData:
    """What there is to report, before it is written down: see :class:`cnnlib.check.Report`."""

    exercise: Exercise
    version: str
    seed: int
    marks: tuple[CaseResult, ...]
    findings: Mapping[str, Finding | None]

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        return all(passed == tried for passed, tried in self.score.values())

    @property
    def written(self) -> bool:
        """Whether there is anything to judge; a starter raises NotImplementedError."""
        problems = [mark.outcome.problem for mark in self.marks]
        return not all(p and p.words.startswith("NotImplementedError") for p in problems)

    @property
    def verdict(self) -> str:
        """Say in a few words how it went."""
        if not self.written:
            return "not written yet"
        return "everything passed" if self else "not right yet"

    @property
    def name(self) -> str:
        """Name of the exercise."""
        return self.exercise.name

    @cached_property
    def score(self) -> dict[str, tuple[int, int]]:
        """For the shapes, and for each part, the number of cases passed and tried."""
        tried = len(self.marks)
        shapes = sum(mark.shapes_right for mark in self.marks)
        parts = {p: sum(p in mark.passed for mark in self.marks) for p in self.findings}
        return {"shapes": (shapes, tried), **{p: (n, tried) for p, n in parts.items()}}

    @property
    def causes(self) -> dict[str, tuple[str, ...]]:
        """Ids of the likely causes, for each part for which the evidence names one."""
        return {part: f.causes for part, f in self.findings.items() if f and f.causes}

    @property
    def remarks(self) -> tuple[str, ...]:
        """Ids of conventions that the function follows, which are no mistakes."""
        return tuple(dict.fromkeys(cause for mark in self.marks for cause in mark.remarks))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return {
            "function": self.name,
            "passed": bool(self),
            "cnnlib": self.version,
            "seed": self.seed,
            "score": {part: list(pair) for part, pair in self.score.items()},
            "failures": [failure.as_dict() for failure in self.failures],
            "remarks": [CATALOGUE[cause].as_dict() for cause in self.remarks],
            "printed": self.printed,
        }

    @cached_property
    def failures(self) -> list[Failure]:
        """What is wrong, parts with one and the same problem taken together."""
        found: dict[Any, Failure] = {}
        for part, finding in self.findings.items():
            if finding is None:
                continue
            failed = [mark for mark in self.marks if part not in mark.passed]
            first = next((m for m in failed if m.got), failed[0])
            problem = first.outcome.problem
            key = (problem.words, finding.causes) if problem else part
            parts = (*found[key].parts, part) if key in found else (part,)
            like = self.exercise.like.get(part, "")
            counts = len(failed), len(self.marks)
            found[key] = Failure(parts, first, *counts, finding, like, self.exercise.rtol)
        return list(found.values())

    @property
    def printed(self) -> str:
        """What the function printed in the first case, shortened."""
        return self.marks[0].outcome.printed if self.marks else ""


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
    like : str
        The argument that the first part is shaped like.
    rtol : float
        Precision of the comparison.
    """

    parts: tuple[str, ...]
    mark: CaseResult
    wrong: int
    tried: int
    finding: Finding
    like: str
    rtol: float

    @cached_property
    def difference(self) -> Difference:
        """Where expected and returned numbers part."""
        part = self.parts[0]
        got, expected = self.mark.got.get(part), self.mark.expected[part]
        return between(part, got, expected, self.like, self.rtol)

    @property
    def evidence(self) -> str:
        """In how many of the failing cases the cause fits."""
        return f"fits {self.finding.fits} of {self.finding.of} failing cases"

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        named = [CATALOGUE[cause] for cause in self.finding.causes]
        problem = self.mark.outcome.problem
        return {
            "parts": list(self.parts),
            "wrong_cases": self.wrong,
            "case": {"adds": self.mark.case.adds, "configuration": str(self.mark.case)},
            "problem": {"words": problem.words, "where": problem.where} if problem else None,
            "difference": None if problem else self.difference.as_dict(),
            "causes": [cause.as_dict() for cause in named],
            "fits": [self.finding.fits, self.finding.of],
            "note": self.finding.note,
        }
