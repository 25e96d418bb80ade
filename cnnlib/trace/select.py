"""Narrow a rule to a part of its axes, and its operands with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.trace.rule import Dim, Group, Rule

Operands = dict[str, NDArray[Any]]
Span = tuple[int, int]


def narrow(
    rule: Rule, operands: Mapping[str, NDArray[Any]], axes: Mapping[str, int | slice]
) -> tuple[Rule, Operands]:
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
    if not -size <= wanted < size:
        raise ValueError(f"select: {axis}={wanted} is outside 0 to {size - 1}")
    return wanted % size, wanted % size + 1


def _cut(
    rule: Rule, operands: Operands, axis: str, span: Span, sizes: Mapping[str, int]
) -> tuple[Rule, Operands]:
    groups = []
    done: dict[str, NDArray[Any]] = dict(operands)
    for group in rule.groups:
        cells = {}
        for name, dims in group.cells.items():
            new = list(dims)
            for d, dim in enumerate(dims):
                if axis in dim.axes:
                    first, last, new[d] = _reach(dim, axis, span, sizes, operands[name].shape[d])
                    done[name] = np.take(operands[name], range(first, last), axis=d)
            cells[name] = tuple(new)
        groups.append(Group(group.out, cells, group.coef))
    fixed = {a: (span[1] - span[0] if a == axis else n) for a, n in rule.sizes.items()}
    return replace(rule, groups=tuple(groups), sizes=fixed), done


def _reach(
    dim: Dim, axis: str, span: Span, sizes: Mapping[str, int], size: int
) -> tuple[int, int, Dim]:
    """Return the rows of the operand that the kept part reads, and the index over them."""
    c = dim.axes[axis]
    start, stop = span if c > 0 else (sizes[axis] - span[1], sizes[axis] - span[0])
    low = abs(c) * start - dim.pad[0]
    high = abs(c) * (stop - 1) - dim.pad[0] + dim.reach(sizes, without=axis)
    first, last = min(max(low, 0), size), max(min(high + 1, size), 0)
    last = max(first, last)
    return first, last, Dim(dim.axes, (first - low, high + 1 - last))
