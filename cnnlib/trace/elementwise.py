"""The functions that look at one cell at a time: relu, sigmoid and tanh."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from cnnlib.ops._check import floats
from cnnlib.trace.rule import Group, Rule, index, named_axes
from cnnlib.trace.trace import Trace


def trace_relu(z: ArrayLike) -> Trace:
    """Spell out :func:`cnnlib.relu`: the wire is there where ``z`` is above zero.

    Parameters
    ----------
    z : array_like
        Pre-activations of any shape.

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
    Derived in the chapter ``relu``. At 0 the wire is cut, as in PyTorch.

    Examples
    --------
    >>> trace_relu([[-1, 0, 2]]).replay()
    array([[0., 0., 2.]])
    """
    return _elementwise("relu", z, coef={"positive": "z"})


def trace_sigmoid(z: ArrayLike) -> Trace:
    """Spell out :func:`cnnlib.sigmoid`: one wire per cell, then the function.

    Parameters
    ----------
    z : array_like
        Pre-activations of any shape.

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
    Derived in the chapter ``relu``.

    Examples
    --------
    >>> trace_sigmoid([[0]]).replay()
    array([[0.5]])
    """
    return _elementwise("sigmoid", z, post="sigmoid")


def trace_tanh(z: ArrayLike) -> Trace:
    """Spell out :func:`cnnlib.tanh`: one wire per cell, then the function.

    Parameters
    ----------
    z : array_like
        Pre-activations of any shape.

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
    Derived in the chapter ``relu``.

    Examples
    --------
    >>> trace_tanh([[0]]).replay()
    array([[0.]])
    """
    return _elementwise("tanh", z, post="tanh")


def _elementwise(op: str, z: ArrayLike, coef: Any = 1.0, post: str = "identity") -> Trace:
    array = floats(z, "z")
    axes = named_axes(array.ndim)
    rule = Rule(tuple(axes), (Group(index(axes), {"z": index(axes)}, coef),))
    return Trace(op, {"z": array}, array.shape, rule, out="a", post=post)
