"""Write a rule out as a term table: one row per wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.rule import Dim, Group, Rule
from cnnlib.trace.terms import Terms

Array = NDArray[np.float64]
Cells = NDArray[np.intp]
Sizes = Mapping[str, int]


def expand(rule: Rule, operands: Mapping[str, Array]) -> tuple[Terms, ...]:
    """Return one :class:`Terms` per group of ``rule``, rows in the rule's order."""
    shapes = {name: a.shape for name, a in operands.items()}
    sizes, shape = rule.resolve(shapes), rule.shape(shapes)
    return tuple(_rows(group, rule.order, sizes, shape, operands) for group in rule.groups)


def _rows(
    group: Group,
    order: tuple[str, ...],
    sizes: Sizes,
    shape: tuple[int, ...],
    operands: Mapping[str, Array],
) -> Terms:
    axes = [axis for axis in order if axis in group.axes()]
    lengths = [sizes[axis] for axis in axes]
    grid = np.indices(lengths).reshape(len(axes), math.prod(lengths))
    loops = dict(zip(axes, grid, strict=True))
    out, inside = _flat(group.out, loops, sizes, shape, grid.shape[1])
    cells = {}
    for name, dims in group.cells.items():
        cells[name], fits = _flat(dims, loops, sizes, operands[name].shape, grid.shape[1])
        inside = inside & fits  # a row that reads a padded zero adds nothing: it is left out
    kept = {name: cell[inside] for name, cell in cells.items()}
    return _with_coefficients(group.coef, out[inside], kept, sizes, operands)


def _flat(
    dims: tuple[Dim, ...],
    loops: Mapping[str, Cells],
    sizes: Sizes,
    shape: tuple[int, ...],
    rows: int,
) -> tuple[Cells, NDArray[np.bool_]]:
    """Return flat cell numbers, and where they lie inside the array."""
    flat, inside = np.zeros(rows, np.intp), np.ones(rows, bool)
    for dim, size in zip(dims, shape, strict=True):
        place = _index(dim, loops, sizes)
        inside &= (place >= 0) & (place < size)
        flat = flat * size + place
    return flat, inside


def _index(dim: Dim, loops: Mapping[str, Cells], sizes: Sizes) -> Any:
    place: Any = -dim.pad[0]
    for axis, c in dim.axes.items():
        place = place + (c * loops[axis] if c > 0 else -c * (sizes[axis] - 1 - loops[axis]))
    return place


def _with_coefficients(
    coef: float | Mapping[str, Any],
    out: Cells,
    cells: dict[str, Cells],
    sizes: Sizes,
    operands: Mapping[str, Array],
) -> Terms:
    if not isinstance(coef, Mapping):
        return Terms(out, cells, coef)
    if "share" in coef:
        return Terms(out, cells, 1.0 / math.prod(sizes[axis] for axis in coef["share"]))
    name = coef.get("winner") or coef["positive"]
    values = operands[name].ravel()[cells[name]]
    if "positive" in coef:
        return _gates(out, cells, values)
    return _winners(out, cells, values, coef["ties"])


def _gates(out: Cells, cells: dict[str, Cells], values: Array) -> Terms:
    """Coefficient 1 where the value is above 0. A NaN is let through forwards, to be seen."""
    missing = np.isnan(values)
    back = values > 0 if missing.any() else None
    return Terms(out, cells, (values > 0) | missing, back)


def _winners(out: Cells, cells: dict[str, Cells], values: Array, ties: str) -> Terms:
    """Coefficient 1 for the largest value of each output cell, 0 for the losers."""
    size = int(out.max()) + 1 if out.size else 0
    best = np.full(size, -np.inf)
    with np.errstate(invalid="ignore"):  # numpy warns of a NaN here, but it is meant to win
        np.maximum.at(best, out, values)
    tied = (values == best[out]) | np.isnan(values)
    if ties == "first":
        return Terms(out, cells, _first(tied, out))
    split = tied / np.maximum(np.bincount(out, weights=tied, minlength=size), 1)[out]
    if ties == "split":
        return Terms(out, cells, split)
    # "all" hands every tied cell the whole delta: no function has that derivative, so the rows
    # are read forwards with one coefficient and backwards with another.
    return Terms(out, cells, split, back=tied)


def _first(tied: NDArray[np.bool_], out: Cells) -> NDArray[np.bool_]:
    """Keep the first tied row of each output cell."""
    _, rows = np.unique(np.where(tied, out, -1), return_index=True)
    first = np.zeros(out.shape, bool)
    first[rows] = True
    return first & tied
