"""Write a rule out as a term table: one row per wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.rule import Dim, Group, Rule
from cnnlib.trace.terms import Terms

Cells = NDArray[np.intp]


def expand(rule: Rule, operands: Mapping[str, NDArray[Any]]) -> tuple[Terms, ...]:
    """Return one :class:`Terms` per group of ``rule``, rows in the rule's order."""
    shapes = {name: np.shape(a) for name, a in operands.items()}
    sizes = rule.resolve(shapes)
    out_shape = rule.shape(shapes)
    return tuple(_expand(g, rule.order, sizes, operands, out_shape) for g in rule.groups)


def _expand(
    group: Group,
    order: tuple[str, ...],
    sizes: Mapping[str, int],
    operands: Mapping[str, NDArray[Any]],
    out_shape: tuple[int, ...],
) -> Terms:
    axes = [axis for axis in order if axis in group.axes()]
    grid = np.indices([sizes[axis] for axis in axes]).reshape(len(axes), -1)
    loops = dict(zip(axes, grid, strict=True))
    out, inside = _flat(group.out, loops, sizes, out_shape)
    cells = {}
    for name, dims in group.cells.items():
        cells[name], fits = _flat(dims, loops, sizes, operands[name].shape)
        inside = inside & fits  # a row that reads a padded zero adds nothing: it is left out
    rows = {name: cell[inside] for name, cell in cells.items()}
    return _with_coefficients(group, out[inside], rows, sizes, operands)


def _flat(
    dims: tuple[Dim, ...],
    loops: Mapping[str, Cells],
    sizes: Mapping[str, int],
    shape: tuple[int, ...],
) -> tuple[Cells, NDArray[np.bool_]]:
    """Return flat cell numbers, and where they lie inside the array."""
    any_axis = next(iter(loops.values()))
    flat = np.zeros(any_axis.shape, np.intp)
    inside = np.ones(any_axis.shape, bool)
    for dim, size in zip(dims, shape, strict=True):
        index = _index(dim, loops, sizes)
        inside &= (index >= 0) & (index < size)
        flat = flat * size + index
    return flat, inside


def _index(dim: Dim, loops: Mapping[str, Cells], sizes: Mapping[str, int]) -> Cells | int:
    index: Cells | int = -dim.pad[0]
    for axis, c in dim.axes.items():
        index = index + (c * loops[axis] if c > 0 else -c * (sizes[axis] - 1 - loops[axis]))
    return index


def _with_coefficients(
    group: Group,
    out: Cells,
    cells: dict[str, Cells],
    sizes: Mapping[str, int],
    operands: Mapping[str, NDArray[Any]],
) -> Terms:
    coef = group.coef
    if not isinstance(coef, Mapping):
        return Terms(out, cells, np.full(out.shape, float(coef)))
    if "share" in coef:
        share = 1.0 / np.prod([sizes[axis] for axis in coef["share"]])
        return Terms(out, cells, np.full(out.shape, share))
    if "positive" in coef:
        name = coef["positive"]
        return Terms(out, cells, (operands[name].ravel()[cells[name]] > 0).astype(float))
    return _winners(out, cells, operands[coef["winner"]].ravel()[cells[coef["winner"]]], coef)


def _winners(out: Cells, cells: dict[str, Cells], values: Any, coef: Mapping[str, Any]) -> Terms:
    """Coefficient 1 for the largest value of each output cell, 0 for the losers."""
    size = int(out.max()) + 1 if out.size else 0
    best = np.full(size, -np.inf)
    np.maximum.at(best, out, values)
    tied = values == best[out]
    _, first_rows = np.unique(np.where(tied, out, -1), return_index=True)
    first = np.zeros(out.shape)
    first[first_rows] = 1.0
    first *= tied
    if coef["ties"] == "first":
        return Terms(out, cells, first)
    count = np.bincount(out, weights=tied, minlength=size)
    split = tied / np.maximum(count, 1)[out]
    if coef["ties"] == "split":
        return Terms(out, cells, split)
    # "all" hands every tied cell the whole delta: no function has that derivative, so the rows
    # are read forwards with one coefficient and backwards with another.
    return Terms(out, cells, split, back=tied.astype(float))
