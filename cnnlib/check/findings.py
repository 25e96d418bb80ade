"""What is wrong with each part: the most telling evidence first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnnlib.check.diagnose import Evidence, Finding, explain
from cnnlib.check.exercise import Exercise
from cnnlib.check.generic_causes import constant_ratio, plain_cause, wrong_order
from cnnlib.check.impulse_probes import by_impulses
from cnnlib.check.repeat_probes import Answer, by_calling_again
from cnnlib.check.results import CaseResult


def findings(
    exercise: Exercise, marks: Sequence[CaseResult], parts: Sequence[str], answer: Answer
) -> dict[str, Finding | None]:
    """Say for each part what is wrong with it, or None where it is right everywhere.

    Parameters
    ----------
    exercise, marks, parts
        What was tried, and how it went.
    answer : callable
        Calls the function again, for impulses.
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
    if not wrong:
        return _problem(failed)
    if part in wrong_order([(m.got, m.expected) for m in marks if m.got], exercise.rtol):
        return Finding(("wrong-order",), len(wrong), len(wrong))
    candidates = [c for c in exercise.candidates if c.part == part]
    found = explain(evidence, candidates, [mark.case for mark in marks], exercise.rtol)
    pairs = [(e.got, e.expected) for e in wrong]
    cause = "" if found else plain_cause(pairs, exercise.rtol)
    if cause:
        return Finding((cause,), len(wrong), len(wrong))
    found = found or by_calling_again(exercise, part, wrong, answer)
    found = found or by_impulses(exercise, part, wrong, answer)
    return found or Finding((), 0, len(wrong), note=_seen(marks, part, wrong, exercise))


def _problem(failed: Sequence[CaseResult]) -> Finding:
    """Return the cause of the calls that gave nothing."""
    problems = [mark.outcome.problem for mark in failed if mark.outcome.problem]
    causes = [problem.cause for problem in problems if problem.cause]
    if not causes:
        return Finding((), 0, len(failed))
    return Finding((causes[0],), causes.count(causes[0]), len(failed))


def _seen(
    marks: Sequence[CaseResult], part: str, wrong: Sequence[Evidence], exercise: Exercise
) -> str:
    """Tell what was observed, though it is no cause: a factor, or which cases fail."""
    seen = []
    ratios = [constant_ratio(e.got, e.expected, exercise.rtol) for e in wrong]
    if all(ratio is not None for ratio in ratios):
        factors = list(dict.fromkeys(f"{ratio:.4g}" for ratio in ratios))
        by = ", ".join(factors[:4]) + (" …" if len(factors) > 4 else "")
        seen.append(f"each number is the expected one times {by}")
    failed = {mark.case: part not in mark.passed for mark in marks}
    for option, default in exercise.defaults.items():
        other = {case: case.options.get(option, default) != default for case in failed}
        if failed == other:
            seen.append(f"every case with another {option} than {default} fails, and no other")
    return "; ".join(seen)


def _agreed(found: dict[str, Finding | None]) -> dict[str, Finding | None]:
    """Where two descriptions are equally true, take the one that explains another part too."""
    settled = {cause for f in found.values() if f and not f.also for cause in f.causes}
    return {part: _settle(f, settled) if f else f for part, f in found.items()}


def _settle(finding: Finding, settled: set[str]) -> Finding:
    shared = [cause for cause in finding.also if cause in settled]
    return replace(finding, causes=(shared[0],)) if shared else finding
