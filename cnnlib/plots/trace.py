"""One step of a trace, standing still: what an animation shows, for paper and for closed eyes.

Like the animation it knows no operation. It reads the rows of the table that meet in one
cell, lights the cells they multiply, and writes the sum out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cnnlib.plots._check import Array
from cnnlib.plots.grid import Grid, plot_row
from cnnlib.plots.text import alike, number, reads_back
from cnnlib.trace import Term, Trace

Index = tuple[int, ...]
Runs = list[tuple[str, str]]
MOST_LETTERS = 56  # of a sum that is written out
MOST_SHEETS = 3  # of an array that are drawn


def plot_trace(
    trace: Trace, step: int = 0, *, by: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw one step of a trace: its arrays, the cells at work, and the arithmetic.

    Parameters
    ----------
    trace : Trace
        The operation, forward or backward.
    step : int
        Number of the output cell, in row order; with ``by``, of that operand's cell.
    by : str, optional
        An operand to step through instead: each of its cells adds its products onto the
        result (scatter), where an output cell collects them (gather).
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes of a fitting size by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If ``trace`` is no trace.
    ValueError
        If there is no such step or operand.

    Examples
    --------
    >>> import numpy as np
    >>> from cnnlib.trace import trace_conv2d
    >>> x, w = np.arange(1, 10).reshape(1, 3, 3, 1), np.arange(1, 5).reshape(2, 2, 1, 1)
    >>> ax = plot_trace(trace_conv2d(x, w), step=1)
    >>> ax.texts[-1].get_text()
    'z[0,1] = 2·1 + 3·2 + 5·3 + 6·4 = 47'
    """
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace, not {type(trace).__name__}: pass trace_conv2d(…)")
    cell = _cell_of_step(trace, step, by)
    terms = [t for t in trace.at(*cell, of=by or "") if t.coef != 0]
    result = _gathered(trace, cell) if by is None else _scattered(trace, cell, by, terms)
    caption = _sum_line(trace, cell, terms) if by is None else _stamp_line(trace, cell, by)
    parts = _operands(trace, terms, with_notes=by is None)
    return plot_row(*parts, "=" if by is None else "onto", result, caption=caption, ax=ax)


def _cell_of_step(trace: Trace, step: int, by: str | None) -> Index:
    if by is not None and by not in trace.operands:
        raise ValueError(f"by={by!r} is not an operand: choose one of {', '.join(trace.operands)}")
    shape = trace.shape if by is None else trace.operands[by].shape
    size = prod(shape)
    if not 0 <= step < size:
        raise ValueError(f"step {step} is not among the {size} steps: choose 0 to {size - 1}")
    return tuple(int(i) for i in np.unravel_index(step, shape))


def _operands(trace: Trace, terms: list[Term], *, with_notes: bool) -> list[str | list[Grid]]:
    """Draw the arrays the terms read; the sign tells which are multiplied, which added."""
    groups = [list(group.cells) for group in trace.terms]
    used = [name for name in trace.operands if any(name in group for group in groups)]
    parts: list[str | list[Grid]] = []
    for before, name in zip([None, *used], used, strict=False):
        if before:
            together = any(before in group and name in group for group in groups)
            parts.append(trace.symbol if together else "+")
        parts.append(_sheets(trace, name, terms, with_notes=with_notes and before is None))
    return parts


def _sheets(trace: Trace, name: str, terms: list[Term], *, with_notes: bool) -> list[Grid]:
    array = trace.operands[name]
    plane = _plane(trace, name, array.ndim)
    cells = [term.factors[name][0] for term in terms if name in term.factors]
    notes = _partners(trace, name, terms) if with_notes else {}
    partner = next((other for term in terms for other in term.factors if other != name), "ink")
    sheets = list(dict.fromkeys(_sheet(cell, plane) for cell in cells))
    sheets = sheets or [_sheet((0,) * array.ndim, plane)]
    grids = [
        Grid(
            _matrix(array, sheet, plane),
            name,
            _title(name, sheet, array.shape),
            highlight=_spots(cells, sheet, plane),
            notes={_spot(c, plane): note for c, note in notes.items() if _sheet(c, plane) == sheet},
            notes_name=partner,
        )
        for sheet in sheets[:MOST_SHEETS]
    ]
    more = len(sheets) - len(grids)
    return (
        [*grids[:-1], replace(grids[-1], label=f"{grids[-1].label}, {more} more")]
        if more
        else grids
    )


def _partners(trace: Trace, name: str, terms: list[Term]) -> dict[Index, str]:
    """Find the number that multiplies each cell of an operand, where there is one."""
    texts = {other: _texts(array) for other, array in trace.operands.items()}
    terms = [term for term in terms if name in term.factors]
    times = Counter(term.factors[name][0] for term in terms)
    notes = {}
    for term in terms:
        cell = term.factors[name][0]
        others = [texts[other][at] for other, (at, _) in term.factors.items() if other != name]
        factors = others if term.coef == 1 else [number(term.coef), *others]
        if times[cell] == 1 and factors:
            notes[cell] = "×" + "·".join(factors)
    return notes


def _gathered(trace: Trace, cell: Index) -> list[Grid]:
    """Draw the result as far as it is computed: every cell up to this one."""
    done = np.arange(prod(trace.shape)).reshape(trace.shape) <= np.ravel_multi_index(
        cell, trace.shape
    )
    return [_result(trace, trace.replay(), done, cell, [cell])]


def _scattered(trace: Trace, cell: Index, by: str, terms: list[Term]) -> list[Grid]:
    """Draw the result as far as the operand's cells up to this one have added to it."""
    step = np.ravel_multi_index(cell, trace.operands[by].shape)
    total, done = np.zeros(prod(trace.shape)), np.zeros(prod(trace.shape), dtype=bool)
    for group in trace.terms:
        if by in group.cells:
            early = (group.cells[by] <= step) & (group.coef != 0)
            np.add.at(total, group.out[early], group.products(trace.operands)[early])
            done[group.out[early]] = True
    hit = terms[0].out if terms else (0,) * len(trace.shape)
    notes = {term.out: "+" + number(term.product) for term in terms}
    shape = trace.shape
    return [_result(trace, total.reshape(shape), done.reshape(shape), hit, list(notes), notes)]


def _result(
    trace: Trace,
    values: Array,
    done: np.ndarray,
    cell: Index,
    lit: list[Index],
    notes: dict[Index, str] | None = None,
) -> Grid:
    plane = _plane(trace, trace.out, len(trace.shape))
    sheet = _sheet(cell, plane)
    blank = np.argwhere(~_matrix(done, sheet, plane).astype(bool))
    here = {_spot(c, plane): t for c, t in (notes or {}).items() if _sheet(c, plane) == sheet}
    return Grid(
        _matrix(values, sheet, plane),
        trace.out,
        _title(trace.out, sheet, trace.shape),
        highlight=_spots(lit, sheet, plane),
        notes={spot: text.replace("+−", "−") for spot, text in here.items()},
        blank=[(int(row), int(column)) for row, column in blank],
    )


def _sum_line(trace: Trace, cell: Index, terms: list[Term]) -> Runs:
    left = _title(trace.out, cell, trace.shape, _plane(trace, trace.out, len(cell)))
    texts = {name: _texts(array) for name, array in trace.operands.items()}
    result = trace.replay()
    value = _texts(result)[cell]
    line: Runs = [(left, trace.out), (" = ", "ink")]
    line += [(f"{trace.post}(", "ink")] if trace.post != "identity" else []
    total: Runs = []
    for k, term in enumerate(terms):
        if sum(len(text) for text, _ in total) > MOST_LETTERS:
            total.append((" + …", "ink"))
            break
        total += [(" + ", "ink")] if k else []
        total += _product(term, texts, first=not k)
    line += total or [("0", "ink")]
    line += [(")", "ink")] if trace.post != "identity" else []
    if len(total) < 2 and trace.post == "identity":
        return line
    exact = reads_back(value, result[cell]) and all(_exact(term, texts) for term in terms)
    return [*line, (" = " if exact else " ≈ ", "ink"), (value, trace.out)]


def _texts(array: Array) -> Any:
    """Write every number of an array as its cell shows it."""
    return np.array(alike(array.flat), dtype=object).reshape(array.shape)


def _exact(term: Term, texts: dict[str, Any]) -> bool:
    cells = [(texts[name][cell], value) for name, (cell, value) in term.factors.items()]
    return all(reads_back(text, value) for text, value in cells)


def _product(term: Term, texts: dict[str, Any], *, first: bool) -> Runs:
    factors = [(texts[name][cell], name) for name, (cell, _) in term.factors.items()]
    if term.coef != 1 or not factors:
        factors.insert(0, (number(term.coef), "ink"))
    runs: Runs = []
    for k, (text, name) in enumerate(factors):
        runs += [("·", "ink")] if k else []
        bare = not text.startswith("−") or (first and not k)
        runs.append((text if bare else f"({text})", name))
    return runs


def _stamp_line(trace: Trace, cell: Index, by: str) -> Runs:
    """Say in words what one cell adds to the result."""
    shape = trace.operands[by].shape
    groups = [group.cells for group in trace.terms if by in group.cells]
    partners = [n for n in trace.operands if n != by and any(n in cells for cells in groups)]
    line: Runs = [(_title(by, cell, shape, _plane(trace, by, len(cell))), by), (" = ", "ink")]
    line.append((_texts(trace.operands[by])[cell], by))
    for name in partners:
        line += [(" times ", "ink"), (name, name)]
    return [*line, (" is added onto ", "ink"), (trace.out, trace.out)]


# An array of any number of axes is drawn as sheets: two of its axes are the rows and columns
# of a grid (its plane), the others say which sheet. `:` stands where a whole axis is meant.

Plane = tuple[int | None, int | None]
Sheet = tuple[int | None, ...]


def _plane(trace: Trace, name: str, axes: int) -> Plane:
    default: Plane = (axes - 2 if axes > 1 else None, axes - 1 if axes else None)
    return trace.layout.get(name, default)


def _sheet(cell: Index, plane: Plane) -> Sheet:
    return tuple(None if axis in plane else int(i) for axis, i in enumerate(cell))


def _spot(cell: Index, plane: Plane) -> tuple[int, int]:
    row, column = (0 if axis is None else int(cell[axis]) for axis in plane)
    return row, column


def _spots(cells: Iterable[Index], sheet: Sheet, plane: Plane) -> list[tuple[int, int]]:
    return [_spot(cell, plane) for cell in cells if _sheet(cell, plane) == sheet]


def _matrix(array: np.ndarray, sheet: Sheet, plane: Plane) -> np.ndarray:
    """Cut one sheet out, as a matrix."""
    cut = array[tuple(slice(None) if i is None else i for i in sheet)]
    row, column = plane
    if row is None or column is None:
        return cut.reshape((1, -1) if row is None else (-1, 1))
    return cut if row < column else cut.T


def _title(name: str, index: Sheet, shape: Index, plane: Plane = (None, None)) -> str:
    """Name a sheet or a cell; axes of length 1 are left out unless they are drawn."""
    sizes = enumerate(zip(index, shape, strict=True))
    shown = [i for axis, (i, n) in sizes if n > 1 or i is None or axis in plane]
    if all(i is None for i in shown):
        return name
    return f"{name}[{','.join(':' if i is None else str(i) for i in shown)}]"
