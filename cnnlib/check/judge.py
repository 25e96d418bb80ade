"""Try a function on every case of an exercise and gather what is found into a report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import cnnlib
from cnnlib.check.compare import agree, as_array
from cnnlib.check.diagnose import Evidence, Finding, explain
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.plain import plain_cause, wrong_order
from cnnlib.check.report import Mark, Report
from cnnlib.check.run import Outcome, Problem, run


def judge(
    exercise: Exercise,
    function: Callable[..., Any],
    *,
    seed: int,
    limit_s: float,
    parts: Sequence[str] | None,
) -> Report:
    """Return the report on a function.

    Raises
    ------
    TypeError, ValueError
        If `function` cannot be called, or `parts` names a part that the exercise does not have.
    """
    wanted = _parts(exercise, parts)
    if not callable(function):
        raise TypeError(
            f"my_function must be a function, got {type(function).__name__}: pass "
            f"{exercise.name} itself, without parentheses"
        )
    marks = list(_marks(exercise, function, seed, wanted))
    findings = _agreed({part: _finding(exercise, part, marks) for part in wanted})
    return Report(
        exercise.name, cnnlib.__version__, seed, exercise.signature, tuple(marks), findings
    )


def _parts(exercise: Exercise, parts: Sequence[str] | None) -> tuple[str, ...]:
    wanted = exercise.parts if parts is None else tuple(parts)
    unknown = [part for part in wanted if part not in exercise.parts]
    if unknown or not wanted:
        raise ValueError(
            f"parts must name some of {exercise.parts}, got {tuple(wanted)}: leave it out for all"
        )
    return wanted


def _marks(
    exercise: Exercise, function: Callable[..., Any], seed: int, wanted: tuple[str, ...]
) -> Iterator[Mark]:
    takes = _options(function)
    final: Problem | None = None
    for case in exercise.cases(seed):
        options = _call_options(exercise, case, takes)
        if options is None:
            continue
        if final:
            outcome = Outcome(problem=final)
        elif isinstance(options, Problem):
            outcome = Outcome(problem=options)
        else:
            outcome = run(function, case, options)
        final = final or (outcome.problem if outcome.problem and outcome.problem.final else None)
        yield _mark(exercise, case, outcome, wanted)


def _options(function: Callable[..., Any]) -> set[str] | None:
    """Names of the options a function takes; None where it takes any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {p.name for p in parameters}


def _call_options(
    exercise: Exercise, case: Case, takes: set[str] | None
) -> Mapping[str, Any] | Problem | None:
    """Return what to pass, None where the case is not for this function, or what is missing."""
    if takes is None:
        return case.options
    lacking = {k: v for k, v in case.options.items() if k not in takes}
    needed = [k for k, v in lacking.items() if v != exercise.defaults.get(k)]
    if any(name in exercise.optional for name in needed):
        return None
    if needed:
        return Problem(f"the function does not take {', '.join(needed)}: {exercise.signature}")
    return {k: v for k, v in case.options.items() if k not in lacking}


def _mark(exercise: Exercise, case: Case, outcome: Outcome, wanted: tuple[str, ...]) -> Mark:
    expected = {part: array for part, array in exercise.expected(case).items() if part in wanted}
    if outcome.problem:
        return Mark(case, expected, {}, outcome.problem)
    values, problem = _returned(exercise, outcome.value, wanted)
    if problem:
        return Mark(case, expected, {}, problem)
    got = {part: array for part, array in values.items() if part in wanted}
    passed = {p for p, a in got.items() if a is not None and agree(a, expected[p], exercise.rtol)}
    return Mark(case, expected, got, None, frozenset(passed))


def _returned(
    exercise: Exercise, value: Any, wanted: tuple[str, ...]
) -> tuple[dict[str, Array | None], Problem | None]:
    """Take the returned value apart."""
    names = ", ".join(exercise.parts)
    if value is None:
        return {}, Problem("the function returned None", cause="returns-nothing")
    if len(exercise.parts) == 1:
        array = as_array(value)
        if array is None:
            words = f"expected the array {names}, got {type(value).__name__}"
            return {}, Problem(words, cause="wrong-tuple")
        return {exercise.parts[0]: array}, None
    if not isinstance(value, tuple | list) or len(value) != len(exercise.parts):
        count = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        words = f"expected the tuple ({names}), got {type(value).__name__}{count}"
        return {}, Problem(words, cause="wrong-tuple")
    return {p: as_array(v) for p, v in zip(exercise.parts, value, strict=True)}, None


def _finding(exercise: Exercise, part: str, marks: Sequence[Mark]) -> Finding | None:
    """Say what is wrong with one part, or None where it is right everywhere."""
    wrong = [mark for mark in marks if part not in mark.passed]
    if not wrong:
        return None
    evidence = [
        Evidence(m.case, got, m.expected[part], part in m.passed)
        for m in marks
        if (got := m.got.get(part)) is not None
    ]
    nothing = Finding((), 0, len(wrong))
    if any(not e.passed for e in evidence):
        return _cause_of_numbers(exercise, part, marks, evidence) or nothing
    named = [mark.problem.cause for mark in wrong if mark.problem and mark.problem.cause]
    return Finding((named[0],), named.count(named[0]), len(wrong)) if named else nothing


def _cause_of_numbers(
    exercise: Exercise, part: str, marks: Sequence[Mark], evidence: Sequence[Evidence]
) -> Finding | None:
    results = [(mark.got, mark.expected) for mark in marks if not mark.problem]
    wrong = [e.got for e in evidence if not e.passed]
    if part in wrong_order(results, exercise.rtol):
        return Finding(("wrong-order",), len(wrong), len(wrong))
    candidates = [c for c in exercise.candidates if c.part == part]
    found = explain(evidence, candidates, [mark.case for mark in marks], exercise.rtol)
    if not found and (cause := plain_cause(wrong)):
        return Finding((cause,), len(wrong), len(wrong))
    return found


def _agreed(findings: dict[str, Finding | None]) -> dict[str, Finding | None]:
    """Where two descriptions are equally true, take the one that explains another part too."""
    settled = {c for f in findings.values() if f and not f.also for c in f.causes}
    return {
        part: replace(f, causes=(shared[0],)) if f and (shared := [*settled & {*f.also}]) else f
        for part, f in findings.items()
    }
