"""Where an array parts from the expected one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cnnlib.check.compare import differing
from cnnlib.check.exercise import Array

Index = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """How a part differs in one case.

    Attributes
    ----------
    part : str
        Its name.
    words : str
        The difference in one sentence.
    count, size : int
        Entries that differ, and all entries; 0 where the shapes differ.
    cell : tuple of int or None
        Index of the first entry that differs.
    expected, got : float or None
        The numbers there.
    """

    part: str
    words: str
    count: int = 0
    size: int = 0
    cell: Index | None = None
    expected: float | None = None
    got: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; JSON knows no nan, so that one becomes a word."""
        plain = asdict(self)
        if self.got is not None and not np.isfinite(self.got):
            plain["got"] = str(self.got)
        return plain


def between(part: str, got: Array | None, expected: Array, like: str, rtol: float) -> Difference:
    """Compare one part with what is expected.

    Parameters
    ----------
    part, got, expected
        What to compare.
    like : str
        The argument that this part is shaped like, "" if there is none.
    rtol : float
        Precision.
    """
    if got is None:
        return Difference(part, f"{part} is not an array of real numbers")
    if got.shape != expected.shape:
        why = f" like {like}" if like else ""
        return Difference(
            part, f"{part} should have the shape {expected.shape}{why}, got {got.shape}"
        )
    wrong = differing(got, expected, rtol)
    cell = tuple(int(i) for i in np.argwhere(wrong)[0])
    there = float(expected[cell]), float(got[cell])
    words = (
        f"{wrong.sum()} of {wrong.size} entries differ; the first is {name(part, cell)}: "
        f"expected {number(there[0])}, got {number(there[1])}"
    )
    return Difference(part, words, int(wrong.sum()), wrong.size, cell, *there)


def name(part: str, cell: Index) -> str:
    """Write a cell as in the code."""
    return f"{part}[{', '.join(map(str, cell))}]" if cell else part


def number(value: float) -> str:
    """Write a number with six digits and a real minus sign."""
    return f"{value:.6g}".replace("-", "−")
