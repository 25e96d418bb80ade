"""A report for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from cnnlib.check.causes import CATALOGUE
from cnnlib.check.results import Failure, ReportData

WIDTH = 96
UNWRITTEN = "Fill in the function, run its cell, and then this one again."


def as_text(report: ReportData) -> str:
    """Write the report in lines of at most 96 characters, where addresses let it."""
    return "\n".join(_lines(report))


def _lines(report: ReportData) -> Iterator[str]:
    yield f"{report.name}: {report.verdict}  (cnnlib {report.version}, seed {report.seed})"
    if not report.written:
        yield f"  {UNWRITTEN}"
        return
    yield "  " + "   ".join(f"{part} {n}/{of}" for part, (n, of) in report.score.items())
    for failure in report.failures:
        yield ""
        yield from _failure(failure)
    for cause in (CATALOGUE[name] for name in report.remarks):
        yield ""
        yield _block(f"No mistake, but worth knowing: {cause.words}.", 2)
        yield _block(cause.look, 4)
        yield f"    Read: {cause.link}"
    if report.printed and not report:
        yield ""
        yield _block(f"Printed in the first case: {report.printed.strip()}", 2)


def _failure(failure: Failure) -> Iterator[str]:
    yield _block(headline(failure), 2)
    yield _block(str(failure.mark.case), 4)
    for line in what(failure):
        yield _block(line, 4)
    for cause in (CATALOGUE[name] for name in failure.finding.causes):
        yield _block(f"Likely cause ({failure.evidence}): {cause.words}.", 4)
        yield _block(cause.look, 6)
        yield f"      Read: {cause.link}"


def headline(failure: Failure) -> str:
    """Say which parts are wrong, how often, and in which case that is shown."""
    parts, many = " and ".join(failure.parts), len(failure.parts) > 1
    verb = "are" if many else "is"
    count = f"{failure.wrong} of {failure.tried} cases"
    return f"{parts} {verb} wrong in {count}. The first: {failure.mark.case.adds}"


def what(failure: Failure) -> list[str]:
    """Say what happened, or where the numbers part."""
    problem = failure.mark.outcome.problem
    if problem:
        return [line for line in (problem.words, problem.where) if line]
    lines = [failure.difference.words]
    return [*lines, f"Seen: {failure.finding.note}"] if failure.finding.note else lines


def _block(text: str, margin: int) -> str:
    lines = [fill(line, WIDTH - margin, break_long_words=False) for line in text.splitlines()]
    return indent("\n".join(lines), " " * margin)
