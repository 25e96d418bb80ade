"""The third face of a term table: a matrix with one row per output cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.terms import Terms


def weight_matrix(
    terms: Iterable[Terms], operands: Mapping[str, NDArray[Any]], wrt: str, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return what each cell of ``wrt`` is multiplied by on its way into each output cell."""
    weights = np.zeros(size)
    for group in terms:
        if wrt in group.cells:
            others = {name: cell for name, cell in group.cells.items() if name != wrt}
            values = Terms(group.out, others, group.coef).products(operands)
            np.add.at(weights, (group.out, group.cells[wrt]), values)
    return weights


def cell_matrix(
    terms: Iterable[Terms], wrt: str, cells: str, size: tuple[int, int]
) -> NDArray[np.intp]:
    """Return which cell of another operand that is, -1 where the wire is cut."""
    named = np.full(size, -1, np.intp)
    for group in terms:
        if wrt in group.cells and cells in group.cells:
            live = group.coef != 0
            named[group.out[live], group.cells[wrt][live]] = group.cells[cells][live]
    return named
