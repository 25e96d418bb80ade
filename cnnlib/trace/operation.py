"""A linear operation: how it is computed, how its gradients are, and the rule of its wires.

``OPERATIONS`` is the table of them. The tests go through it, so what stands there is compared with
its own wires, forwards and backwards, and with central differences, and is computed by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats
from cnnlib.trace._check import Axes
from cnnlib.trace.rule import IndexRule
from cnnlib.trace.trace import Trace

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation whose every output is a sum of products.

    Parameters
    ----------
    name : str
        As in ``cnnlib.ops``.
    forward : callable
        ``forward(*arrays, **options)`` returns the result.
    backward : callable
        ``backward(delta, *arrays, **options)`` returns the gradient of every array, in order.
    rule : callable
        ``rule(shapes, **options)`` returns the rule of the wires, given shapes by symbol.
    shapes : dict of str to tuple of int
        An example: the arrays by symbol, in order, with sizes that all differ.
    options : dict of str to object, optional
        Options for that example; others may be tried as well.
    layout : dict of str to (int or None, int or None), optional
        Which axes of an array are drawn as rows and columns.
    symbol : str, default "·"
        Sign drawn between the first two arrays.
    """

    name: str
    forward: Callable[..., Array]
    backward: Callable[..., tuple[Array, ...]]
    rule: Callable[..., IndexRule]
    shapes: Mapping[str, Shape]
    options: Mapping[str, Any] = field(default_factory=dict)
    layout: Mapping[str, Axes] = field(default_factory=dict)
    symbol: str = "·"

    def register(self, key: str = "") -> Operation:
        """Put the operation into the table, another example of it under a key of its own."""
        OPERATIONS[key or self.name] = self
        return self

    def trace(self, *arrays: ArrayLike | None, **options: Any) -> Trace:
        """Spell the operation out; an array that is None is left out.

        What does not fit is refused by the operation itself, which is asked about an empty batch:
        that costs nothing, and tells the shape of the result.
        """
        given = zip(self.shapes, arrays, strict=True)
        operands = {name: floats(a, name) for name, a in given if a is not None}
        first, *others = operands.values()
        empty = self.forward(first[:0] if first.ndim else first, *others, **options)
        shape = (len(first), *empty.shape[1:])
        rule = self.rule({name: a.shape for name, a in operands.items()}, **options)
        return Trace(
            self.name, operands, shape, rule, layout=self.layout or None, symbol=self.symbol
        )


#: Every linear operation, by name, and some again with other options.
OPERATIONS: dict[str, Operation] = {}
