"""A trace is an operation spelt out: operands, result, and every product term between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.trace import posts
from cnnlib.trace.expand import expand
from cnnlib.trace.rule import Rule
from cnnlib.trace.select import narrow
from cnnlib.trace.terms import Term, Terms

#: The most rows a trace writes out; about what a page can draw and a reader can follow.
MAX_TERMS = 10_000

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """Every output cell of an operation as a sum of products of operand cells.

    ``out[o] = post(sum over the rows t into o of coef[t] * product of operands[name][cell[t]])``

    Read by output the rows are the forward pass; read by the cells of one operand they are the
    gradient with respect to it (:meth:`backward`). Derived in the chapter ``weight_sharing``.

    Parameters
    ----------
    op : str
        Name of the operation, for titles and messages.
    operands : dict of str to array_like
        The arrays that the rows multiply, by symbol: ``x``, ``w``, ``b`` …
    shape : tuple of int
        Shape of the result.
    terms : Terms, sequence of Terms, or Rule
        The rows, or the rule that writes them out when they are first needed.
    out : str, default "z"
        Symbol of the result.
    post : str, default "identity"
        Function applied to each finished sum: one of ``identity``, ``exp``, ``log``,
        ``reciprocal``, ``sigmoid``, ``tanh``.
    layout : dict of str to (int or None, int or None), optional
        For each array, which axes are drawn as rows and columns; the other axes are sheets.
    symbol : str, default "·"
        Sign drawn between the first two operands.

    Raises
    ------
    ValueError
        If a row names a cell that its array does not have, or an operand that is not there.
        Reading more than ``MAX_TERMS`` rows is refused as well: :meth:`select` narrows a trace.

    Notes
    -----
    Softmax is not one sum of products: it is drawn as a chain of traces (:class:`Chain`).

    Examples
    --------
    >>> import numpy as np
    >>> from cnnlib import Trace
    >>> from cnnlib.trace import Terms
    >>> rows = Terms(out=[0, 0, 1, 1], cells={"x": [0, 1, 1, 2], "w": [0, 1, 0, 1]})
    >>> slide = Trace("slide", {"x": [1, 2, 3], "w": [10, 1]}, (2,), rows)
    >>> slide.replay()
    array([12., 23.])
    >>> slide.backward(np.array([1, 100]), "x").replay()
    array([  10., 1001.,  100.])
    """

    op: str
    operands: Mapping[str, Array]
    shape: tuple[int, ...]
    terms: Any
    out: str = "z"
    post: str = "identity"
    layout: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    symbol: str = "·"

    def __post_init__(self) -> None:
        """Copy the operands as float64 and keep a rule until its rows are needed."""
        operands = {name: _operand(name, a) for name, a in self.operands.items()}
        object.__setattr__(self, "operands", operands)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))
        object.__setattr__(self, "_source", self.terms)
        posts.check(self.post)
        if isinstance(self.terms, Rule):
            object.__delattr__(self, "terms")  # __getattr__ writes the rows out when asked
        else:
            rows = (self.terms,) if isinstance(self.terms, Terms) else tuple(self.terms)
            object.__setattr__(self, "terms", _checked(rows, operands, self.shape, self.op))

    def __getattr__(self, name: str) -> Any:
        """Write the rule out the first time its rows are read."""
        if name != "terms":
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        rule: Rule = self._source
        count = rule.count({k: a.shape for k, a in self.operands.items()})
        _capped(count, self.op, rule.order)
        object.__setattr__(self, "terms", expand(rule, self.operands))
        return self.terms

    @property
    def rule(self) -> Rule | None:
        """The rule the rows are written out from, or None for a trace of explicit rows."""
        return self._source if isinstance(self._source, Rule) else None

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(len(group) for group in self.terms)

    def __repr__(self) -> str:
        """Return operation and shapes, as in ``conv2d: x(1, 3, 3, 1), w(2, 2, 1, 1) -> z(…)``."""
        reads = ", ".join(f"{name}{a.shape}" for name, a in self.operands.items())
        return f"Trace({self.op}: {reads} -> {self.out}{self.shape})"

    @cached_property
    def sums(self) -> Array:
        """The finished sums before ``post``, flat."""
        total = np.zeros(int(np.prod(self.shape)))
        for group in self.terms:
            np.add.at(total, group.out, group.products(self.operands))
        return total

    def replay(self) -> Array:
        """Add the rows up; this is the operation itself, computed from its table."""
        return posts.value(self.post, self.sums).reshape(self.shape)

    def backward(self, delta: ArrayLike, wrt: str) -> Trace:
        """Regroup the same rows by the cells of one operand.

        Parameters
        ----------
        delta : array_like, shape of the result
            Gradient of the loss with respect to the result.
        wrt : str
            Operand whose gradient is wanted.

        Returns
        -------
        Trace
            Its ``replay()`` is the gradient, of the operand's shape, called ``d<wrt>``.

        Raises
        ------
        ValueError
            If ``delta`` does not have the result's shape or ``wrt`` is not an operand.
        """
        upstream = self._delta(delta)
        if wrt not in self.operands:
            known = ", ".join(self.operands)
            raise ValueError(f"wrt={wrt!r} is not an operand of {self.op}: choose one of {known}")
        slope = posts.slope(self.post, self.sums)
        groups = [_turned(g, wrt, slope) for g in self.terms if wrt in g.cells]
        layout = {**self.layout, "delta": self.layout.get(self.out, (None, None))}
        layout[f"d{wrt}"] = self.layout.get(wrt, (None, None))
        return Trace(
            f"{self.op}, gradient of {wrt}",
            {"delta": upstream, **self.operands},
            self.operands[wrt].shape,
            tuple(groups),
            out=f"d{wrt}",
            layout=layout if self.layout else {},
        )

    def _delta(self, delta: ArrayLike) -> Array:
        upstream = _operand("delta", delta)
        if upstream.shape != self.shape:
            raise ValueError(
                f"delta has shape {upstream.shape} but the result of {self.op} has shape "
                f"{self.shape}: pass one number per output cell"
            )
        return upstream

    def at(self, *cell: int, of: str = "") -> list[Term]:
        """Return the terms of one cell.

        Parameters
        ----------
        *cell : int
            Index of the cell, one number per axis.
        of : str, optional
            An operand's name, to ask instead who listens to that operand's cell.

        Returns
        -------
        list of Term
            The rows, spelt out, in the order in which they are added.

        Raises
        ------
        ValueError
            If the cell does not exist.
        """
        shape = self.operands[of].shape if of in self.operands else self.shape
        if of and of not in self.operands and of != self.out:
            known = ", ".join([*self.operands, self.out])
            raise ValueError(f"of={of!r} is not an array of {self.op}: choose one of {known}")
        flat = _flat_cell(cell, shape, of or self.out)
        found: list[Term] = []
        for group in self.terms:
            column = group.cells.get(of) if of in self.operands else group.out
            if column is not None:
                found += [self._spell(group, t) for t in np.flatnonzero(column == flat)]
        return found

    def _spell(self, group: Terms, t: int) -> Term:
        factors = {
            name: (_index(cells[t], self.operands[name].shape), self.operands[name].flat[cells[t]])
            for name, cells in group.cells.items()
        }
        coef = float(group.coef[t])
        product = coef * float(np.prod([value for _, value in factors.values()]))
        return Term(_index(group.out[t], self.shape), coef, factors, product)

    def select(self, **axes: int | slice) -> Trace:
        """Return the trace of a part: one image, one filter, a few output rows.

        Parameters
        ----------
        **axes : int or slice
            Loop axes of the rule and what to keep, such as ``n=0``, ``k=3``, ``i=slice(0, 4)``.

        Returns
        -------
        Trace
            A trace of the same operation with smaller operands and a smaller result.

        Raises
        ------
        ValueError
            If the trace has no rule, no such axis, or nothing of it would be left.
        """
        if self.rule is None:
            raise ValueError(
                f"select: {self.op} was built from explicit rows, which have no named axes: "
                "build it with one of the trace_… functions"
            )
        rule, operands = narrow(self.rule, self.operands, axes)
        shape = rule.shape({name: a.shape for name, a in operands.items()})
        return replace(self, operands=operands, shape=shape, terms=rule)

    def matrix(self, wrt: str = "", *, cells: str = "") -> NDArray[Any]:
        """Return the trace as a matrix that multiplies one operand.

        Parameters
        ----------
        wrt : str, optional
            The operand to multiply, flattened; by default the first one.
        cells : str, optional
            Name of another operand: return which of its cells stands at each place, as flat
            numbers, and -1 where the wire is cut.

        Returns
        -------
        ndarray, shape (number of output cells, number of ``wrt`` cells)
            ``matrix @ operand.ravel()`` is the result without its constant terms; its transpose
            carries deltas back.
        """
        wrt = wrt or next(iter(self.operands))
        groups = [g for g in self.terms if wrt in g.cells]
        size = (int(np.prod(self.shape)), self.operands[wrt].size)
        if cells:
            named = np.full(size, -1)
            for g in groups:
                if cells in g.cells:
                    named[g.out, g.cells[wrt]] = g.cells[cells]
            return named
        weights = np.zeros(size)
        for g in groups:
            others = Terms(g.out, {k: c for k, c in g.cells.items() if k != wrt}, g.coef)
            np.add.at(weights, (g.out, g.cells[wrt]), others.products(self.operands))
        return weights

    def to_json(self) -> str:
        """Return the trace as JSON: its rule where it has one, else its rows."""
        from cnnlib.trace.store import dump

        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """Return the trace that :meth:`to_json` wrote."""
        from cnnlib.trace.store import load

        return load(text)


def _turned(group: Terms, wrt: str, slope: Array) -> Terms:
    """Swap the output cell and the cell of ``wrt``: the chain rule, row by row."""
    others = {name: cell for name, cell in group.cells.items() if name != wrt}
    coef = group.coef if group.back is None else group.back
    return Terms(group.cells[wrt], {"delta": group.out, **others}, coef * slope[group.out])


def _operand(name: str, values: ArrayLike) -> Array:
    array = np.array(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array.astype(np.float64)


def _checked(
    rows: Sequence[Terms], operands: Mapping[str, Array], shape: tuple[int, ...], op: str
) -> tuple[Terms, ...]:
    _capped(sum(len(group) for group in rows), op, ())
    for group in rows:
        _inside(group.out, int(np.prod(shape)), "the result", op)
        for name, cell in group.cells.items():
            if name not in operands:
                raise ValueError(f"{op}: the terms read {name!r}, which is not among the operands")
            _inside(cell, operands[name].size, name, op)
    return tuple(rows)


def _inside(cell: NDArray[np.intp], size: int, name: str, op: str) -> None:
    if cell.size and (cell.min() < 0 or cell.max() >= size):
        wrong = int(cell.max()) if cell.max() >= size else int(cell.min())
        raise ValueError(f"{op}: the terms name cell {wrong} of {name}, which has {size} cells")


def _capped(count: int, op: str, axes: Sequence[str]) -> None:
    if count > MAX_TERMS:
        how = f"select({', '.join(f'{a}=…' for a in axes[:4])})" if axes else "fewer rows"
        raise ValueError(
            f"{op} would spell out {count} terms, more than the {MAX_TERMS} a trace draws: "
            f"narrow it with {how}"
        )


def _flat_cell(cell: Sequence[int], shape: tuple[int, ...], name: str) -> int:
    outside = len(cell) != len(shape) or any(
        not 0 <= int(c) < n for c, n in zip(cell, shape, strict=False)
    )
    if outside:
        raise ValueError(f"cell {tuple(cell)} is not in {name} of shape {shape}")
    return int(np.ravel_multi_index([int(c) for c in cell], shape)) if shape else 0


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))
