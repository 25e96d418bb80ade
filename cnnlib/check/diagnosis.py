"""From wrong arrays to the likely cause, or to none: the most telling evidence first.

A candidate explains a part when it predicts, for every failing case it can speak of, exactly the
wrong array that came back, and says nothing else about the cases that passed. The numbers are
random, so such an agreement is no accident. Two mistakes together are tried where no single one
explains it all. Where candidates with different causes fit equally, the evidence does not decide
and no cause is named, unless they say the same in every case there is: then both descriptions are
true, and the one declared first is given, or the one that explains another part too. Where more
calls raise an exception than a cause explains, the exception is the news and no cause is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.generic_causes import plain_cause, wrong_order
from cnnlib.check.impulse_probes import by_impulses
from cnnlib.check.observations import seen
from cnnlib.check.repeat_probes import Answer, by_calling_again
from cnnlib.check.results import CaseResult, Evidence, Finding


def findings(
    exercise: Exercise, marks: Sequence[CaseResult], parts: Sequence[str], answer: Answer
) -> dict[str, Finding | None]:
    """Say for each part what is wrong with it, or None where it is right everywhere.

    Parameters
    ----------
    exercise, marks, parts
        What was tried, and how it went.
    answer : callable
        Calls the function again, for probes.
    """
    return _agreed({part: _finding(exercise, marks, part, answer) for part in parts})


def _finding(
    exercise: Exercise, marks: Sequence[CaseResult], part: str, answer: Answer
) -> Finding | None:
    failed = [mark for mark in marks if part not in mark.passed]
    if not failed:
        return None
    evidence = [
        Evidence(mark.case, got, mark.expected[part], part in mark.passed)
        for mark in marks
        if (got := mark.got.get(part)) is not None
    ]
    wrong = [e for e in evidence if not e.passed]
    raised = [m.case for m in failed if m.outcome.problem and m.outcome.problem.where]
    if not wrong:
        return _problem(failed)
    found = _named(exercise, marks, part, evidence, raised, answer)
    note = seen(exercise, marks, part, wrong) if not (found and found.causes) else ()
    found = found or Finding((), 0, len(wrong))
    return replace(found, note=(*found.note, *note))


def _named(
    exercise: Exercise,
    marks: Sequence[CaseResult],
    part: str,
    evidence: Sequence[Evidence],
    raised: Sequence[Case],
    answer: Answer,
) -> Finding | None:
    """Return the first finding that names a cause."""
    wrong = [e for e in evidence if not e.passed]
    results = [(m.got, m.expected) for m in marks if m.got]
    if part in wrong_order(results, exercise.rtol) and len(wrong) >= len(raised):
        return Finding(("wrong-order",), len(wrong), len(wrong))
    candidates = [c for c in exercise.candidates if c.part == part]
    found = explain(evidence, candidates, [mark.case for mark in marks], exercise.rtol)
    if found and _speaks_for_few(found, candidates, raised, len(evidence) - len(wrong)):
        found = None
    if found or len(wrong) < len(raised):
        return found
    cause = plain_cause([(e.got, e.expected) for e in wrong], exercise.rtol)
    if cause:
        return Finding((cause,), len(wrong), len(wrong))
    found = by_calling_again(exercise, part, wrong, answer)
    found = found or by_impulses(exercise, part, wrong, answer)
    return found or _square_only(marks, part, wrong)


def _square_only(
    marks: Sequence[CaseResult], part: str, wrong: Sequence[Evidence]
) -> Finding | None:
    """Right where there are as many rows as columns of windows, and nowhere else."""
    square = [_is_square(mark.case) for mark in marks]
    right = [part in mark.passed for mark in marks]
    if square != right or sum(right) < 2 or all(right):
        return None
    return Finding(("rows-columns-swapped",), len(wrong), len(wrong))


def _is_square(case: Case) -> bool:
    delta = case.arrays.get("delta")
    return isinstance(delta, np.ndarray) and delta.ndim == 4 and delta.shape[1] == delta.shape[2]


def _speaks_for_few(
    found: Finding, candidates: Sequence[Candidate], raised: Sequence[Case], right: int
) -> bool:
    """Whether more calls raised than the causes fit, and these causes raise nothing there.

    Calls that were right speak for the causes too: they have predicted just that.
    """
    named = set(found.causes)
    told = [c for c in candidates if set(c.causes) == named]
    told = told or [c for c in candidates if set(c.causes) < named]
    silent = [case for case in raised if all(c.at(case) is not None for c in told)]
    return len(silent) > 2 * (found.fits + right)


def _problem(failed: Sequence[CaseResult]) -> Finding:
    """Return the cause of the calls that gave nothing."""
    problems = [mark.outcome.problem for mark in failed if mark.outcome.problem]
    causes = [problem.cause for problem in problems if problem.cause]
    if not causes:
        return Finding((), 0, len(failed))
    return Finding((causes[0],), causes.count(causes[0]), len(failed))


def _agreed(found: dict[str, Finding | None]) -> dict[str, Finding | None]:
    """Where two descriptions are equally true, take the one that explains another part too."""
    settled = {cause for f in found.values() if f and not f.also for cause in f.causes}
    return {part: _settle(f, settled) if f else f for part, f in found.items()}


def _settle(finding: Finding, settled: set[str]) -> Finding:
    shared = [cause for cause in finding.also if cause in settled]
    return replace(finding, causes=(shared[0],)) if shared else finding


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
