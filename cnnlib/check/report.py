"""What a check found: for a terminal, for a notebook, and for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cnnlib.check.causes import CATALOGUE, Cause
from cnnlib.check.exercise import Exercise
from cnnlib.check.hints import hints
from cnnlib.check.render.html import as_html
from cnnlib.check.render.text import as_text
from cnnlib.check.results import CaseResult, Failure, Finding, failures
from cnnlib.check.table.drawing import views


@dataclass(frozen=True, eq=False)
class Report:
    """Result of a check; true when everything passed.

    Attributes
    ----------
    exercise : Exercise
        What was asked.
    version : str
        ``cnnlib.__version__``.
    seed : int
        The numbers that were used.
    marks : tuple of CaseResult
        One for each case.
    findings : dict of str to Finding or None
        For each part what is wrong with it, None where it is right.
    unwritten : bool
        Whether the function is a starter that nobody has filled in.

    Examples
    --------
    >>> from cnnlib import check
    >>> def dense_backward(delta, x, w):
    ...     return delta @ w.T, x.T @ delta, delta.mean(axis=0)
    >>> report = check.dense_backward(dense_backward)
    >>> bool(report), report.score
    (False, {'shapes': (5, 5), 'dx': (5, 5), 'dw': (5, 5), 'db': (1, 5)})
    >>> report.causes
    {'db': ('bias-averaged',)}
    """

    exercise: Exercise
    version: str
    seed: int
    marks: tuple[CaseResult, ...]
    findings: Mapping[str, Finding | None]
    unwritten: bool = False
    _asked: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        return all(passed == tried for passed, tried in self.score.values())

    @property
    def written(self) -> bool:
        """Whether there is anything to judge."""
        return not self.unwritten

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
        if not self.written:
            return {}
        named = {part: f.causes for part, f in self.findings.items() if f and f.causes}
        for failure in self.failures:
            if failure.raises and failure.finding.causes:
                named = {**dict.fromkeys(failure.parts, failure.finding.causes), **named}
        return {part: named[part] for part in self.findings if part in named}

    @property
    def remarks(self) -> tuple[str, ...]:
        """Ids of conventions that the function follows, which are no mistakes."""
        return tuple(dict.fromkeys(cause for mark in self.marks for cause in mark.remarks))

    @property
    def told(self) -> list[Cause]:
        """The conventions in words."""
        return [CATALOGUE[name].within(self.name) for name in self.remarks]

    @property
    def left(self) -> tuple[str, ...]:
        """Names of the threads that the function leaves behind."""
        return tuple(dict.fromkeys(name for mark in self.marks for name in mark.outcome.left))

    def hint(self) -> str:
        """Return one hint more with each call: a question, the place, the rule.

        Returns
        -------
        str
            The next hint for the first thing that is wrong; in the end, that there is no other.
        """
        all_hints = hints(self.failures)
        if len(self._asked) == len(all_hints):
            return "That is all there is to say. Change one thing, and check again."
        self._asked.append(all_hints[len(self._asked)])
        left = len(all_hints) - len(self._asked)
        more = f"  ({left} more: report.hint())" if left else ""
        return f"Hint {len(self._asked)}: {self._asked[-1]}{more}"

    def views(self) -> tuple[Any, ...]:
        """Return TraceViews of the reader's wires and of the right ones, for the first that differ.

        They play in a notebook, and start at the first result that the two tables disagree about.
        Needs the extra ``widgets``; nothing is returned where the wires could not be read.
        """
        for failure in self.failures:
            if (
                failure.finding.table is not None
                and failure.finding.table.parts[failure.parts[0]].first
            ):
                return views(failure.finding.table, failure.parts[0])
        return ()

    def raise_if_failed(self) -> None:
        """Do nothing if everything passed.

        Raises
        ------
        AssertionError
            If something is wrong; the message is the report.
        """
        if not self:
            raise AssertionError(str(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return {
            "function": self.name,
            "passed": bool(self),
            "cnnlib": self.version,
            "seed": self.seed,
            "score": {part: list(pair) for part, pair in self.score.items()},
            "failures": [failure.as_dict() for failure in self.failures],
            "remarks": [cause.as_dict() for cause in self.told],
            "left": list(self.left),
            "printed": self.printed,
        }

    @cached_property
    def failures(self) -> list[Failure]:
        """What is wrong: calls that gave nothing first, then each part."""
        return failures(self.exercise, self.marks, self.findings)

    @property
    def printed(self) -> str:
        """What the function printed in the first case, shortened."""
        return self.marks[0].outcome.printed if self.marks else ""

    def __str__(self) -> str:
        """Return the report for a terminal."""
        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        return as_html(self)
