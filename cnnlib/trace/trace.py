"""A trace is an operation spelt out: operands, result, and every product term between them."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import ArrayLike, NDArray

from cnnlib.ops._forbidden import forbid_during_check
from cnnlib.trace import _check
from cnnlib.trace.matrix import cell_matrix, weight_matrix
from cnnlib.trace.read import gradient, terms_at
from cnnlib.trace.rename import rename
from cnnlib.trace.select import narrow
from cnnlib.trace.serialization import dump, load, parts
from cnnlib.trace.table import Table
from cnnlib.trace.terms import Term


class Trace(Table):
    """Every output cell of an operation as a sum of products of operand cells.

    ``out[o] = post(sum over the rows t into o of coef[t] * product of operands[name][cell[t]])``

    Read by output the rows are the forward pass; read by the cells of one operand they are the
    gradient with respect to it (:meth:`backward`). Derived in the chapter ``weight_sharing``.

    Parameters
    ----------
    op : str
        Name of the operation, for titles and messages.
    operands : dict of str to array_like
        The arrays that the rows multiply, by symbol: ``x``, ``w``, ``b`` … They are copied as
        float64, and the copies cannot be written to.
    shape : tuple of int
        Shape of the result.
    terms : Terms, sequence of Terms, or IndexRule
        The rows, or the rule that writes them out when they are first read.
    out : str, default "z"
        Symbol of the result.
    post : str, default "identity"
        Function applied to each finished sum: ``identity``, ``exp``, ``log``, ``reciprocal``, or
        an activation by its name, such as ``tanh``.
    options : dict of str to float, optional
        The options of that function, where it has any.
    layout : dict of str to (int or None, int or None), optional
        For each array, which axes are drawn as rows and columns; the other axes are sheets.
    symbol : str, default "·"
        Sign drawn between the first two operands.

    Attributes
    ----------
    rule : IndexRule or None
        The rule the rows are written out from; None for a trace of explicit rows.

    Raises
    ------
    ValueError, TypeError
        If a row names a cell that its array does not have, or an operand that is not there; if
        a rule does not give a result of this shape.

    Notes
    -----
    A trace never changes. Reading more than ``MAX_TERMS`` rows is refused: :meth:`select` narrows a
    trace. An operand stands at most once in a row: for a square give the same array under two
    names; its gradient is the sum of theirs. Softmax is not one sum of products: it is
    drawn as a chain of traces (:class:`Chain`). A row that reads a padded zero is left out.

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

    @forbid_during_check("gradient")
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
            Its ``replay()`` is the gradient, of the operand's shape, called ``d<wrt>``. It reads
            ``delta`` (``delta2`` where an operand has that name already) and the other operands.

        Raises
        ------
        ValueError
            If ``delta`` does not have the result's shape or ``wrt`` is not an operand.
        """
        return Trace(**gradient(self, delta, wrt))

    def terms_at(self, *cell: int, of: str = "") -> list[Term]:
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
            If the cell or the array does not exist.

        Examples
        --------
        >>> from cnnlib import trace_conv1d
        >>> trace = trace_conv1d([[[2], [0], [-1], [3]]], [[[10]], [[1]]])
        >>> [term.product for term in trace.terms_at(0, 2, 0)]
        [-10.0, 3.0]
        >>> [term.out for term in trace.terms_at(0, 2, 0, of="x")]
        [(0, 1, 0), (0, 2, 0)]
        """
        return terms_at(self, cell, of or self.out)

    at = terms_at  # a shorter name

    def select(self, **axes: int | slice) -> Trace:
        """Return the trace of a part: one image, one filter, a few output rows.

        Parameters
        ----------
        **axes : int or slice
            Loop axes of the rule and what to keep, such as ``n=0``, ``k=3``, ``i=slice(0, 4)``.
            An axis stays, with length 1, where an int is given.

        Returns
        -------
        Trace
            The same operation with smaller operands: along an axis of the result some of its
            cells, along an axis that is summed over some of their terms (and the whole bias).

        Raises
        ------
        ValueError, TypeError
            If the trace has no rule or no such axis, if nothing would be left, or if a maximum
            is taken along the axis, since the part would have other winners.

        Examples
        --------
        >>> import numpy as np
        >>> from cnnlib import trace_conv2d
        >>> x, w = np.arange(32).reshape(2, 4, 4, 1), np.ones((3, 3, 1, 5))
        >>> trace_conv2d(x, w).select(n=1, k=0, i=slice(1, 2))
        Trace(conv2d: x(1, 3, 4, 1), w(3, 3, 1, 1) -> z(1, 1, 2, 1))
        """
        if self.rule is None:
            raise ValueError(
                f"select: {self.op} consists of explicit rows, which have no named axes: select "
                "from one of the trace_… functions, before going backward"
            )
        rule, operands = narrow(self.rule, self.operands, axes)
        shape = rule.shape({name: a.shape for name, a in operands.items()})
        return self._like(operands=operands, shape=shape, terms=rule)

    def renamed(self, **names: str) -> Trace:
        """Return the same trace with other symbols for its arrays.

        Parameters
        ----------
        **names : str
            New symbols by old ones: ``renamed(x="a", w="w2", z="z2")``.

        Returns
        -------
        Trace
            The same rows; operands, result, rule and layout are called by the new symbols.

        Raises
        ------
        ValueError
            If there is no such array, or two arrays would have the same symbol.

        Examples
        --------
        >>> from cnnlib import trace_dense
        >>> trace_dense([[1, 2]], [[3], [4]]).renamed(x="a", z="z2")
        Trace(dense: a(1, 2), w(2, 1) -> z2(1, 1))
        """
        return self._like(**rename(self, names))

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
            ``matrix @ operand.ravel()`` are the sums (before ``post``) without the terms that do
            not read the operand; its transpose carries deltas of those sums back.

        Raises
        ------
        ValueError
            If there is no such operand, or the matrix would have millions of places.

        Examples
        --------
        >>> import numpy as np
        >>> from cnnlib import trace_conv2d
        >>> trace = trace_conv2d(np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1)))
        >>> shared = trace.matrix(cells="w")
        >>> shared.shape, (shared >= 0).sum().item(), np.unique(shared[shared >= 0]).size
        ((4, 16), 36, 9)
        """
        wrt = wrt or next(iter(self.operands), "")
        _check.one_of(wrt, "wrt", self.op, list(self.operands))
        size = (math.prod(self.shape), self.operands[wrt].size)
        _check.places(self.op, size)
        if not cells:
            return weight_matrix(self.terms, self.operands, wrt, size)
        _check.one_of(cells, "cells", self.op, [name for name in self.operands if name != wrt])
        return cell_matrix(self.terms, wrt, cells, size)

    def to_json(self) -> str:
        """Return the trace as JSON: its rule where it has one, else its rows.

        Raises
        ------
        ValueError
            If an operand holds NaN or infinity, which JSON cannot carry.
        """
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """Return the trace that :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not the JSON of a trace; the message says what is wrong with it.

        Examples
        --------
        >>> from cnnlib import Trace, trace_relu
        >>> Trace.from_json(trace_relu([-1, 2]).to_json()).replay()
        array([0., 2.])
        """
        return load(text, cls.from_dict)

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Trace:
        """Return the trace whose JSON was read into ``state``."""
        return cls(**parts(state))
