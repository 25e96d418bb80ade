"""A rule says which cells meet in one line per operand; the term table is the rule written out.

``z[n, i, j, k] = sum over a, b, c of x[n, s*i + a - p, s*j + b - p, c] * w[a, b, c, k]`` is a rule:
every index is a small sum of *loop axes* with whole coefficients. Stride and dilation are those
coefficients, padding is how far an index may run out of its array, and a true convolution is a
coefficient of -1. A rule is a few hundred bytes where its table is thousands of rows, and a page
can change a stride and write the table out again without knowing what a convolution is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnlib.ops._check import whole
from cnnlib.trace.coefficients import Coefficient, read

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


@dataclass(frozen=True)
class AffineIndex:
    """One index of an array: ``sum(coefficient * axis) - pad[0]``.

    Parameters
    ----------
    axes : dict of str to int
        The loop axes that make up the index, each with its coefficient. A negative coefficient
        reads its axis from the end, so that the smallest index without padding is still 0.
    pad : (int, int), default (0, 0)
        Number of zeros in front of and behind the array along this dimension.
    place, tap : str, optional
        For a window that slides: the axis that counts its places and the one that counts its taps.

    Raises
    ------
    ValueError, TypeError
        If a coefficient is 0, or a number is not whole.

    Examples
    --------
    >>> row = AffineIndex({"i": 2, "a": 1}, pad=(1, 1))  # stride 2, padding 1
    >>> row.extent({"i": 3, "a": 3})
    7
    """

    axes: Mapping[str, int]
    pad: tuple[int, int] = (0, 0)
    place: str = ""
    tap: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not a sum of axes with whole coefficients."""
        for axis, c in self.axes.items():
            if whole(c, f"the coefficient of axis {axis!r}", -(2**31)) == 0:
                raise ValueError(f"the coefficient of axis {axis!r} is 0: leave the axis out")
        if len(self.pad) != 2:
            raise ValueError(f"pad must be (before, after), got {self.pad!r}")
        for n in self.pad:
            whole(n, "pad", -(2**31))

    @classmethod
    def sliding(
        cls,
        place: str,
        tap: str,
        *,
        stride: int = 1,
        dilation: int = 1,
        padding: tuple[int, int] = (0, 0),
    ) -> AffineIndex:
        """Return the index of a window: ``stride * place + dilation * tap - padding``.

        Examples
        --------
        >>> AffineIndex.sliding("i", "a", stride=2).extent({"i": 3, "a": 3})
        7
        """
        return cls({place: stride, tap: dilation}, padding, place, tap)

    @property
    def direct(self) -> str | None:
        """The single axis this index is equal to, or None where axes are mixed."""
        if len(self.axes) != 1 or tuple(self.pad) != (0, 0):
            return None
        ((axis, coefficient),) = self.axes.items()
        return axis if abs(coefficient) == 1 else None

    def reach(self, sizes: Mapping[str, int], without: str = "") -> int:
        """Return the largest value of the sum, leaving one axis out."""
        return sum(abs(c) * (sizes[a] - 1) for a, c in self.axes.items() if a != without)

    def extent(self, sizes: Mapping[str, int]) -> int:
        """Return how many different index values the sum runs over, first to last."""
        return self.reach(sizes) + 1


def index(dims: Iterable[str | AffineIndex]) -> tuple[AffineIndex, ...]:
    """Return one :class:`AffineIndex` per letter; what already is a AffineIndex stays.

    Examples
    --------
    >>> index("nk") == (AffineIndex({"n": 1}), AffineIndex({"k": 1}))
    True
    """
    return tuple(dim if isinstance(dim, AffineIndex) else AffineIndex({dim: 1}) for dim in dims)


def named_axes(ndim: int) -> str:
    """Return one letter per axis: n first, the channel last, rows and columns between them."""
    names = {0: "", 1: "n", 2: "nm", 3: "nic", 4: "nijc"}
    if ndim not in names:
        raise ValueError(f"an array with {ndim} axes cannot be drawn: it needs at most 4")
    return names[ndim]


@dataclass(frozen=True)
class TermGroup:
    """Terms of one kind: where they go, which cells they multiply, and with what coefficient.

    Parameters
    ----------
    out : tuple of AffineIndex
        The index of the output cell.
    cells : dict of str to tuple of AffineIndex
        For each operand, the index of the cell that enters the product.
    coef : float or dict, default 1.0
        A number; ``{"share": [axes]}``, one over the number of cells along those axes;
        ``{"positive": operand}``, 1 where it is above zero and else 0, or ``"below"``; or
        ``{"winner": operand, "ties": policy}``, 1 for the largest cell of each output and else 0,
        ties being settled by ``"first"``, ``"split"`` or ``"all"``.

    Raises
    ------
    ValueError
        If ``coef`` is none of these.

    Examples
    --------
    >>> window = AffineIndex({"i": 2, "a": 1})
    >>> largest = TermGroup(index("i"), {"x": (window,)}, {"winner": "x", "ties": "first"})
    >>> sorted(largest.axes())
    ['a', 'i']
    """

    out: tuple[AffineIndex, ...]
    cells: Mapping[str, tuple[AffineIndex, ...]]
    coef: float | Mapping[str, Any] = 1.0

    def __post_init__(self) -> None:
        """Refuse a coefficient that could not be written out."""
        read(self.coef, list(self.cells))

    @property
    def coefficient(self) -> Coefficient:
        """The kind of coefficient that ``coef`` stands for."""
        return read(self.coef, list(self.cells))

    def axes(self) -> set[str]:
        """Return the loop axes that occur in this group."""
        dims = [*self.out, *(dim for dims in self.cells.values() for dim in dims)]
        return {axis for dim in dims for axis in dim.axes}

    def shape(self, sizes: Mapping[str, int]) -> Shape:
        """Return the shape of the output cells it reaches."""
        return tuple(max(0, dim.extent(sizes)) for dim in self.out)

    def shared(self) -> set[str]:
        """Return the axes over whose cells the coefficient shares."""
        return self.coefficient.axes()


@dataclass(frozen=True)
class IndexRule:
    """Groups of terms over named loop axes, in the order in which the terms are listed.

    Parameters
    ----------
    order : tuple of str
        The loop axes, outermost first.
    groups : tuple of TermGroup
        At least one; the first one's ``out`` gives the result its shape.
    sizes : dict of str to int, optional
        Lengths of the axes that no operand shows, such as the window of a pooling.

    Raises
    ------
    ValueError
        If there is no group, or an axis of a group is not in ``order``.

    Notes
    -----
    Derived in the chapter ``weight_sharing``.

    Examples
    --------
    A sliding sum of products, stride 2, over six cells:

    >>> slide = TermGroup(index("i"), {"x": (AffineIndex({"i": 2, "a": 1}),), "w": index("a")})
    >>> rule = IndexRule(("i", "a"), (slide,))
    >>> rule.shape({"x": (6,), "w": (3,)}), rule.count({"x": (6,), "w": (3,)})
    ((2,), 6)
    """

    order: tuple[str, ...]
    groups: tuple[TermGroup, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse axes that have no place in the order."""
        if not self.groups:
            raise ValueError("a rule needs at least one group of terms")
        used = set().union(*(group.axes() for group in self.groups))
        if used - set(self.order):
            missing = ", ".join(sorted(used - set(self.order)))
            raise ValueError(f"the rule's order {self.order} lacks the axes {missing}: add them")
        for axis, size in self.sizes.items():
            whole(size, f"the size of axis {axis!r}", 0)

    def resolve(self, shapes: Shapes) -> dict[str, int]:
        """Return the size of every loop axis, given the shapes of the operands.

        An axis that is an index on its own is as long as its dimension. What remains are the
        sliding axes: each is as long as the number of places where the window fits.
        """
        sizes = dict(self.sizes)
        for name, dim, size in self._reads(shapes):
            if dim.direct and sizes.setdefault(dim.direct, size) != size:
                raise ValueError(
                    f"axis {dim.direct!r} is {sizes[dim.direct]} long elsewhere but {size} in "
                    f"{name} of shape {shapes[name]}: the two must agree"
                )
        for name, dim, size in self._reads(shapes):
            unknown = [a for a in dim.axes if a not in sizes]
            if len(unknown) > 1:
                raise ValueError(
                    f"{name} is indexed by {' and '.join(unknown)}, none of known length: "
                    "give all but one of them in sizes"
                )
            for axis in unknown:
                room = size + sum(dim.pad) - 1 - dim.reach(sizes, without=axis)
                sizes[axis] = max(0, room // abs(dim.axes[axis]) + 1)
        return sizes

    def _reads(self, shapes: Shapes) -> Iterator[tuple[str, AffineIndex, int]]:
        for group in self.groups:
            for name, dims in group.cells.items():
                if name not in shapes:
                    raise ValueError(f"the rule reads {name!r}, which is not among the operands")
                if len(dims) != len(shapes[name]):
                    raise ValueError(
                        f"the rule gives {name} {len(dims)} indices, but its shape is "
                        f"{shapes[name]}: give one for each axis"
                    )
                yield from zip([name] * len(dims), dims, shapes[name], strict=True)

    def shape(self, shapes: Shapes) -> Shape:
        """Return the shape of the result."""
        return self.groups[0].shape(self.resolve(shapes))

    def count(self, shapes: Shapes) -> int:
        """Return how many rows the written-out table would have, padding included."""
        sizes = self.resolve(shapes)
        return sum(math.prod(sizes[axis] for axis in group.axes()) for group in self.groups)


# Older names, kept for one version.
Dim, Group, Rule = AffineIndex, TermGroup, IndexRule
