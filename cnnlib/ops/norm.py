"""Batch normalization: every channel shifted to mean 0 and scaled to variance 1, then set anew."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, ieee, same_shape
from cnnlib.ops._forbidden import forbid_during_check


class BatchNormGrads(NamedTuple):
    """Gradients of the loss with respect to the arguments of :func:`batch_norm`."""

    dx: Array
    dgamma: Array
    dbeta: Array


@ieee
def batch_norm(x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, *, eps: float = 1e-5) -> Array:
    """Normalize every channel over the batch, then scale by gamma and shift by beta.

    Parameters
    ----------
    x : ndarray of shape (N, …, C)
        A batch of images (N, H, W, C) or of rows (N, C); all axes but the last are averaged over.
    gamma, beta : ndarray of shape (C,)
        Scale and shift of each channel, which are learned.
    eps : float, default 1e-5
        Is added to the variance, so that a constant channel is not divided by 0.

    Returns
    -------
    z : ndarray like ``x``
        ``gamma * (x - mean) / sqrt(variance + eps) + beta``, with the mean and the (biased)
        variance of this batch.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, ``eps`` is not positive, or an array does not hold real numbers.

    Notes
    -----
    Ioffe and Szegedy 2015, arXiv:1502.03167. In use, :class:`cnnlib.nn.BatchNorm` takes running
    averages instead of the batch's own.

    Examples
    --------
    >>> batch_norm([[1, 10], [3, 30]], [1, 1], [0, 100]).round(3)
    array([[ -1.,  99.],
           [  1., 101.]])
    """
    x, gamma, beta = _read(x, gamma, beta)
    mean, variance = moments(x)
    return gamma * _normalized(x, mean, variance, as_positive(eps)) + beta


@forbid_during_check("gradient")
@ieee
def batch_norm_backward(
    delta: ArrayLike, x: ArrayLike, gamma: ArrayLike, *, eps: float = 1e-5
) -> BatchNormGrads:
    """Carry delta back through the normalization, whose mean and variance moved with x too.

    Parameters
    ----------
    delta : ndarray like ``x``
        Gradient of the loss with respect to the result.
    x, gamma, eps
        As given to :func:`batch_norm`.

    Returns
    -------
    BatchNormGrads
        ``dx``, ``dgamma``, ``dbeta``.

    Raises
    ------
    ValueError, TypeError
        As :func:`batch_norm` does, or if ``delta`` is not shaped like ``x``.

    Notes
    -----
    With h the normalized x and means taken over all axes but the last:
    ``dx = gamma / sqrt(variance + eps) * (delta - mean(delta) - h * mean(delta * h))``. The two
    means taken off are what reaches x through the mean and through the variance of the batch.

    Examples
    --------
    >>> grads = batch_norm_backward([[1.0], [0.0]], [[1.0], [3.0]], [2.0])
    >>> grads.dgamma.round(3), grads.dbeta
    (array([-1.]), array([1.]))
    >>> bool(abs(grads.dx).max() < 1e-4)  # two numbers are always moved to -1 and 1
    True
    """
    x, gamma, _ = _read(x, gamma, gamma)
    delta = floats(delta, "delta")
    same_shape(delta, "delta", x.shape, "x")
    mean, variance = moments(x)
    eps = as_positive(eps)
    h, axes = _normalized(x, mean, variance, eps), tuple(range(x.ndim - 1))
    dgamma, dbeta = (delta * h).sum(axis=axes), delta.sum(axis=axes)
    count = max(x.size // max(x.shape[-1], 1), 1)
    dx = gamma / np.sqrt(variance + eps) * (delta - dbeta / count - h * (dgamma / count))
    return BatchNormGrads(dx, dgamma, dbeta)


def moments(x: Array) -> tuple[Array, Array]:
    """Return mean and biased variance of every channel; of an empty batch, 0 and 0."""
    axes, count = tuple(range(x.ndim - 1)), max(x.size // max(x.shape[-1], 1), 1)
    mean = x.sum(axis=axes) / count
    return mean, ((x - mean) ** 2).sum(axis=axes) / count


def _normalized(x: Array, mean: Array, variance: Array, eps: float) -> Array:
    return np.asarray((x - mean) / np.sqrt(variance + eps))


def _read(x: ArrayLike, gamma: ArrayLike, beta: ArrayLike) -> tuple[Array, Array, Array]:
    x, gamma, beta = floats(x, "x"), floats(gamma, "gamma"), floats(beta, "beta")
    if x.ndim < 2:
        raise ValueError(
            f"x must have a batch axis and a channel axis, got shape {x.shape}: reshape it"
        )
    for values, name in ((gamma, "gamma"), (beta, "beta")):
        if values.shape != x.shape[-1:]:
            raise ValueError(
                f"{name} has shape {values.shape}, but x has {x.shape[-1]} channels in shape "
                f"{x.shape}: give one number for each channel"
            )
    return x, gamma, beta


def as_positive(eps: Any) -> float:
    """Return ``eps`` as a positive number."""
    if not isinstance(eps, int | float | np.floating) or isinstance(eps, bool):
        raise TypeError(f"eps must be a number, got {eps!r}")
    if not 0 < eps < float("inf"):
        raise ValueError(f"eps must be positive and finite, got {eps}: 1e-5 is usual")
    return float(eps)
