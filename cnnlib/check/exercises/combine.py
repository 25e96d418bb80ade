"""Mistakes as changes to a question: one alone, or two together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import combinations
from typing import Protocol, TypeVar

from cnnlib.check.exercise import Array, Candidate, Case


class Question(Protocol):
    """Everything that an answer depends on."""

    def answer(self) -> Array:
        """Return the array that a function which takes this for the question returns."""


Q = TypeVar("Q", bound=Question)
Mistakes = Sequence[tuple[str, Callable[[Q], Q]]]


def candidates(
    part: str, asked: Callable[[Case], Q], mistakes: Mistakes[Q], *, varied: Sequence[str] = ()
) -> tuple[Candidate, ...]:
    """Return every mistake alone, and two together: of each cause the form declared first.

    Parameters
    ----------
    part : str
        The returned array.
    asked : callable
        ``asked(case)`` is the question of a case.
    mistakes : sequence of (cause, change)
        ``change(question)`` is the question that was answered instead.
    varied : sequence of str
        Causes of which every form is tried together with others.
    """
    alone = [_candidate(part, asked, [mistake]) for mistake in mistakes]
    causes = [cause for cause, _ in mistakes]
    usual = [m for i, m in enumerate(mistakes) if m[0] in varied or m[0] not in causes[:i]]
    two = (both for both in combinations(usual, 2) if both[0][0] != both[1][0])
    return (*alone, *(_candidate(part, asked, both) for both in two))


def _candidate(
    part: str, asked: Callable[[Case], Q], mistakes: Iterable[tuple[str, Callable[[Q], Q]]]
) -> Candidate:
    causes, changes = zip(*mistakes, strict=True)

    def answer(case: Case) -> Array:
        question: Q = reduce(lambda q, change: change(q), changes, asked(case))
        return question.answer()

    return Candidate(causes if len(causes) > 1 else causes[0], part, answer)
