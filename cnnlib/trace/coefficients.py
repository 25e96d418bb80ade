"""The coefficients of a rule: each kind in one class, which says all that is to be known of it.

What is not simply a number is written as a small dictionary, as it also stands in JSON:
``{"share": ["a", "b"]}``, ``{"positive": "z"}``, ``{"winner": "x", "ties": "first"}``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.terms import Terms

Out = NDArray[np.intp]
Cells = dict[str, NDArray[np.intp]]
Operands = Mapping[str, NDArray[np.float64]]
Sizes = Mapping[str, int]
Written = float | Mapping[str, Any]

TIES = ("first", "split", "all")


class Coefficient:
    """What a kind of coefficient has to say of itself, and what most of them say."""

    def expand(self, out: Out, cells: Cells, sizes: Sizes, operands: Operands) -> Terms:
        """Return the rows with their coefficients."""
        raise NotImplementedError

    def written(self) -> Written:
        """Return the number or dictionary that stands for it."""
        raise NotImplementedError

    def select(self, axis: str, sizes: Sizes, summed: set[str], loops: Sequence[str]) -> Written:
        """Return what stands for it once an axis is narrowed: every row keeps its coefficient.

        ``loops`` are the axes of the result, ``summed`` the others of the group.
        """
        return self.written()

    def rename(self, names: Mapping[str, str]) -> Written:
        """Return what stands for it once operands have other names."""
        return self.written()

    def axes(self) -> set[str]:
        """Return the axes whose lengths it needs."""
        return set()

    def operand(self) -> str | None:
        """Return the operand whose cells decide, if one does."""
        return None


@dataclass(frozen=True)
class Number(Coefficient):
    """The same number for every row."""

    number: float

    def expand(self, out: Out, cells: Cells, sizes: Sizes, operands: Operands) -> Terms:
        """Give it to every row."""
        return Terms(out, cells, self.number)

    def written(self) -> Written:
        """Return the number."""
        return self.number


@dataclass(frozen=True)
class Share(Coefficient):
    """One over the number of cells along some axes: the mean of a window."""

    along: tuple[str, ...]

    def expand(self, out: Out, cells: Cells, sizes: Sizes, operands: Operands) -> Terms:
        """Divide by the number of cells."""
        return Terms(out, cells, 1.0 / math.prod(sizes[axis] for axis in self.along))

    def written(self) -> Written:
        """Return ``{"share": [axes]}``."""
        return {"share": list(self.along)}

    def select(self, axis: str, sizes: Sizes, summed: set[str], loops: Sequence[str]) -> Written:
        """Keep the share of the whole as a number."""
        if axis not in self.along:
            return self.written()
        return 1.0 / math.prod(sizes[a] for a in self.along)

    def axes(self) -> set[str]:
        """Return the axes along which it shares."""
        return set(self.along)


@dataclass(frozen=True)
class Positive(Coefficient):
    """A gate: 1 where an operand is above 0, else ``below``."""

    name: str
    below: float = 0.0

    def expand(self, out: Out, cells: Cells, sizes: Sizes, operands: Operands) -> Terms:
        """Look at each cell. A NaN is let through forwards, to be seen."""
        values = operands[self.name].ravel()[cells[self.name]]
        missing = np.isnan(values)
        slope = np.where(values > 0, 1.0, self.below)
        back = slope if missing.any() else None
        return Terms(out, cells, np.where(missing, 1.0, slope), back)

    def written(self) -> Written:
        """Return ``{"positive": operand}``, with ``below`` where that is not 0."""
        return self.rename({})

    def rename(self, names: Mapping[str, str]) -> Written:
        """Follow the operand to its new name."""
        new = {"positive": names.get(self.name, self.name)}
        return {**new, "below": self.below} if self.below else new

    def operand(self) -> str:
        """Return the operand behind the gate."""
        return self.name


@dataclass(frozen=True)
class Winner(Coefficient):
    """1 for the largest cell of each output, 0 for the losers; ties are settled by a policy."""

    name: str
    ties: str

    def expand(self, out: Out, cells: Cells, sizes: Sizes, operands: Operands) -> Terms:
        """Find the winners."""
        values = operands[self.name].ravel()[cells[self.name]]
        size = int(out.max()) + 1 if out.size else 0
        best = np.full(size, -np.inf)
        with np.errstate(invalid="ignore"):  # numpy warns of a NaN here, but it is meant to win
            np.maximum.at(best, out, values)
        tied = (values == best[out]) | np.isnan(values)
        if self.ties == "first":
            return Terms(out, cells, _first(tied, out))
        split = tied / np.maximum(np.bincount(out, weights=tied, minlength=size), 1)[out]
        # "all" hands every tied cell the whole delta: no function has that derivative, so the rows
        # are read forwards with one coefficient and backwards with another.
        return Terms(out, cells, split, back=tied if self.ties == "all" else None)

    def written(self) -> Written:
        """Return ``{"winner": operand, "ties": policy}``."""
        return self.rename({})

    def select(self, axis: str, sizes: Sizes, summed: set[str], loops: Sequence[str]) -> Written:
        """Refuse a part of the cells that compete: it would have other winners."""
        if axis in summed:
            raise ValueError(
                f"select: the winner is decided over all of axis {axis!r}: narrow one of the axes "
                f"of the result, {', '.join(loops)}"
            )
        return self.written()

    def rename(self, names: Mapping[str, str]) -> Written:
        """Follow the operand to its new name."""
        return {"winner": names.get(self.name, self.name), "ties": self.ties}

    def operand(self) -> str:
        """Return the operand whose cells compete."""
        return self.name


def read(written: Written, operands: Sequence[str]) -> Coefficient:
    """Return the kind of coefficient that is written so, for an operand among ``operands``."""
    if not isinstance(written, Mapping):
        if not math.isfinite(written):
            raise ValueError(f"coef must be a finite number, got {written}")
        return Number(written)
    found = _kind(written)
    if found is None or (found.operand() is not None and found.operand() not in operands):
        raise ValueError(
            f"coef must be a number, share, positive or winner with ties of {TIES}, of an "
            f"operand among {', '.join(operands)}, got {dict(written)}"
        )
    return found


def _kind(written: Mapping[str, Any]) -> Coefficient | None:
    keys = set(written)
    if keys == {"share"}:
        return Share(tuple(written["share"]))
    if keys == {"positive"} or (keys == {"positive", "below"} and _finite(written["below"])):
        return Positive(written["positive"], float(written.get("below", 0.0)))
    if keys == {"winner", "ties"} and written["ties"] in TIES:
        return Winner(written["winner"], written["ties"])
    return None


def _finite(number: Any) -> bool:
    return isinstance(number, int | float) and math.isfinite(number)


def _first(tied: NDArray[np.bool_], out: Out) -> NDArray[np.bool_]:
    """Keep the first tied row of each output cell."""
    _, rows = np.unique(np.where(tied, out, -1), return_index=True)
    first = np.zeros(out.shape, bool)
    first[rows] = True
    return first & tied
