"""What a check found: for a terminal, for a notebook, and for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnlib.check.causes import CATALOGUE
from cnnlib.check.compare import differing
from cnnlib.check.diagnose import Finding
from cnnlib.check.exercise import Array, Case
from cnnlib.check.run import Problem


@dataclass(frozen=True, eq=False)
class Mark:
    """One case: what was expected, what came back, and which parts are right."""

    case: Case
    expected: Mapping[str, Array]
    got: Mapping[str, Array | None]
    problem: Problem | None = None
    passed: frozenset[str] = frozenset()

    @property
    def shapes_right(self) -> bool:
        """Whether every array came back in the right shape."""
        found = {part: array.shape for part, array in self.got.items() if array is not None}
        return all(found.get(part) == array.shape for part, array in self.expected.items())


@dataclass(frozen=True, eq=False)
class Report:
    """Result of a check; true when everything passed.

    Attributes
    ----------
    name : str
        The function that was checked.
    version : str
        ``cnnlib.__version__``.
    seed : int
        The numbers that were used.
    marks : tuple of Mark
        One for each case.
    findings : dict of str to Finding or None
        For each part, what is wrong with it.
    """

    name: str
    version: str
    seed: int
    signature: str
    marks: tuple[Mark, ...]
    findings: Mapping[str, Finding | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        return all(passed == total for passed, total in self.score.values())

    @property
    def score(self) -> dict[str, tuple[int, int]]:
        """For each part, and for the shapes, the number of cases passed and tried."""
        total = len(self.marks)
        shapes = sum(mark.shapes_right for mark in self.marks)
        parts = {p: sum(p in mark.passed for mark in self.marks) for p in self.findings}
        return {"shapes": (shapes, total), **{p: (n, total) for p, n in parts.items()}}

    @property
    def causes(self) -> dict[str, tuple[str, ...]]:
        """Ids of the likely causes, for each part for which the evidence names one."""
        return {part: f.causes for part, f in self.findings.items() if f and f.causes}

    def raise_if_failed(self) -> None:
        """Raise an AssertionError with the report where something is wrong."""
        if not self:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        """Return the report for a terminal."""
        return "\n".join(_lines(self))

    __repr__ = __str__


def _lines(report: Report) -> list[str]:
    verdict = "all cases passed" if report else "not right yet"
    lines = [f"{report.name}: {verdict}  (cnnlib {report.version}, seed {report.seed})"]
    lines.append("  " + "   ".join(f"{part} {n}/{of}" for part, (n, of) in report.score.items()))
    for part, finding in report.findings.items():
        if finding is not None:
            lines += [f"  {line}" for line in _part_lines(report, part, finding)]
    return lines


def _part_lines(report: Report, part: str, finding: Finding) -> list[str]:
    mark = next(mark for mark in report.marks if part not in mark.passed)
    lines = [f"{part}, first wrong with {mark.case.adds}: {mark.case}"]
    lines += [f"  {line}" for line in difference(mark, part)]
    for cause in (CATALOGUE[name] for name in finding.causes):
        lines.append(f"  likely cause (fits {finding.fits} of {finding.of}): {cause.words}")
        lines += [f"    {cause.look}", f"    {cause.link}"]
    return lines


def difference(mark: Mark, part: str) -> list[str]:
    """Say in one or two lines what is wrong with a part in one case."""
    if mark.problem:
        return [text for text in (mark.problem.words, mark.problem.where) if text]
    got, expected = mark.got.get(part), mark.expected[part]
    if got is None:
        return ["no array of real numbers came back"]
    if got.shape != expected.shape:
        return [f"shape: expected {expected.shape}, got {got.shape}"]
    wrong = differing(got, expected, 1e-6)
    cell = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"{part}[{', '.join(map(str, cell))}]"
    return [
        f"{wrong.sum()} of {wrong.size} entries differ",
        f"first {where}: expected {expected[cell]:.6g}, got {got[cell]:.6g}",
    ]
