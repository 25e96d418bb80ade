"""Read the rows of a trace in another order: by one cell, or by the cells of one operand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.trace import _check, activations
from cnnlib.trace.table import Table
from cnnlib.trace.terms import Term, Terms

Index = tuple[int, ...]


def terms_at(trace: Table, cell: Index, of: str) -> list[Term]:
    """Spell out the rows that write a cell of the result, or read a cell of an operand."""
    _check.one_of(of, "of", trace.op, [*trace.operands, trace.out])
    shape = trace.shape if of == trace.out else trace.operands[of].shape
    flat = _check.cell(cell, shape, of)
    found: list[Term] = []
    for group in trace.terms:
        column = group.out if of == trace.out else group.cells.get(of)
        if column is not None:
            found += [_spelt(group, t, trace) for t in np.flatnonzero(column == flat).tolist()]
    return found


def _spelt(group: Terms, t: int, trace: Table) -> Term:
    """Put indices and numbers in place of flat cell numbers."""
    factors = {}
    for name, cells in group.cells.items():
        array = trace.operands[name]
        factors[name] = (_index(cells[t], array.shape), float(array.flat[cells[t]]))
    coef = float(group.coef[t])
    product = coef and coef * math.prod(value for _, value in factors.values())
    return Term(_index(group.out[t], trace.shape), coef, factors, product)


def _index(flat: int, shape: Index) -> Index:
    return tuple(int(i) for i in np.unravel_index(flat, shape))


def gradient(trace: Table, delta: ArrayLike, wrt: str) -> dict[str, Any]:
    """Return the parts of the trace whose result is the gradient for ``wrt``."""
    _check.one_of(wrt, "wrt", trace.op, list(trace.operands))
    upstream = _check.delta(delta, trace.op, trace.shape)
    others = {name: a for name, a in trace.operands.items() if name != wrt}
    symbol = "delta" if "delta" not in others else "delta2"
    slope = activations.slope(trace.function, trace.sums)
    groups = [_regrouped(g, wrt, symbol, slope) for g in trace.terms if wrt in g.cells]
    read = {name for group in groups for name in group.cells}
    layout = {**trace.layout, symbol: trace.layout.get(trace.out, (None, None))}
    layout[f"d{wrt}"] = trace.layout.get(wrt, (None, None))
    return {
        "op": f"{trace.op}, gradient of {wrt}",
        "operands": {symbol: upstream} | {name: a for name, a in others.items() if name in read},
        "shape": trace.operands[wrt].shape,
        "terms": groups,
        "out": f"d{wrt}",
        "layout": layout if trace.layout else {},
    }


def _regrouped(group: Terms, wrt: str, delta: str, slope: NDArray[np.float64]) -> Terms:
    """Swap the output cell and the cell of ``wrt``: the chain rule, row by row."""
    others = {name: cell for name, cell in group.cells.items() if name != wrt}
    coef = group.coef if group.back is None else group.back
    return Terms(group.cells[wrt], {delta: group.out, **others}, coef * slope[group.out])
