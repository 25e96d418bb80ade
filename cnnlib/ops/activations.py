"""Activations: one number in, one number out, so each delta is scaled by a slope of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, same_shape
from cnnlib.ops._forbidden import forbid_during_check


def relu(z: ArrayLike) -> Array:
    """Let positive numbers through and set the others to 0.

    Parameters
    ----------
    z : ndarray of any shape
        Pre-activation. Integers become float64; float32 stays float32.

    Returns
    -------
    a : ndarray like ``z``

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.

    Notes
    -----
    Explained in the chapter ``relu``. ``z * (z > 0)`` would turn minus infinity into NaN.

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])
    """
    return np.maximum(floats(z, "z"), 0)


@forbid_during_check("gradient")
def relu_backward(da: ArrayLike, z: ArrayLike) -> Array:
    """Let delta pass where the gate was open: ``delta = da`` where ``z > 0``, else 0.

    Parameters
    ----------
    da : ndarray
        Gradient of the loss with respect to the activation.
    z : ndarray of the same shape
        Pre-activation, as given to :func:`relu`.

    Returns
    -------
    delta : ndarray like ``da``

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or the arrays do not hold real numbers.

    Notes
    -----
    Derived in the chapter ``relu``. At the kink z = 0 there is no slope; 0 is chosen, as PyTorch
    does, while a central difference reads 0.5.

    Examples
    --------
    >>> relu_backward([1, 10, 100], [-2, 0, 3])
    array([  0.,   0., 100.])
    """
    da, z = _alike(da, z)
    return np.where(z > 0, da, np.zeros((), da.dtype))


def sigmoid(z: ArrayLike) -> Array:
    """Squash every number into 0..1: ``1 / (1 + exp(-z))``, without overflow.

    Parameters
    ----------
    z : ndarray of any shape
        Pre-activation. Integers become float64; float32 stays float32.

    Returns
    -------
    a : ndarray like ``z``

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.

    Notes
    -----
    Used in the chapters ``mlp_deltas`` and ``relu``.

    Examples
    --------
    >>> sigmoid([-1000, 0, 1000])
    array([0. , 0.5, 1. ])
    """
    return np.exp(-np.logaddexp(0, -floats(z, "z")))


@forbid_during_check("gradient")
def sigmoid_backward(da: ArrayLike, z: ArrayLike) -> Array:
    """Scale delta by the slope: ``delta = da * sigmoid(z) * sigmoid(-z)``.

    Parameters
    ----------
    da : ndarray
        Gradient of the loss with respect to the activation.
    z : ndarray of the same shape
        Pre-activation, as given to :func:`sigmoid`.

    Returns
    -------
    delta : ndarray like ``da``

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or the arrays do not hold real numbers.

    Notes
    -----
    Derived in the chapter ``mlp_deltas``. ``sigmoid(-z)`` is ``1 - a`` without the rounding.

    Examples
    --------
    >>> sigmoid_backward([4, 4], [0, 1000])
    array([1., 0.])
    """
    da, z = _alike(da, z)
    return da * sigmoid(z) * sigmoid(-z)


def tanh(z: ArrayLike) -> Array:
    """Squash every number into -1..1.

    Parameters
    ----------
    z : ndarray of any shape
        Pre-activation. Integers become float64; float32 stays float32.

    Returns
    -------
    a : ndarray like ``z``

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.

    Notes
    -----
    Used in the chapter ``relu``.

    Examples
    --------
    >>> tanh([-1000, 0, 1000])
    array([-1.,  0.,  1.])
    """
    return np.tanh(floats(z, "z"))


@forbid_during_check("gradient")
def tanh_backward(da: ArrayLike, z: ArrayLike) -> Array:
    """Scale delta by the slope: ``delta = da * (1 - tanh(z)**2)``.

    Parameters
    ----------
    da : ndarray
        Gradient of the loss with respect to the activation.
    z : ndarray of the same shape
        Pre-activation, as given to :func:`tanh`.

    Returns
    -------
    delta : ndarray like ``da``

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or the arrays do not hold real numbers.

    Notes
    -----
    Derived in the chapter ``relu``.

    Examples
    --------
    >>> tanh_backward([4, 4], [0, 1000])
    array([4., 0.])
    """
    da, z = _alike(da, z)
    return da * (1 - np.tanh(z) ** 2)


def _alike(da: ArrayLike, z: ArrayLike) -> tuple[Array, Array]:
    da, z = floats(da, "da"), floats(z, "z")
    same_shape(da, "da", z.shape, "z")
    return da, z
