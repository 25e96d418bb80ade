"""The data of a trace: arrays, rows, and the sum of the rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops._check import whole
from cnnlib.trace import _check, activations
from cnnlib.trace.expand import expand
from cnnlib.trace.rule import IndexRule
from cnnlib.trace.terms import Terms

Array = NDArray[np.float64]


class Table:
    """What :class:`cnnlib.Trace` documents, without the ways to read it."""

    def __init__(
        self,
        op: str,
        operands: Mapping[str, ArrayLike],
        shape: tuple[int, ...],
        terms: Any,
        *,
        out: str = "z",
        post: str = "identity",
        options: Mapping[str, float] | None = None,
        layout: Mapping[str, _check.Axes] | None = None,
        symbol: str = "·",
    ) -> None:
        self.op, self.out, self.post, self.symbol = op, out, post, symbol
        self.operands = {name: _check.operand(name, a) for name, a in operands.items()}
        self.shape = tuple(whole(n, "shape", 0) for n in shape)
        self.layout = _check.layout(layout)
        self.rule = terms if isinstance(terms, IndexRule) else None
        self.options = dict(options or {})
        self.function = activations.function(post, self.options)
        _check.symbols(op, self.operands, out)
        if self.rule:
            _check.rule(self.rule, op, self.operands, self.shape)
        else:  # explicit rows take the place of the cached ones
            self.terms = _check.rows(terms, op, self.operands, self.shape)

    @cached_property
    def terms(self) -> tuple[Terms, ...]:
        """The rows, group by group; a rule is written out when they are first read."""
        assert self.rule is not None
        _check.count(self.rule, self.op, self.operands)
        return expand(self.rule, self.operands)

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(len(group) for group in self.terms)

    def __bool__(self) -> bool:
        """Return True: a trace of an empty batch has no rows but is a trace."""
        return True

    def __repr__(self) -> str:
        """Return operation and shapes, as in ``conv2d: x(1, 3, 3, 1), w(2, 2, 1, 1) -> z(…)``."""
        reads = ", ".join(f"{name}{a.shape}" for name, a in self.operands.items())
        return f"Trace({self.op}: {reads} -> {self.out}{self.shape})"

    @cached_property
    def sums(self) -> Array:
        """The finished sums before ``post``, flat."""
        total = np.zeros(math.prod(self.shape))
        with np.errstate(over="ignore", invalid="ignore"):  # the sum is inf or NaN, as IEEE has it
            for group in self.terms:
                np.add.at(total, group.out, group.products(self.operands))
        total.setflags(write=False)
        return total

    def evaluate(self) -> Array:
        """Add the rows up; this is the operation itself, computed from its table.

        Returns
        -------
        ndarray of float64, shape ``shape``
        """
        return activations.value(self.function, self.sums).reshape(self.shape)

    replay = evaluate  # its name where a page plays it

    def _like(self, **changes: Any) -> Self:
        same = {"op": self.op, "operands": self.operands, "shape": self.shape, "out": self.out}
        same |= {"post": self.post, "options": self.options}
        same |= {"layout": self.layout, "symbol": self.symbol}
        return type(self)(**{**same, "terms": self.rule or self.terms, **changes})
