"""A game for bug hunters: the reader names the mistake, and the evidence says yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from typing import Any

import cnnlib
from cnnlib.check.causes import CATALOGUE
from cnnlib.check.exercise import Exercise
from cnnlib.check.report import Report
from cnnlib.check.results import Failure
from cnnlib.check.runner import run

NOTHING_YET = "No verdict yet: write the name of the mistake, in quotes."


@dataclass(frozen=True)
class Verdict:
    """Whether a mistake is the one that the evidence shows; true when it is.

    Attributes
    ----------
    function : str
        The function that was examined.
    cause : str
        Id of the mistake that the reader named.
    right : bool
        Whether the evidence shows it.
    words : str
        The verdict in a sentence or two. A wrong guess gets a hint, not the answer.
    version : str
        ``cnnlib.__version__``.
    seed : int
        The numbers that were used.
    """

    function: str
    cause: str
    right: bool
    words: str
    version: str
    seed: int

    def __bool__(self) -> bool:
        """Return whether the reader is right."""
        return self.right

    def __str__(self) -> str:
        """Return the verdict for a terminal."""
        return f"{self.words}  (cnnlib {self.version}, seed {self.seed})"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the verdict for a notebook."""
        mark = {True: "✓ ", False: "✗ " if self.cause else ""}[self.right]
        return f"<p><strong>{mark}{escape(self.words)}</strong></p>"

    def raise_if_failed(self) -> None:
        """Raise an AssertionError where the reader is not right."""
        if not self:
            raise AssertionError(str(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values, ready for JSON."""
        keys = ("function", "cause", "right", "words", "version", "seed")
        return {key: getattr(self, key) for key in keys}


def examine(
    exercise: Exercise,
    function: Callable[..., Any],
    cause: str | None,
    *,
    seed: int,
    limit_s: float,
) -> Verdict:
    """Return the verdict on a cause; None is one that the reader has not named yet.

    Raises
    ------
    ValueError
        If there is no cause of this id; the message proposes similar ones.
    """
    if cause is None:
        return Verdict(exercise.name, "", False, NOTHING_YET, cnnlib.__version__, seed)
    _known(cause)
    report = run(exercise, function, seed=seed, limit_s=limit_s, parts=None)
    shown = [f for f in report.failures if cause in (*f.finding.causes, *f.finding.also)]
    words = _right(cause, shown) if shown else _wrong(cause, report)
    return Verdict(exercise.name, cause, bool(shown), words, report.version, seed)


def _known(cause: str) -> None:
    if cause not in CATALOGUE:
        near = get_close_matches(str(cause), CATALOGUE, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise ValueError(f"cause {cause!r} is unknown: {hint}check.causes() lists them all")


def _right(cause: str, shown: list[Failure]) -> str:
    parts = " and ".join(part for failure in shown for part in failure.parts)
    named = CATALOGUE[cause]
    return f"Yes, in {parts}: {named.words}. Read: {named.link}"


def _wrong(cause: str, report: Report) -> str:
    if report:
        return "No: there is no mistake here, every case passes."
    failures = report.failures
    if not any(failure.finding.causes for failure in failures):
        return "No, and the evidence does not show which mistake it is."
    where = " and ".join(part for failure in failures for part in failure.parts)
    first = failures[0]
    return (
        f"No: {CATALOGUE[cause].words}? That would give other numbers. "
        f"Look at {where}; the first case that goes wrong is the one with {first.mark.case.adds}."
    )
