"""A reader's wires as a trace, so that the book's own view can play them beside the right ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlib.check.table.probe import Reading, arguments
from cnnlib.check.table.table import Table
from cnnlib.trace import Terms, Trace

LAYOUT = {4: (0, 1), 3: (0, 1), 2: (0, 1)}


def trace_of(table: Table, part: str, whose: str = "yours") -> Trace:
    """Return the wires of one returned array as a trace, for one example.

    Parameters
    ----------
    table : Table
        From :func:`cnnlib.check.read_table`.
    part : str
        The returned array.
    whose : {"yours", "right"}
        Which wires.

    Raises
    ------
    ValueError
        If the table has no such part, or wires that stand for sums.
    """
    if table.case is None or table.wiring is None or part not in table.parts:
        raise ValueError(f"{part!r} cannot be drawn: {table.unread or 'no such array was read'}")
    how, unit = table.parts[part].how, table.wiring.unit
    reading: Reading = getattr(table.parts[part], whose)
    given = arguments(table.case, table.wiring)
    operands = {unit: np.asarray(table.case[unit][0], float)}
    if how.partner:
        operands[how.partner] = given[how.partner] if how.partner == "w" else given[how.partner][0]
    wires = [wire for wire in reading.wires if not wire.partner or min(wire.partner) >= 0]
    if len(wires) < len(reading.wires):
        raise ValueError(f"{part!r} cannot be drawn: some wires stand for sums of cells")
    cells = {unit: [_flat(w.unit, operands[unit].shape) for w in wires]}
    if how.partner:
        shape = operands[how.partner].shape
        cells[how.partner] = [_flat(w.partner, shape) for w in wires]
    out = np.array([_flat(w.result, reading.shape) for w in wires], dtype=int)
    terms = Terms(
        out, {n: np.array(c, dtype=int) for n, c in cells.items()}, [w.coef for w in wires]
    )
    layout: dict[str, Any] = {
        name: LAYOUT[array.ndim] for name, array in operands.items() if array.ndim in LAYOUT
    }
    if len(reading.shape) in LAYOUT:
        layout[part] = LAYOUT[len(reading.shape)]
    return Trace(
        f"{table.exercise}, {whose}", operands, reading.shape, terms, out=part, layout=layout
    )


def _flat(cell: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(cell, shape)) if shape else 0


def views(table: Table, part: str) -> tuple[Any, Any]:
    """Return two TraceViews: the reader's wires and the right ones, at the first that differs."""
    from cnnlib.widgets import TraceView  # a check alone needs numpy and nothing else

    mine, right = table.parts[part].first or (None, None)
    found = []
    for whose, wire in (("yours", mine), ("right", right)):
        step = 0
        if wire is not None:
            step = _flat(wire.result, getattr(table.parts[part], whose).shape)
        trace = trace_of(table, part, whose)
        title = f"{part}, {'your wires' if whose == 'yours' else 'the right wires'}"
        found.append(TraceView(trace, step=step, title=title, editable=False))
    return found[0], found[1]
