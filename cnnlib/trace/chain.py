"""Traces one after another: a small network whose deltas are carried back through its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.trace.trace import Trace

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chain:
    """Named steps; an operand named like an earlier step is that step's result.

    Parameters
    ----------
    steps : dict of str to Trace
        Each step by the symbol of its result, in the order of the forward pass.

    Raises
    ------
    ValueError
        If an operand does not hold the numbers of the step whose name it bears.

    Notes
    -----
    A result that is read twice collects the deltas of both readers: the chain rule is a sum over
    paths. Derived in the chapter ``mlp_deltas``.
    """

    steps: Mapping[str, Trace]

    def __post_init__(self) -> None:
        """Check that every step reads what the earlier ones wrote."""
        results: dict[str, Array] = {}
        for name, trace in self.steps.items():
            for operand, values in trace.operands.items():
                if operand in results and not np.array_equal(values, results[operand]):
                    raise ValueError(
                        f"step {name!r} reads {operand!r} of shape {values.shape}, which differs "
                        f"from what step {operand!r} writes, shape {results[operand].shape}"
                    )
            results[name] = trace.replay()
        object.__setattr__(self, "results", results)

    def replay(self) -> Array:
        """Return the result of the last step."""
        return self.results[next(reversed(self.steps))].copy()  # type: ignore[attr-defined, no-any-return]

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
        """
        last = next(reversed(self.steps))
        found: dict[str, Array] = {last: np.array(delta, np.float64)}
        for name, trace in reversed(self.steps.items()):
            upstream = found.get(name, np.zeros(trace.shape))
            for operand in trace.operands:
                part = trace.backward(upstream, operand).replay()
                found[operand] = found[operand] + part if operand in found else part
        return found


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
