"""The first wrong cell, drawn from its trace: which cells meet in it, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from cnnlib.check.difference import name, number
from cnnlib.check.results import Failure
from cnnlib.trace import Term, Trace

Index = tuple[int, ...]
#: What is drawn and written out; the rest is counted.
SHEETS, TERMS = 2, 8


def drawn(failure: Failure) -> str:
    """Return the tables and the sum behind the first wrong cell, or nothing."""
    exercise = failure.exercise
    if not exercise.trace or failure.mark.outcome.problem or failure.difference.cell is None:
        return ""
    part, cell = failure.difference.part, failure.difference.cell
    trace = exercise.trace(failure.mark.case, part)
    terms = [term for term in trace.at(*cell) if term.coef]
    tables = "".join(
        _sheets(trace, operand, {t.factors[operand][0] for t in terms if operand in t.factors})
        for operand in trace.operands
    )
    where = f'role="group" tabindex="0" aria-label="cells that meet in {escape(name(part, cell))}"'
    return f'<div class="cnn-wide" {where}>{tables}</div><p>{_sum(failure, terms)}</p>'


def _sum(failure: Failure, terms: Sequence[Term]) -> str:
    found = failure.difference
    cell = name(found.part, found.cell or ())
    products = " + ".join(_product(term) for term in terms[:TERMS]) or "0, no product meets here"
    more = len(terms) - TERMS
    rest = f" + {more} more products" if more > 0 else ""
    return (
        f"{escape(cell)} = {escape(products)}{rest} = <strong>{number(found.expected or 0.0)}"
        f"</strong>. Your function has <strong>{number(found.got or 0.0)}</strong> there."
    )


def _product(term: Term) -> str:
    values = [value for _, value in term.factors.values()]
    if term.coef != 1:
        values = [term.coef, *values]
    return " · ".join(f"({number(v)})" if v < 0 else number(v) for v in map(_short, values))


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _sheets(trace: Trace, operand: str, lit: set[Index]) -> str:
    """Draw the sheets of an operand in which cells take part."""
    array = trace.operands[operand]
    axes = [axis for axis in trace.layout.get(operand, (None, None)) if axis is not None]
    axes = axes or list(range(max(array.ndim - 2, 0), array.ndim))
    planes = sorted({_plane(cell, axes) for cell in lit})
    tables = [_table(array, operand, axes, plane, lit) for plane in planes[:SHEETS]]
    more = len(planes) - SHEETS
    return "".join(tables) + (f"<span>and {more} more of {operand}</span>" if more > 0 else "")


def _plane(cell: Index, axes: Sequence[int]) -> tuple[int | None, ...]:
    return tuple(None if axis in axes else i for axis, i in enumerate(cell))


def _table(
    array: Any,
    operand: str,
    axes: Sequence[int],
    plane: tuple[int | None, ...],
    lit: set[Index],
) -> str:
    place = ", ".join(":" if i is None else str(i) for i in plane)
    rows, columns = [1, 1, *(array.shape[axis] for axis in axes)][-2:]
    body = []
    for row in range(rows):
        cells = list[str]()
        for column in range(columns):
            at = dict(zip(axes, (row, column)[-len(axes) :], strict=True))
            index = tuple(at.get(axis, i or 0) for axis, i in enumerate(plane))
            cells.append(_cell(float(array[index]), operand, lit=index in lit))
        body.append(f"<tr>{''.join(cells)}</tr>")
    caption = f"{escape(operand)}[{place}]"
    return f"<table><caption>{caption}</caption><tbody>{''.join(body)}</tbody></table>"


def _cell(value: float, operand: str, *, lit: bool) -> str:
    text = number(_short(value))
    if not lit:
        return f"<td>{text}</td>"
    label = f'<span role="img" aria-label="{text}, takes part">{text}</span>'
    return f'<td class="cnn-lit cnn-{escape(operand)}">{label}</td>'
