"""A rule says which cells meet in one line per operand; the term table is the rule written out.

``z[n, i, j, k] = sum over a, b, c of x[n, s*i + a - p, s*j + b - p, c] * w[a, b, c, k]`` is a rule:
every index is a small sum of *loop axes* with whole coefficients. Stride and dilation are those
coefficients, padding is how far an index may run out of its array, and a true convolution is a
coefficient of -1. A rule is a few hundred bytes where its table is thousands of rows, and a page
can change a stride and write the table out again without knowing what a convolution is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Dim:
    """One index of an array: ``sum(coefficient * axis) - pad[0]``.

    A negative coefficient reads its axis from the end, so that the smallest index is still 0.
    ``pad`` is the number of zeros in front of and behind the array along this dimension.
    """

    axes: Mapping[str, int]
    pad: tuple[int, int] = (0, 0)

    @property
    def direct(self) -> str | None:
        """The single axis this index is equal to, or None where axes are mixed."""
        (axis, coefficient), *rest = self.axes.items()
        return axis if not rest and abs(coefficient) == 1 and self.pad == (0, 0) else None

    def reach(self, sizes: Mapping[str, int], without: str = "") -> int:
        """Return the largest value of the sum, leaving one axis out."""
        return sum(abs(c) * (sizes[a] - 1) for a, c in self.axes.items() if a != without)

    def extent(self, sizes: Mapping[str, int]) -> int:
        """Return how many different index values the sum runs over, first to last."""
        return self.reach(sizes) + 1


@dataclass(frozen=True)
class Group:
    """Terms of one kind: where they go, which cells they multiply, and with what coefficient.

    ``coef`` is a number, ``{"share": [axes]}`` (one over the number of cells along those axes),
    ``{"winner": operand, "ties": policy}`` or ``{"positive": operand}`` (1 where it is above zero).
    """

    out: tuple[Dim, ...]
    cells: Mapping[str, tuple[Dim, ...]]
    coef: float | Mapping[str, Any] = 1.0

    def axes(self) -> set[str]:
        """Return the loop axes that occur in this group."""
        dims = [*self.out, *(dim for dims in self.cells.values() for dim in dims)]
        return {axis for dim in dims for axis in dim.axes}


@dataclass(frozen=True)
class Rule:
    """Groups of terms over named loop axes, in the order in which the terms are listed."""

    order: tuple[str, ...]
    groups: tuple[Group, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def resolve(self, shapes: Shapes) -> dict[str, int]:
        """Return the size of every loop axis, given the shapes of the operands.

        An axis that is an index on its own is as long as its dimension. What remains are the
        sliding axes: each is as long as the number of places where the window fits.
        """
        dims = [
            (dim, shapes[name][d])
            for group in self.groups
            for name, group_dims in group.cells.items()
            for d, dim in enumerate(group_dims)
        ]
        sizes = dict(self.sizes)
        for dim, size in dims:
            if dim.direct:
                sizes.setdefault(dim.direct, size)
        for dim, size in dims:
            for axis in [a for a in dim.axes if a not in sizes]:
                room = size + sum(dim.pad) - 1 - dim.reach(sizes, without=axis)
                sizes[axis] = max(0, room // abs(dim.axes[axis]) + 1)
        return sizes

    def shape(self, shapes: Shapes) -> tuple[int, ...]:
        """Return the shape of the result."""
        sizes = self.resolve(shapes)
        return tuple(dim.extent(sizes) if dim.axes else 1 for dim in self.groups[0].out)

    def count(self, shapes: Shapes) -> int:
        """Return how many rows the written-out table would have, padding included."""
        sizes = self.resolve(shapes)
        total = 0
        for group in self.groups:
            rows = 1
            for axis in group.axes():
                rows *= sizes[axis]
            total += rows
        return total
