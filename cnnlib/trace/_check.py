"""What may become a trace: one short test per rule, one clear sentence when it is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops._check import floats, whole
from cnnlib.trace.rule import IndexRule, TermGroup
from cnnlib.trace.terms import Terms

Array = NDArray[np.float64]
Shape = tuple[int, ...]
Axes = tuple[int | None, int | None]

#: The most rows a trace writes out; about what a page can draw and a reader can follow.
MAX_TERMS = 10_000
#: The most places a matrix may have, most of them zeros.
MAX_PLACES = 4_000_000


def operand(name: str, values: ArrayLike) -> Array:
    """Return a float64 copy that nobody can write to."""
    array = floats(values, name).astype(np.float64)
    array.setflags(write=False)
    return array


def symbols(op: str, operands: Mapping[str, Any], out: str) -> None:
    """Refuse a result that is called like an operand."""
    for name in (*operands, out):
        if not isinstance(name, str) or not name:
            raise TypeError(f"{op}: every array needs a symbol, a non-empty str, got {name!r}")
    if out in operands:
        raise ValueError(
            f"{op}: the result and an operand are both called {out!r}: give one another name"
        )


def layout(given: Mapping[str, Any] | None) -> dict[str, Axes]:
    """Return for each array the axis drawn as rows and the one drawn as columns."""
    found = {}
    for name, axes in (given or {}).items():
        if len(axes) != 2:
            raise ValueError(f"layout of {name} must be (rows, columns), got {axes!r}")
        rows, columns = (None if a is None else whole(a, f"layout of {name}", 0) for a in axes)
        found[name] = (rows, columns)
    return found


def rows(given: Any, op: str, operands: Mapping[str, Array], shape: Shape) -> tuple[Terms, ...]:
    """Return explicit rows as a tuple of groups, all of whose cells exist."""
    groups = (given,) if isinstance(given, Terms) else tuple(given)
    for group in groups:
        if not isinstance(group, Terms):
            raise TypeError(f"{op}: terms must be a IndexRule or made of Terms, got {group!r}")
        _inside(group.out, math.prod(shape), "the result", op)
        for name, cell in group.cells.items():
            if name not in operands:
                raise ValueError(f"{op}: the terms read {name!r}, which is not among the operands")
            _inside(cell, operands[name].size, name, op)
    total = sum(len(group) for group in groups)
    if total > MAX_TERMS:
        raise ValueError(f"{op} has {_too_many(total)}: give fewer rows")
    return groups


def rule(given: IndexRule, op: str, operands: Mapping[str, Array], shape: Shape) -> None:
    """Refuse a rule that does not fit the arrays."""
    try:
        sizes = given.resolve({name: a.shape for name, a in operands.items()})
        for group in given.groups:
            _group(group, sizes, shape)
    except ValueError as problem:
        raise ValueError(f"{op}: {problem}") from problem
    if given.groups[0].shape(sizes) != shape:
        raise ValueError(
            f"{op}: the rule gives a result of shape {given.groups[0].shape(sizes)}, not {shape}"
        )


def _group(group: TermGroup, sizes: Mapping[str, int], shape: Shape) -> None:
    unknown = (group.axes() | group.shared()) - set(sizes)
    if unknown:
        raise ValueError(f"the axes {', '.join(sorted(unknown))} have no length: give it in sizes")
    if any(tuple(dim.pad) != (0, 0) for dim in group.out):
        raise ValueError("the index of an output cell cannot run out of the result: no pad there")
    found = group.shape(sizes)
    if len(found) != len(shape) or any(n > m for n, m in zip(found, shape, strict=True)):
        raise ValueError(f"terms that reach over {found} do not fit a result of shape {shape}")


def count(given: IndexRule, op: str, operands: Mapping[str, Array]) -> None:
    """Refuse to write out more rows than can be drawn, and say along which axes to narrow."""
    shapes = {name: a.shape for name, a in operands.items()}
    total = given.count(shapes)
    if total > MAX_TERMS:
        sizes = given.resolve(shapes)
        axes = {a: sizes[a] for a in given.order if sizes.get(a, 1) > 1}
        first = next(iter(axes))
        raise ValueError(
            f"{op} would spell out {_too_many(total)}: narrow it, for example with "
            f"select({first}=0); its axes are {', '.join(f'{a} ({n})' for a, n in axes.items())}"
        )


def _too_many(total: int) -> str:
    return f"{total} terms, more than the {MAX_TERMS} a trace draws"


def _inside(cell: NDArray[np.intp], size: int, name: str, op: str) -> None:
    if cell.size and (cell.min() < 0 or cell.max() >= size):
        wrong = int(cell.max()) if cell.max() >= size else int(cell.min())
        raise ValueError(f"{op}: the terms name cell {wrong} of {name}, which has {size} cells")


def delta(values: ArrayLike, op: str, shape: Shape) -> Array:
    """Return the upstream gradient, which has one number per output cell."""
    upstream = operand("delta", values)
    if upstream.shape != shape:
        raise ValueError(
            f"delta has shape {upstream.shape} but the result of {op} has shape {shape}: "
            "pass one number per output cell"
        )
    return upstream


def one_of(value: str, argument: str, op: str, known: Sequence[str]) -> None:
    """Refuse the name of an array that is not there."""
    if value not in known:
        raise ValueError(
            f"{argument}={value!r} is not an array of {op}: choose one of {', '.join(known)}"
        )


def cell(index: Sequence[int], shape: Shape, name: str) -> int:
    """Return the flat number of a cell."""
    where = tuple(whole(i, f"an index of {name}", -(2**31)) for i in index)
    fits = len(where) == len(shape) and all(0 <= i < n for i, n in zip(where, shape, strict=True))
    if not fits:
        raise ValueError(
            f"cell {where} is not in {name} of shape {shape}: give {len(shape)} numbers, "
            "each from 0 to one less than the size"
        )
    return int(np.ravel_multi_index(where, shape)) if shape else 0


def places(op: str, size: tuple[int, int]) -> None:
    """Refuse a matrix that is too large to hold."""
    if math.prod(size) > MAX_PLACES:
        raise ValueError(
            f"the matrix of {op} would have {size[0]}x{size[1]} places, more than {MAX_PLACES}: "
            "narrow the trace with select"
        )
