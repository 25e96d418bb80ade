"""The reader's own wires in a report: told where they differ from the right ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cnnlib.check.exercise import Exercise
from cnnlib.check.results import CaseResult, Finding
from cnnlib.check.table.probe import AskAll
from cnnlib.check.table.read import table_of

#: Lines that are told of one array, and cases that are tried.
LINES, CASES = 3, 3
#: Causes after which the function is not asked again.
NO_USE = {"wrong-tuple", "wrong-signature", "returns-nothing", "not-repeatable", "wrong-order"}


def with_wires(
    exercise: Exercise,
    marks: Sequence[CaseResult],
    found: Mapping[str, Finding | None],
    ask: AskAll,
) -> dict[str, Finding | None]:
    """Add to each finding what the table of its part shows."""
    told = dict(found)
    open_parts = [p for p, f in found.items() if f and not set(f.causes) & NO_USE]
    for mark in _telling(exercise, marks, open_parts):
        if not open_parts:
            break
        table = table_of(exercise, [mark.case], ask)
        for part in list(open_parts):
            finding, here = told[part], table.parts.get(part)
            if finding and here is not None and not here:
                lines = table.lines(part)[:LINES]
                told[part] = replace(finding, note=(*finding.note, *lines), table=table)
                open_parts.remove(part)
    return told


def _telling(
    exercise: Exercise, marks: Sequence[CaseResult], parts: Sequence[str]
) -> list[CaseResult]:
    """Return failing cases in which arrays came back, one for each difficulty."""
    if exercise.wiring is None:
        return []
    failed = [
        mark
        for mark in marks
        if any(part not in mark.passed for part in parts) and not mark.outcome.problem
    ]
    several = [m for m in failed if not m.case.adds.startswith(("one ", "whole"))]
    return (several or failed)[:CASES]
