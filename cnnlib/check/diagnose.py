"""From wrong arrays to the likely cause, or to none.

A candidate explains a part when it predicts, for every failing case, exactly the wrong array that
came back, and says nothing else about the cases that passed. The numbers are random, so such an
agreement is no accident. Two mistakes together are tried where one does not explain everything.
Where candidates with different causes fit equally, the evidence does not decide and no cause is
named, unless they say the same in every case there is: then both descriptions are true, and the one
declared first is given, or the one that explains another part too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array, Candidate, Case


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one part was in one case."""

    case: Case
    got: Array
    expected: Array
    passed: bool


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
    """

    causes: tuple[str, ...]
    fits: int
    of: int
    also: tuple[str, ...] = ()


def explain(
    evidence: Sequence[Evidence],
    candidates: Sequence[Candidate],
    cases: Sequence[Case],
    rtol: float,
) -> Finding | None:
    """Return what explains the wrong arrays of one part, or None.

    Parameters
    ----------
    evidence : sequence of Evidence
        Every case in which an array came back; at least one failed.
    candidates : sequence of Candidate
        Those of this part.
    cases : sequence of Case
        All cases, also those in which nothing came back.
    rtol : float
        Precision of the comparison.
    """
    failing = [e for e in evidence if not e.passed]
    passing = [e for e in evidence if e.passed]
    smallest_first = sorted(failing, key=lambda e: e.got.size)
    alone = [c for c in candidates if len(c.causes) == 1]
    together = [c for c in candidates if len(c.causes) > 1]
    for group in (alone, together):
        fitting = [c for c in group if _explains(c, smallest_first, passing, rtol)]
        named, also = _common(fitting, cases, rtol)
        if named:
            return Finding(named, len(failing), len(failing), also)
    return _partly(alone, failing, passing, rtol)


def _explains(
    candidate: Candidate, failing: Sequence[Evidence], passing: Sequence[Evidence], rtol: float
) -> bool:
    return all(_predicts(candidate, e, rtol) for e in failing) and not _contradicted(
        candidate, passing, rtol
    )


def _predicts(candidate: Candidate, evidence: Evidence, rtol: float) -> bool:
    answer = candidate.at(evidence.case)
    return answer is not None and agree(evidence.got, answer, rtol)


def _contradicted(candidate: Candidate, passing: Sequence[Evidence], rtol: float) -> bool:
    """Whether the mistake would have shown in a case that passed."""
    answers = ((candidate.at(e.case), e) for e in passing)
    return any(a is not None and not agree(e.expected, a, rtol) for a, e in answers)


def _common(
    fitting: Sequence[Candidate], cases: Sequence[Case], rtol: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the causes to name, and others that say the same."""
    if not fitting:
        return (), ()
    first, *rest = fitting
    shared = set(first.causes).intersection(*(c.causes for c in rest))
    if shared:
        return tuple(cause for cause in first.causes if cause in shared), ()
    if all(_same(first, other, cases, rtol) for other in rest):
        return first.causes, tuple(cause for c in rest for cause in c.causes)
    return (), ()


def _same(one: Candidate, other: Candidate, cases: Sequence[Case], rtol: float) -> bool:
    answers = [(one.at(case), other.at(case)) for case in cases]
    return all(a is b if a is None or b is None else agree(a, b, rtol) for a, b in answers)


def _partly(
    alone: Sequence[Candidate],
    failing: Sequence[Evidence],
    passing: Sequence[Evidence],
    rtol: float,
) -> Finding | None:
    """Find one cause that fits some failing cases, beside something unknown in the others."""
    usable = [c for c in alone if not _contradicted(c, passing, rtol)]
    votes: dict[str, int] = {}
    for evidence in failing:
        named = {c.causes[0] for c in usable if _predicts(c, evidence, rtol)}
        if len(named) == 1:
            (cause,) = named
            votes[cause] = votes.get(cause, 0) + 1
    if len(votes) != 1 or max(votes.values()) < 2:
        return None
    ((cause, fits),) = votes.items()
    return Finding((cause,), fits, len(failing))
