"""A report for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from cnnlib.check.results import Failure, Told

WIDTH = 96
UNWRITTEN = "Fill in the function, run its cell, and then this one again."


def as_text(report: Told) -> str:
    """Write the report in lines of at most 96 characters, where addresses let it."""
    return "\n".join(_lines(report))


def _lines(report: Told) -> Iterator[str]:
    yield f"{report.name}: {report.verdict}  (cnnlib {report.version}, seed {report.seed})"
    if not report.written:
        yield f"  {UNWRITTEN}"
        return
    yield "  " + "   ".join(f"{part} {n}/{of}" for part, (n, of) in report.score.items())
    for failure in report.failures:
        yield ""
        yield from _failure(failure)
    for cause in report.told:
        yield ""
        yield _block(f"No mistake, but worth knowing: {cause.words}.", 2)
        yield _block(cause.look, 4)
        yield f"    Read: {cause.link}"
    if report.left:
        yield ""
        yield _block(left_words(report.left), 2)
    if report.printed and not report:
        yield ""
        yield _block(f"Printed in the first case: {report.printed.strip()}", 2)
    if report.failures:
        yield ""
        yield "  More, one at a time: report.hint()"


def _failure(failure: Failure) -> Iterator[str]:
    yield _block(failure.headline, 2)
    yield _block(str(failure.mark.case), 4)
    for line in failure.what:
        yield _block(line, 4)
    for cause in failure.causes:
        yield _block(f"Likely cause ({failure.evidence}): {cause.words}.", 4)
        yield _block(" ".join(filter(None, (cause.look, cause.ask))), 6)
        yield f"      Read: {cause.link}"


def left_words(names: tuple[str, ...]) -> str:
    """Say which threads go on."""
    return f"The function starts threads that do not end: {', '.join(names[:5])}."


def _block(text: str, margin: int) -> str:
    lines = [fill(line, WIDTH - margin, break_long_words=False) for line in text.splitlines()]
    return indent("\n".join(lines), " " * margin)
