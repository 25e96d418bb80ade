"""What may enter an operation: one short test per rule, one clear sentence when it is broken."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]

#: No size, step or count of this book comes near it; numpy's own indices overflow beyond 2**63.
LARGEST = 2**31

#: Decorates every operation: infinities and NaN come out as IEEE 754 has them, without a warning.
ieee = np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore")


def floats(value: ArrayLike, name: str, axes: str | None = None) -> Array:
    """Return ``value`` as an array of floats, never copying one that is already such an array.

    Integers become float64, every float keeps its precision. ``axes`` names the axes wanted,
    such as ``"N H W C"``; only the batch axis ``N`` may be empty.
    """
    array = _real(value, name)
    if axes is None:
        return array
    wanted = axes.split()
    if array.ndim != len(wanted):
        raise ValueError(
            f"{name} must have {len(wanted)} axes ({', '.join(wanted)}), got {array.ndim} in shape "
            f"{array.shape}: reshape it, a missing axis has length 1"
        )
    filled(array.shape, name, axes)
    return array


def _real(value: ArrayLike, name: str) -> Array:
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost: fill it first, {name}.filled(0)"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from error
    except Exception as error:  # arrays of other libraries refuse in their own words
        raise TypeError(
            f"{name} is a {type(value).__name__} that numpy cannot read ({error}): pass a numpy "
            "array, for a tensor x.detach().float().numpy()"
        ) from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {array.dtype}: convert it to float first"
        )
    return array


def filled(shape: tuple[int, ...], name: str, axes: str) -> None:
    """Refuse a shape in which any axis but the batch is empty."""
    empty = [axis for axis, size in zip(axes.split(), shape, strict=True) if size == 0]
    if set(empty) - {"N"}:
        raise ValueError(
            f"{name} of shape {shape} is empty along {', '.join(empty)}: "
            "only the batch axis N may have length 0"
        )


def whole(value: Any, name: str, least: int) -> int:
    """Return ``value`` as an int of at least ``least``; booleans and 2.0 are not whole numbers."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be made of whole numbers, got {value!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    if number > LARGEST:
        raise ValueError(
            f"{name} must be at most {LARGEST}, got a number of {number.bit_length()} bits"
        )
    return number


def shape_of(value: Any, name: str, axes: str) -> tuple[int, ...]:
    """Return ``value`` as a shape with the named axes."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple ({', '.join(axes.split())}), got {value!r}")
    if len(value) != len(axes.split()):
        raise ValueError(
            f"{name} must have {len(axes.split())} sizes ({', '.join(axes.split())}), "
            f"got {len(value)} in {tuple(value)}: pass x.shape"
        )
    shape = tuple(whole(size, name, 0) for size in value)
    filled(shape, name, axes)
    return shape


def same_channels(x_shape: tuple[int, ...], w: Array, name: str = "x", groups: Any = 1) -> None:
    """Refuse an input and a kernel that disagree about channels, or do not divide into groups."""
    groups = whole(groups, "groups", 1)
    if w.shape[-1] % groups:
        raise ValueError(
            f"groups must divide the outputs of w, got {groups} groups for {w.shape[-1]} outputs "
            f"in shape {w.shape}: every group makes as many"
        )
    if x_shape[-1] != w.shape[-2] * groups:
        each = f" in each of {groups} groups" if groups > 1 else ""
        rule = " must agree" if groups == 1 else ", times groups, must agree"
        raise ValueError(
            f"{name} has {x_shape[-1]} channels in shape {tuple(x_shape)}, but w takes "
            f"{w.shape[-2]}{each} in shape {w.shape}: the last axis of x and the last but one of w"
            f"{rule}"
        )


def divides(c_in: int, c_out: int, groups: Any) -> None:
    """Refuse channels that do not divide into groups."""
    groups = whole(groups, "groups", 1)
    if c_in % groups or c_out % groups:
        raise ValueError(
            f"groups must divide the channels of x and of delta, got {groups} groups for {c_in} "
            f"and {c_out}: every group has as many"
        )


def bias(b: ArrayLike, w: Array) -> Array:
    """Return the bias as floats, one for each output of ``w``."""
    values = floats(b, "b")
    if values.shape != w.shape[-1:]:
        raise ValueError(
            f"b must have shape {w.shape[-1:]}, one bias for each output of w, got {values.shape}"
        )
    return values


def same_shape(array: Array, name: str, expected: tuple[int, ...], other: str) -> None:
    """Refuse a gradient or label that is not shaped like the array it belongs to."""
    if array.shape != tuple(expected):
        raise ValueError(
            f"{name} has shape {array.shape}, but {other} has shape {tuple(expected)}: pass {name} "
            f"shaped like {other}, and the sizes and strides of the forward pass"
        )


def word(value: Any, name: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is not one of ``choices``."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {choices}, got {value!r}")
    if value not in choices:
        raise ValueError(f"{name} must be one of {choices}, got {value!r}")
