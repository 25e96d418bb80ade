"""Write a rule out as a term table: one row per wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup
from cnnlib.trace.terms import Terms

Array = NDArray[np.float64]
Cells = NDArray[np.intp]
Sizes = Mapping[str, int]


def expand(rule: IndexRule, operands: Mapping[str, Array]) -> tuple[Terms, ...]:
    """Return one :class:`Terms` per group of ``rule``, rows in the rule's order."""
    shapes = {name: a.shape for name, a in operands.items()}
    sizes, shape = rule.resolve(shapes), rule.shape(shapes)
    return tuple(_rows(group, rule.order, sizes, shape, operands) for group in rule.groups)


def _rows(
    group: TermGroup,
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
    return group.coefficient.expand(out[inside], kept, sizes, operands)


def _flat(
    dims: tuple[AffineIndex, ...],
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


def _index(dim: AffineIndex, loops: Mapping[str, Cells], sizes: Sizes) -> Any:
    place: Any = -dim.pad[0]
    for axis, c in dim.axes.items():
        place = place + (c * loops[axis] if c > 0 else -c * (sizes[axis] - 1 - loops[axis]))
    return place
