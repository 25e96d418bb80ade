"""Functions a finished sum may pass through, each with its slope beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib import ops

Array = NDArray[np.float64]
Function = Callable[[Array], Any]

_POSTS: dict[str, tuple[Function, Function]] = {
    "identity": (np.array, np.ones_like),
    "exp": (np.exp, np.exp),
    "log": (np.log, np.reciprocal),
    "reciprocal": (np.reciprocal, lambda s: -1 / s**2),
    "sigmoid": (ops.sigmoid, lambda s: ops.sigmoid_backward(np.ones_like(s), s)),
    "tanh": (ops.tanh, lambda s: ops.tanh_backward(np.ones_like(s), s)),
}


def check(name: str) -> None:
    """Refuse a name that is not in the table."""
    if name not in _POSTS:
        raise ValueError(f"post={name!r} is not known: choose one of {', '.join(_POSTS)}")


def value(name: str, sums: Array) -> Array:
    """Return the function's value at every sum, in a new array."""
    return np.asarray(_POSTS[name][0](sums))


def slope(name: str, sums: Array) -> Array:
    """Return the function's derivative at every sum."""
    return np.asarray(_POSTS[name][1](sums))
