"""Narrow a rule to a part of its axes, and its operands with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops._check import whole
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup

Operands = dict[str, NDArray[np.float64]]
Sizes = Mapping[str, int]
Span = tuple[int, int]
Place = tuple[str, int]  # an operand and one of its dimensions


def narrow(
    rule: IndexRule, operands: Mapping[str, NDArray[np.float64]], axes: Mapping[str, int | slice]
) -> tuple[IndexRule, Operands]:
    """Return a rule and operands that cover only the chosen part of each axis."""
    part_rule, part = rule, dict(operands)
    for axis, wanted in axes.items():
        sizes = part_rule.resolve({name: a.shape for name, a in part.items()})
        if axis not in sizes:
            raise ValueError(f"select: there is no axis {axis!r}: choose among {', '.join(sizes)}")
        span = _span(axis, wanted, sizes[axis])
        part_rule, part = _cut(part_rule, part, axis, span, sizes)
    return part_rule, part


def _span(axis: str, wanted: int | slice, size: int) -> Span:
    if isinstance(wanted, slice):
        start, stop, step = wanted.indices(size)
        if step != 1 or stop <= start:
            raise ValueError(f"select: {axis}={wanted} must keep at least one of {size}, step 1")
        return start, stop
    place = whole(wanted, f"select: {axis}", -(2**31))
    if not -size <= place < size:
        raise ValueError(f"select: {axis}={place} is not among its {size} places, from 0 on")
    return place % size, place % size + 1


def _cut(
    rule: IndexRule, operands: Operands, axis: str, span: Span, sizes: Sizes
) -> tuple[IndexRule, Operands]:
    """Keep one part of one axis: the cells its rows read, and indices counted from there."""
    after = {**sizes, axis: span[1] - span[0]}
    kept = _kept(rule, operands, axis, span, sizes)
    part = {
        name: a[tuple(kept.get((name, d), slice(None)) for d in range(a.ndim))]
        for name, a in operands.items()
    }
    groups = []
    for group in rule.groups:
        cells = {
            name: tuple(
                _moved(dim, _read(dim, axis, span, sizes), kept.get((name, d)))
                for d, dim in enumerate(dims)
            )
            for name, dims in group.cells.items()
        }
        out = tuple(_packed(dim, sizes, after) for dim in group.out)
        loops = [a for dim in group.out for a in dim.axes]
        coef = group.coefficient.select(axis, sizes, group.axes() - set(loops), loops)
        groups.append(TermGroup(out, cells, coef))
    return replace(rule, groups=tuple(groups), sizes={a: after[a] for a in rule.sizes}), part


def _kept(
    rule: IndexRule, operands: Operands, axis: str, span: Span, sizes: Sizes
) -> dict[Place, slice]:
    """Return which stretch of each operand the part reads, along the dimensions that shrink."""
    reads: dict[Place, list[Span]] = {}
    shrinks = set()
    for group in rule.groups:
        for name, dims in group.cells.items():
            for d, dim in enumerate(dims):
                reads.setdefault((name, d), []).append(_read(dim, axis, span, sizes))
                if axis in dim.axes:
                    shrinks.add((name, d))
    kept = {}
    for name, d in shrinks:
        low, high = (
            f(ends) for f, ends in zip((min, max), zip(*reads[name, d], strict=True), strict=True)
        )
        size = operands[name].shape[d]
        first = max(low, 0)
        kept[name, d] = slice(first, max(first, min(high, size)))
    return kept


def _read(dim: AffineIndex, axis: str, span: Span, sizes: Sizes) -> Span:
    """Return the first index the kept part reads, padding included, and the one after its last."""
    c = dim.axes.get(axis, 0)
    start, stop = (
        (0, 1) if c == 0 else span if c > 0 else (sizes[axis] - span[1], sizes[axis] - span[0])
    )
    low = abs(c) * start - dim.pad[0]
    return low, low + abs(c) * (stop - 1 - start) + dim.reach(sizes, without=axis) + 1


def _moved(dim: AffineIndex, read: Span, kept: slice | None) -> AffineIndex:
    """Count the index from the first cell that is kept; what lies before it is padding."""
    return dim if kept is None else replace(dim, pad=(kept.start - read[0], read[1] - kept.stop))


def _packed(dim: AffineIndex, before: Sizes, after: Sizes) -> AffineIndex:
    """Close the gaps where axes were counted through in row order, as flattening does."""
    return AffineIndex(_row_order(dim, after)) if dict(dim.axes) == _row_order(dim, before) else dim


def _row_order(dim: AffineIndex, sizes: Sizes) -> dict[str, int]:
    axes = list(dim.axes)
    return {a: math.prod(sizes[b] for b in axes[k + 1 :]) for k, a in enumerate(axes)}
