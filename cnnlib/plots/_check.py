"""What plot functions ask of their arguments, in one sentence each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def numbers(values: ArrayLike, name: str, *ranks: int) -> Array:
    """Return ``values`` as a float array of one of the given ranks; refuse anything else."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of numbers: {error}") from None
    if array.ndim not in ranks:
        wanted = " or ".join(map(str, ranks))
        raise ValueError(
            f"{name} must have {wanted} axes, got shape {array.shape}: pick or add an axis"
        )
    if array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}: there is nothing to draw")
    return array


def finite(values: ArrayLike, name: str, *ranks: int) -> Array:
    """Like `numbers`, and refuse NaN and infinity, which no colour can stand for."""
    array = numbers(values, name, *ranks)
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        cell = tuple(int(i) for i in wrong[0])
        raise ValueError(f"{name}{list(cell)} is {array[cell]}: only finite numbers can be drawn")
    return array


def inside(cell: tuple[int, ...], shape: tuple[int, ...], name: str) -> tuple[int, ...]:
    """Return ``cell`` if it lies inside ``shape``; refuse it otherwise."""
    cell = tuple(int(i) for i in cell)
    if len(cell) != len(shape) or any(not 0 <= i < n for i, n in zip(cell, shape, strict=True)):
        raise ValueError(f"{name} cell {cell} is not on a grid of shape {shape}")
    return cell
