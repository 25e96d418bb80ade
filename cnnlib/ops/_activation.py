"""What an activation is: a name, its value, its slope. All that exists of one is made from these.

From an entry of ``ACTIVATIONS`` come the operation and its backward pass (below), their trace
(:mod:`cnnlib.trace.elementwise`), what a page computes (:mod:`cnnlib.trace.formula`), the layer
(:mod:`cnnlib.nn.activations`), PyTorch's counterpart, the rows of the reference, and the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import Parameter, Signature
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, ieee, same_shape
from cnnlib.ops._fast import in_blocks, kept
from cnnlib.ops._forbidden import forbid_during_check


class Forward(Protocol):
    """``f(z)``."""

    def __call__(self, z: ArrayLike, **options: float) -> Array: ...


class Backward(Protocol):
    """``f_backward(da, z)``."""

    def __call__(self, da: ArrayLike, z: ArrayLike, **options: float) -> Array: ...


class Option(NamedTuple):
    """A number that shapes an activation: what it is when not given, and a sentence."""

    default: float
    says: str


@dataclass(frozen=True, eq=False)
class Activation:
    """A function that looks at one number at a time.

    Parameters
    ----------
    name : str
        Of the operation: ``"leaky_relu"``.
    layer : str
        Of the layer: ``"LeakyReLU"``.
    value, slope : callable
        ``value(z, **options)`` and its derivative, of numpy's functions: a page records them.
    says, slope_says : str
        The first line of the docstrings of the operation and of its backward pass.
    example, slope_example : str
        A doctest for each.
    torch : callable
        ``torch(nn, **options)`` builds PyTorch's layer from ``torch.nn``.
    notes : str
        The chapter that explains it, and what else there is to say.
    options : dict of str to Option, optional
        The numbers it takes.
    below : callable, optional
        ``below(**options)``: the slope up to 0 of a function whose slope above 0 is 1. It is drawn
        as a wire instead of a function.
    """

    name: str
    layer: str
    value: Callable[..., Any]
    slope: Callable[..., Any]
    says: str
    slope_says: str
    example: str
    slope_example: str
    torch: Callable[..., Any]
    notes: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    below: Callable[..., float] | None = None

    def read(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return every option as a number, those not given by their default."""
        for name in set(given) - set(self.options):
            known = ", ".join(self.options) or "nothing"
            raise TypeError(
                f"{self.name}() got an unexpected keyword argument {name!r}: beside its arrays it "
                f"takes {known}"
            )
        found = {name: option.default for name, option in self.options.items()} | dict(given)
        for name, number in found.items():
            real = isinstance(number, int | float | np.integer | np.floating)
            if not real or isinstance(number, bool):
                raise TypeError(f"{name} must be a number, got {number!r}")
            if not math.isfinite(number):
                raise ValueError(f"{name} must be finite, got {number}")
        return {name: float(number) for name, number in found.items()}

    def backward(self, da: Array, z: Array, options: Mapping[str, float]) -> Array:
        """Scale each delta by the slope at its own z; a closed gate stops even infinity."""
        if self.below is None:
            return np.asarray(da * self.slope(z, **options))
        low, gate = self.below(**options), z > 0
        if not low:
            return kept(gate, da)
        slope = gate.astype(da.dtype)
        return da * (np.maximum(slope, low) if low <= 1 else np.where(gate, slope, low))

    def functions(self) -> tuple[Forward, Backward]:
        """Register the activation; return the operation and its backward pass."""
        ACTIVATIONS[self.name] = self

        @ieee
        def forward(z: ArrayLike, *args: float, **options: float) -> Array:
            given = dict(zip(self.options, args, strict=False)) | options
            return in_blocks(partial(self.value, **self.read(given)), floats(z, "z"))

        @ieee
        def backward(da: ArrayLike, z: ArrayLike, *args: float, **options: float) -> Array:
            given = dict(zip(self.options, args, strict=False)) | options
            da, z = floats(da, "da"), floats(z, "z")
            same_shape(da, "da", z.shape, "z")
            return in_blocks(partial(self.backward, options=self.read(given)), da, z)

        back = f"{self.name}_backward"
        _present(forward, self.name, ("z",), self.options, _forward_text(self))
        _present(backward, back, ("da", "z"), self.options, _backward_text(self))
        return forward, forbid_during_check("gradient")(backward)


#: Every activation there is, by name.
ACTIVATIONS: dict[str, Activation] = {}


def _present(
    function: Callable[..., Any],
    name: str,
    arrays: tuple[str, ...],
    options: Mapping[str, Option],
    text: str,
) -> None:
    """Give a function its name, signature and docstring, as if it had been written out."""
    kind = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [Parameter(array, kind, annotation="ArrayLike") for array in arrays]
    for key, option in options.items():
        parameters.append(Parameter(key, kind, default=option.default, annotation="float"))
    function.__name__ = function.__qualname__ = name
    function.__module__ = "cnnlib.ops.activations"
    function.__doc__ = text
    function.__dict__["__signature__"] = Signature(parameters, return_annotation="Array")


def _forward_text(a: Activation) -> str:
    return f"""{a.says}

    Parameters
    ----------
    z : ndarray of any shape
        Pre-activation. Integers become float64; float32 stays float32.
{_options(a)}
    Returns
    -------
    a : ndarray like ``z``

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.

    Notes
    -----
    {a.notes}

    Examples
    --------
    {_indented(a.example)}
    """


def _backward_text(a: Activation) -> str:
    return f"""{a.slope_says}

    Parameters
    ----------
    da : ndarray
        Gradient of the loss with respect to the activation.
    z : ndarray of the same shape
        Pre-activation, as given to :func:`{a.name}`.
{_options(a)}
    Returns
    -------
    delta : ndarray like ``da``

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or the arrays do not hold real numbers.

    Notes
    -----
    {a.notes}

    Examples
    --------
    {_indented(a.slope_example)}
    """


def _options(a: Activation) -> str:
    rows = [f"    {k} : float, default {o.default}\n        {o.says}" for k, o in a.options.items()]
    return "\n".join([*rows, ""]) if rows else ""


def _indented(example: str) -> str:
    return "\n    ".join(line.strip() for line in example.strip().splitlines())
