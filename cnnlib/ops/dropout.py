"""Dropout: cells fall silent at random, the others speak louder so that the mean stays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, ieee, same_shape
from cnnlib.ops._forbidden import forbid_during_check


class Dropout(NamedTuple):
    """What :func:`dropout` returns: the cells that are left, and which those are."""

    a: Array
    mask: Any


@ieee
def dropout(x: ArrayLike, rate: float, *, rng: np.random.Generator) -> Dropout:
    """Set each cell to 0 with probability ``rate``, and divide the others by ``1 - rate``.

    Parameters
    ----------
    x : ndarray of any shape
        Integers become float64; float32 stays float32.
    rate : float
        Probability of falling silent, from 0 up to but not including 1.
    rng : numpy.random.Generator
        Draws who falls silent.

    Returns
    -------
    Dropout
        ``a`` like ``x``, and ``mask``, True where a cell was kept: :func:`dropout_backward` needs
        it, since nobody can draw the same cells again.

    Raises
    ------
    ValueError, TypeError
        If ``rate`` is not in this range, ``rng`` is no generator, or ``x`` holds no real numbers.

    Notes
    -----
    Srivastava et al. 2014. Only while training: in use every cell speaks, as it is.

    Examples
    --------
    >>> a, mask = dropout(np.ones(6), 0.5, rng=np.random.default_rng(1))
    >>> a
    array([2., 2., 0., 2., 0., 0.])
    >>> dropout_backward(np.arange(6), mask, 0.5)
    array([0., 2., 0., 6., 0., 0.])
    """
    x, rate = floats(x, "x"), as_rate(rate)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a Generator, got {rng!r}: numpy.random.default_rng(0)")
    mask = rng.random(x.shape) >= rate
    return Dropout(_kept(x, mask, rate), mask)


@forbid_during_check("gradient")
@ieee
def dropout_backward(da: ArrayLike, mask: ArrayLike, rate: float) -> Array:
    """Let delta pass where the cell was kept, as much louder as the cell was.

    Parameters
    ----------
    da : ndarray
        Gradient of the loss with respect to ``a``.
    mask : ndarray of bool, same shape
        As :func:`dropout` returned it.
    rate : float
        As given to :func:`dropout`.

    Returns
    -------
    dx : ndarray like ``da``

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, ``mask`` is not made of booleans, or ``rate`` is out of range.

    Examples
    --------
    >>> dropout_backward([8, 8], np.array([True, False]), 0.75)
    array([32.,  0.])
    """
    da, kept = floats(da, "da"), np.asarray(mask)
    if kept.dtype != np.bool_:
        raise TypeError(f"mask must be made of booleans, got {kept.dtype}: pass dropout's mask")
    same_shape(da, "da", kept.shape, "mask")
    return _kept(da, kept, as_rate(rate))


def _kept(values: Array, mask: Any, rate: float) -> Array:
    return np.where(mask, values / (1 - rate), np.zeros((), values.dtype))


def as_rate(rate: Any) -> float:
    """Return ``rate`` as a number from 0 up to but not including 1."""
    if not isinstance(rate, int | float | np.floating) or isinstance(rate, bool):
        raise TypeError(f"rate must be a number, got {rate!r}")
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be at least 0 and less than 1, got {rate}")
    return float(rate)
