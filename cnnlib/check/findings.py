"""What is wrong with each part: the most telling evidence first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cnnlib.check.diagnose import Evidence, Finding, explain
from cnnlib.check.exercise import Case, Exercise
from cnnlib.check.impulse import by_impulses
from cnnlib.check.plain import constant_ratio, plain_cause, wrong_order
from cnnlib.check.report import Mark
from cnnlib.check.sandbox import Outcome

Answer = Callable[[Case], Outcome | None]


def findings(
    exercise: Exercise, marks: Sequence[Mark], parts: Sequence[str], answer: Answer
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
    exercise: Exercise, marks: Sequence[Mark], part: str, answer: Answer
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
    cause = "" if found else plain_cause([e.got for e in wrong])
    if cause:
        return Finding((cause,), len(wrong), len(wrong))
    return found or by_impulses(exercise, part, wrong, answer) or _factor(wrong, exercise.rtol)


def _problem(failed: Sequence[Mark]) -> Finding:
    """Return the cause of the calls that gave nothing."""
    problems = [mark.outcome.problem for mark in failed if mark.outcome.problem]
    causes = [problem.cause for problem in problems if problem.cause]
    if not causes:
        return Finding((), 0, len(failed))
    return Finding((causes[0],), causes.count(causes[0]), len(failed))


def _factor(wrong: Sequence[Evidence], rtol: float) -> Finding:
    """Tell of a constant factor, which is an observation and not a cause."""
    ratios = [constant_ratio(e.got, e.expected, rtol) for e in wrong]
    note = ""
    if all(ratio is not None for ratio in ratios):
        note = "each number is the expected one times " + ", ".join(
            dict.fromkeys(f"{ratio:.4g}" for ratio in ratios)
        )
    return Finding((), 0, len(wrong), note=note)


def _agreed(found: dict[str, Finding | None]) -> dict[str, Finding | None]:
    """Where two descriptions are equally true, take the one that explains another part too."""
    settled = {cause for f in found.values() if f and not f.also for cause in f.causes}
    return {part: _settle(f, settled) if f else f for part, f in found.items()}


def _settle(finding: Finding, settled: set[str]) -> Finding:
    shared = [cause for cause in finding.also if cause in settled]
    return replace(finding, causes=(shared[0],)) if shared else finding
