"""The functions that look at one cell at a time: a trace for each activation there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from cnnlib.ops._activation import ACTIVATIONS, Activation
from cnnlib.ops._check import floats
from cnnlib.trace.rule import IndexRule, TermGroup, index, named_axes
from cnnlib.trace.trace import Trace

__all__ = [f"trace_{name}" for name in ACTIVATIONS]

_TEXT = """Spell out :func:`cnnlib.{name}`: {wires}.

    Parameters
    ----------
    z : array_like
        Pre-activations of any shape.
    **options : float
        As for :func:`cnnlib.{name}`.

    Returns
    -------
    Trace
        Operand ``z``; result ``a`` of the same shape.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.

    Notes
    -----
    {notes}

    Examples
    --------
    >>> from cnnlib import {name}, trace_{name}
    >>> bool((trace_{name}([[-1, 0.5, 2]]).replay() == {name}([[-1, 0.5, 2]])).all())
    True
    """


def elementwise(activation: Activation, z: ArrayLike, **options: float) -> Trace:
    """Spell out an activation: a gate is a wire that is there or not, others are a function."""
    array = floats(z, "z")
    axes, numbers = named_axes(array.ndim), activation.read(options)
    coef: Any = 1.0
    if activation.below is not None:
        low = activation.below(**numbers)
        coef = {"positive": "z"} | ({"below": low} if low else {})
    rule = IndexRule(tuple(axes), (TermGroup(index(axes), {"z": index(axes)}, coef),))
    name = activation.name
    if activation.below is not None:
        return Trace(name, {"z": array}, array.shape, rule, out="a")
    return Trace(name, {"z": array}, array.shape, rule, out="a", post=name, options=numbers)


def _tracer(activation: Activation) -> Callable[..., Trace]:
    def trace(z: ArrayLike, **options: float) -> Trace:
        return elementwise(activation, z, **options)

    trace.__name__ = trace.__qualname__ = f"trace_{activation.name}"
    gate = "the wire is there where ``z`` is above zero"
    wires = "one wire per cell, then the function" if activation.below is None else gate
    trace.__doc__ = _TEXT.format(name=activation.name, wires=wires, notes=activation.notes)
    return trace


globals().update({f"trace_{name}": _tracer(a) for name, a in ACTIVATIONS.items()})
