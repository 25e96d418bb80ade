"""From wrong arrays to the likely cause, or to none.

A candidate explains a part when it predicts, for every failing case it can speak of, exactly the
wrong array that came back, and says nothing else about the cases that passed. The numbers are
random, so such an agreement is no accident. Two mistakes together are tried where no single one
explains it all. Where candidates with different causes fit equally, the evidence does not decide
and no cause is named, unless they say the same in every case there is: then both descriptions are
true, and the one declared first is given, or the one that explains another part too.
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
    note : str
        Something seen that is no cause.
    """

    causes: tuple[str, ...]
    fits: int
    of: int
    also: tuple[str, ...] = ()
    note: str = ""


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
        scores = [(_score(c, smallest_first, passing, rtol), c) for c in group]
        best = max((score for score, _ in scores), default=0)
        fitting = [c for score, c in scores if score == best > 0]
        named, also = _common(fitting, cases, rtol)
        if named:
            return Finding(named, best, len(failing), also)
    return _partly(alone, failing, passing, rtol)


def _score(
    candidate: Candidate, failing: Sequence[Evidence], passing: Sequence[Evidence], rtol: float
) -> int:
    """Return in how many failing cases a candidate is right, 0 if it is wrong in any case.

    Where a mistake makes shapes clash its candidate says nothing, and that counts neither way.
    """
    hits = 0
    for evidence in failing:
        answer = _telling(candidate, evidence.case)
        if answer is not None:
            if not agree(evidence.got, answer, rtol):
                return 0
            hits += 1
    return 0 if hits and _contradicted(candidate, passing, rtol) else hits


def _predicts(candidate: Candidate, evidence: Evidence, rtol: float) -> bool:
    answer = _telling(candidate, evidence.case)
    return answer is not None and agree(evidence.got, answer, rtol)


def _harmless(candidate: Candidate, evidence: Evidence, rtol: float) -> bool:
    answer = _telling(candidate, evidence.case)
    return answer is not None and agree(evidence.expected, answer, rtol)


def _telling(candidate: Candidate, case: Case) -> Array | None:
    """Return the answer of a candidate, or None where it is nothing but zeros, like many others."""
    answer = candidate.at(case)
    return answer if answer is None or answer.any() or not answer.size else None


def _contradicted(candidate: Candidate, passing: Sequence[Evidence], rtol: float) -> bool:
    """Whether the mistake would have shown in a case that passed.

    What came back may differ from what was expected, by a convention that counts as right.
    """
    answers = ((candidate.at(e.case), e) for e in passing)
    return any(
        a is not None and not agree(e.expected, a, rtol) and not agree(e.got, a, rtol)
        for a, e in answers
    )


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
    """Return the causes that fit some failing cases each and where no other fits as well."""
    usable = [c for c in alone if not _contradicted(c, passing, rtol)]
    hits = [(c, [_predicts(c, e, rtol) for e in failing]) for c in usable]
    fits = [{c.causes[0] for c, hit in hits if hit[k]} for k in range(len(failing))]
    sure = {cause for named in fits if len(named) == 1 for cause in named}
    votes = {cause: sum(cause in named for named in fits) for cause in sure}
    covered = sum(bool(named & sure) for named in fits)
    named = sorted(sure, key=lambda cause: -votes[cause])
    if covered == len(failing) and len(named) <= 2:
        return Finding(tuple(named), covered, len(failing))
    # A mistake that does no harm in a case cannot be why this case failed.
    most = named[0] if named else ""
    sound = any(
        c.causes[0] == most and any(hit) and not any(_harmless(c, e, rtol) for e in failing)
        for c, hit in hits
    )
    if sound and 2 * votes[most] >= len(failing) > 1:
        return Finding((most,), votes[most], len(failing))
    return None
