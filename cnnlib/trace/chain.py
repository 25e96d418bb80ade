"""Traces one after another: a small network whose deltas are carried back through its tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.trace import _check
from cnnlib.trace.trace import Trace

Array = NDArray[np.float64]


class Chain:
    """Named steps; an operand named like an earlier step is that step's result.

    Parameters
    ----------
    steps : dict of str to Trace
        Each step by the symbol of its result, in the order of the forward pass.

    Attributes
    ----------
    steps : dict of str to Trace
        As given.
    results : dict of str to ndarray
        What each step writes.

    Raises
    ------
    ValueError
        If an operand does not hold the numbers of the step whose name it bears (to rounding), if
        two steps read different arrays under one name, or if a step comes after one that reads it.

    Notes
    -----
    A result that is read twice collects the deltas of both readers, as do weights that two steps
    share: the chain rule is a sum over paths. Derived in the chapter ``mlp_deltas``.

    Examples
    --------
    >>> from cnnlib.trace import trace_relu, trace_tanh
    >>> a = trace_relu([[-1, 0.5]])
    >>> Chain({"a": a, "b": trace_tanh(a.replay()).renamed(z="a", a="b")})
    Chain(z -> a -> b)
    """

    def __init__(self, steps: Mapping[str, Trace]) -> None:
        if not steps:
            raise ValueError("a chain needs at least one step")
        self.steps = dict(steps)
        self.results: dict[str, Array] = {}
        known: dict[str, Array] = {}
        for step, trace in self.steps.items():
            for name, values in trace.operands.items():
                _same(step, name, values, known.setdefault(name, values))
            if step in known:
                raise ValueError(
                    f"step {step!r} writes what it or an earlier step reads: put the steps in the "
                    f"order of the forward pass, or name the step otherwise"
                )
            self.results[step] = known[step] = trace.replay()

    def __repr__(self) -> str:
        """Return the symbols in forward order, as in ``Chain(x -> z -> a)``."""
        first = next(iter(next(iter(self.steps.values())).operands), "")
        return f"Chain({' -> '.join([first, *self.steps])})"

    def replay(self) -> Array:
        """Return the result of the last step."""
        return next(reversed(self.results.values())).copy()

    def backward(self, delta: ArrayLike) -> dict[str, Array]:
        """Carry a delta from the last result back to every array.

        Parameters
        ----------
        delta : array_like, shape of the last result
            Gradient of the loss with respect to it.

        Returns
        -------
        dict of str to ndarray
            The gradient of every operand and every intermediate result, by symbol.

        Raises
        ------
        ValueError
            If ``delta`` does not have the shape of the last result.
        """
        last = next(reversed(self.steps))
        found = {last: _check.delta(delta, self.steps[last].op, self.steps[last].shape).copy()}
        for name, trace in reversed(self.steps.items()):
            upstream = found.setdefault(name, np.zeros(trace.shape))
            for operand in trace.operands:
                part = trace.backward(upstream, operand).replay()
                found[operand] = found[operand] + part if operand in found else part
        return found


def _same(step: str, name: str, values: Array, known: Array) -> None:
    """Refuse two arrays under one name; sums taken in another order may differ by rounding."""
    alike = values.shape == known.shape and np.allclose(
        values, known, rtol=1e-9, atol=1e-12, equal_nan=True
    )
    if not alike:
        raise ValueError(
            f"step {step!r} reads a {name!r} of shape {values.shape} which is not the {name!r} of "
            f"shape {known.shape} met before: pass those numbers, or use renamed({name}=…)"
        )


def compose(**steps: Trace) -> Chain:
    """Chain traces: ``compose(z=trace_conv2d(x, w), a=trace_relu(z))``.

    Parameters
    ----------
    **steps : Trace
        Each step by the symbol of its result. A later trace reads an earlier result where its
        operand has that name: pass ``trace.renamed(x="a")`` to rename an operand.

    Returns
    -------
    Chain
        The whole network.

    Raises
    ------
    ValueError
        If a step does not read what the earlier one wrote.

    Examples
    --------
    >>> from cnnlib.trace import trace_dense, trace_relu
    >>> z = trace_dense([[1, 2]], [[3, -4], [5, 6]])
    >>> net = compose(z=z, a=trace_relu(z.replay()))
    >>> net.backward([[1, 10]])["x"]
    array([[-37.,  65.]])
    """
    return Chain(steps)
