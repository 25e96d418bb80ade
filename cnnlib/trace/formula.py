"""Write a function of one number down as a tree, by calling it: the form in which a page gets it.

``record(lambda s: 1 / (1 + np.exp(-s)))`` is ``["divide", 1, ["add", 1, ["exp", ["negative",
"s"]]]]``. The page's ``formula.js`` turns the tree into a function again, so that an activation is
written once, in Python. What may stand in it is listed here and there, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Tree = float | str | list[Any]

#: numpy's functions that a page knows, by numpy's names.
KNOWN = frozenset(
    "absolute add arctan clip cos divide exp expm1 greater greater_equal less less_equal log log1p "
    "logaddexp maximum minimum multiply negative positive power reciprocal sign sin sqrt square "
    "subtract tanh where".split()
)


def record(function: Callable[[Any], Any]) -> Tree:
    """Return the tree of a function that is made of numpy's functions.

    Raises
    ------
    ValueError
        If it uses a function that a page does not know.

    Examples
    --------
    >>> record(lambda s: np.where(s > 0, s, 0.5 * s))
    ['where', ['greater', 's', 0], 's', ['multiply', 0.5, 's']]
    """
    return _tree(function(_Recorded("s")))


class _Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands in for an array, and remembers what was done to it instead of doing it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> _Recorded:
        return _step(ufunc.__name__ if method == "__call__" else method, inputs, keywords)

    def __array_function__(self, f: Any, types: Any, args: Any, keywords: Any) -> _Recorded:
        if f in (np.ones_like, np.zeros_like):
            return _Recorded(int(f is np.ones_like))
        return _step(f.__name__, args, keywords)


def _step(name: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> _Recorded:
    if name not in KNOWN or keywords:
        raise ValueError(
            f"a page cannot compute {name}{' with keywords' if keywords else ''}: write the "
            f"function with {', '.join(sorted(KNOWN))}"
        )
    return _Recorded([name, *(_tree(value) for value in inputs)])


def _tree(value: Any) -> Tree:
    if isinstance(value, _Recorded):
        return value.tree
    number = float(value)
    return int(number) if number.is_integer() else number
