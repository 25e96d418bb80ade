"""The rows of a term table: ``out[o] += coef * product of operand cells``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Index = tuple[int, ...]


class Term(NamedTuple):
    """One row, spelt out: its coefficient, the cells it multiplies, and their product.

    Attributes
    ----------
    out : tuple of int
        Index of the cell that receives the product.
    coef : float
        Constant factor.
    factors : dict of str to (tuple of int, float)
        For each operand in the row, the index of its cell and the number there.
    product : float
        What the row adds; 0 where the coefficient is 0, whatever the cells hold.
    """

    out: Index
    coef: float
    factors: dict[str, tuple[Index, float]]
    product: float


@dataclass(frozen=True, eq=False)
class Terms:
    """Row ``t`` adds ``coef[t] * prod(operands[name].flat[cells[name][t]])`` to ``out[t]``.

    Parameters
    ----------
    out : array_like of int, shape (T,)
        Flat number of the output cell that receives row ``t``.
    cells : dict of str to array_like of int, shape (T,)
        Flat number of the cell each operand contributes.
    coef : array_like of float, shape (T,), or float
        Constant factor of each row. A wire with factor 0 is cut: it carries 0 even from infinity.
    back : array_like of float, shape (T,), or float, optional
        The coefficient when the rows are read backwards, where that is not ``coef``: the tie policy
        "all" of max pooling, which is not the derivative of any function.

    Raises
    ------
    ValueError
        If the columns are not 1-D, not of one length, or hold cell numbers that are not whole.

    Examples
    --------
    >>> Terms(out=[0, 0], cells={"x": [3, 1]}, coef=0.5).coef
    array([0.5, 0.5])
    """

    out: Any
    cells: Mapping[str, Any]
    coef: Any = 1.0
    back: Any = None

    def __post_init__(self) -> None:
        """Bring every column to an array of the same length."""
        out = _column(self.out, "out", None)
        cells = {name: _column(c, f"cells[{name!r}]", out.size) for name, c in self.cells.items()}
        object.__setattr__(self, "out", out)
        object.__setattr__(self, "cells", cells)
        for key in ("coef", "back"):
            if key == "coef" or getattr(self, key) is not None:
                object.__setattr__(self, key, _weights(getattr(self, key), key, out.size))

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.out.size)

    def products(self, operands: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """Return the value of every row."""
        value = np.array(self.coef, np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            for name, cell in self.cells.items():
                value *= np.asarray(operands[name]).ravel()[cell]
        return np.where(self.coef == 0, 0.0, value)  # a cut wire carries nothing, not 0 * inf


def _column(values: ArrayLike, name: str, rows: int | None) -> NDArray[np.intp]:
    column = np.asarray(values)
    if column.ndim != 1 or (column.size and not np.issubdtype(column.dtype, np.integer)):
        raise ValueError(
            f"terms: {name} must be a 1-D column of whole cell numbers, "
            f"got {column.dtype} with shape {column.shape}"
        )
    if rows is not None and column.size != rows:
        raise ValueError(
            f"terms: {name} has {column.size} rows but out has {rows}: give every row one cell"
        )
    return column.astype(np.intp)


def _weights(values: ArrayLike, name: str, rows: int) -> NDArray[np.float64]:
    column = np.asarray(float(values) if isinstance(values, int) else values)
    if column.dtype.kind not in "biuf" or not np.isfinite(column).all():
        raise ValueError(f"terms: {name} must be made of finite numbers, got {values!r}")
    if column.shape not in ((), (rows,)):
        raise ValueError(
            f"terms: {name} has shape {column.shape} but out has {rows} rows: "
            "give one number, or one per row"
        )
    return np.broadcast_to(column, (rows,)).astype(np.float64)
