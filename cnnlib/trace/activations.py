"""Functions a finished sum may pass through: every activation, and the steps of softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.ops._check import ieee
from cnnlib.trace.formula import Tree, record

Array = NDArray[np.float64]


class Function(NamedTuple):
    """A function of one number with its slope beside it."""

    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]


_STEPS = {
    "identity": Function(np.positive, np.ones_like),
    "exp": Function(np.exp, np.exp),
    "log": Function(np.log, np.reciprocal),
    "reciprocal": Function(np.reciprocal, lambda s: -1 / s**2),
}


def function(name: str, options: Mapping[str, float] | None = None) -> Function:
    """Return a function by its name, with its options filled in."""
    if name in _STEPS:
        if options:
            raise ValueError(f"post={name!r} has no options, got {', '.join(options)}")
        return _STEPS[name]
    if name not in ACTIVATIONS:
        known = ", ".join([*_STEPS, *ACTIVATIONS])
        raise ValueError(f"post={name!r} is not known: choose one of {known}")
    found = ACTIVATIONS[name]
    numbers = found.read(options or {})
    return Function(partial(found.value, **numbers), partial(found.slope, **numbers))


@ieee
def value(f: Function, sums: Array) -> Array:
    """Return the function's value at every sum, in a new array."""
    return np.asarray(f.value(sums))


@ieee
def slope(f: Function, sums: Array) -> Array:
    """Return the function's derivative at every sum."""
    return np.asarray(f.slope(sums))


def formula(f: Function) -> dict[str, Tree]:
    """Return the function and its slope in the form in which a page gets them."""
    return {"value": record(f.value), "slope": record(f.slope)}
