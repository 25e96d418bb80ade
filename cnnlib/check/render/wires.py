"""The first wire that differs, drawn: where it comes from, what it meets, where it goes."""

from __future__ import annotations

from html import escape

import numpy as np

from cnnlib.check.difference import name
from cnnlib.check.results import Failure
from cnnlib.check.table.probe import Index, Wire, arguments


def wires(failure: Failure) -> str:
    """Return the tables of the first wire that differs, yours and the right one; or nothing."""
    found, part = failure.finding.table, failure.parts[0]
    if found is None or found.case is None or not found.parts[part].first:
        return ""
    here = found.parts[part]
    mine, right = here.first
    wire = right or mine
    given = arguments(found.case, found.wiring)
    sheets = [_sheet(np.asarray(found.case[found.wiring.unit][0]), found.wiring.unit, wire.unit)]
    if wire.partner and min(wire.partner) >= 0:
        labels = given[here.how.partner] if here.how.partner == "w" else given[here.how.partner][0]
        sheets.append(_sheet(np.asarray(labels), here.how.partner, wire.partner))
    sheets += [
        _sheet(np.zeros(reading.shape), part, wire.result, whose)
        for whose, wire, reading in (("yours", mine, here.yours), ("right", right, here.right))
        if wire is not None
    ]
    words = f"One wire: {_goes('yours', mine, part)}, {_goes('the right one', right, part)}"
    label = f'role="group" tabindex="0" aria-label="{escape(words)}"'
    return f'<p>{escape(words)}.</p><div class="cnn-wide" {label}>{"".join(sheets)}</div>'


def _goes(whose: str, wire: Wire | None, part: str) -> str:
    return f"{whose} ends in {name(part, wire.result) if wire else 'nothing'}"


def _sheet(array: np.ndarray, operand: str, cell: Index, whose: str = "") -> str:
    """Draw the sheet of a cell as a grid of squares, that cell marked."""
    rows, columns = [1, *array.shape[:2]][-2:]
    rest = ", ".join([*":" * min(array.ndim, 2), *map(str, cell[2:])])
    at = [0, *cell[:2]][-2:]
    squares = "".join(
        f'<span class="{"cnn-lit" if [i, j] == at else ""}">{"●" if [i, j] == at else "·"}</span>'
        for i in range(rows)
        for j in range(columns)
    )
    caption = f"{whose} {operand}[{rest}]".strip()
    style = f"grid-template-columns:repeat({columns},1.4em)"
    return (
        f'<figure class="cnn-sheet"><figcaption>{escape(caption)}</figcaption>'
        f'<div class="cnn-grid" style="{style}" aria-hidden="true">{squares}</div></figure>'
    )
