"""Softmax and cross-entropy: from logits to probabilities to one number, and back in one step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, floats, ieee, same_shape
from cnnlib.ops._fast import exponentials
from cnnlib.ops._forbidden import forbid_during_check


@ieee
def softmax(z: ArrayLike) -> Array:
    """Turn logits into probabilities: ``p[n, j] = exp(z[n, j]) / sum over k of exp(z[n, k])``.

    Parameters
    ----------
    z : ndarray of shape (N, K)
        Logits, finite. Integers become float64; float32 stays float32.

    Returns
    -------
    p : ndarray of shape (N, K)
        Rows sum to 1.

    Raises
    ------
    ValueError, TypeError
        If ``z`` is not a finite (N, K) array of real numbers.

    Notes
    -----
    Derived in the chapter ``softmax``. Taking the largest logit off first changes nothing but
    keeps ``exp`` from overflowing.

    Examples
    --------
    >>> softmax([[0, np.log(2), np.log(5)], [1000, 0, -1000]])
    array([[0.125, 0.25 , 0.625],
           [1.   , 0.   , 0.   ]])
    """
    z = _logits(z)
    p = np.empty(z.shape, z.dtype)
    for rows, columns, _, total in exponentials(z):
        columns /= total
        p[rows] = columns.T
    return p


@ieee
def log_softmax(z: ArrayLike) -> Array:
    """Logarithm of :func:`softmax`, exact where the probability itself would round to 0.

    Parameters
    ----------
    z : ndarray of shape (N, K)
        Logits, finite.

    Returns
    -------
    ndarray of shape (N, K)
        ``z - log(sum(exp(z)))`` for each row.

    Raises
    ------
    ValueError, TypeError
        If ``z`` is not a finite (N, K) array of real numbers.

    Notes
    -----
    Derived in the chapter ``softmax_program`` as log-sum-exp.

    Examples
    --------
    >>> log_softmax([[0, -800, 0]])
    array([[-6.93147181e-01, -8.00693147e+02, -6.93147181e-01]])
    """
    z = _logits(z)
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(_row_sums(np.exp(shifted)))[:, None]


@ieee
def softmax_cross_entropy(z: ArrayLike, y: ArrayLike) -> float:
    """Mean over the batch of ``-sum over k of y[k] * log p[k]`` with ``p = softmax(z)``.

    Parameters
    ----------
    z : ndarray of shape (N, K)
        Logits, finite.
    y : ndarray of shape (N, K)
        Labels, one-hot or soft: no entry below 0, every row sums to 1.

    Returns
    -------
    loss : float
        0.0 for an empty batch.

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, a logit is not finite, or a row of labels does not sum to 1.

    Notes
    -----
    Derived in the chapter ``softmax``. This is the one place that divides by the batch size.

    Examples
    --------
    >>> round(softmax_cross_entropy([[0, np.log(2), np.log(5)]], [[0, 0, 1]]), 4)
    0.47
    """
    z, y = _logits_and_labels(z, y)
    losses, wanted = _row_sums(y), np.einsum("nk,nk->n", y, z)
    for rows, _, largest, total in exponentials(z):
        losses[rows] *= largest
        losses[rows] -= wanted[rows]  # before the small number is added, which would round away
        losses[rows] += np.log(total)
    return float(losses.sum() / max(len(z), 1)) + 0.0


@forbid_during_check("gradient")
@ieee
def softmax_cross_entropy_backward(z: ArrayLike, y: ArrayLike) -> Array:
    """Gradient for the logits, softmax and loss in one step: ``delta = (p - y) / N``.

    Parameters
    ----------
    z, y : ndarray of shape (N, K)
        As given to :func:`softmax_cross_entropy`.

    Returns
    -------
    delta : ndarray of shape (N, K)
        In the precision of ``z``; rows sum to 0.

    Raises
    ------
    ValueError, TypeError
        As for :func:`softmax_cross_entropy`.

    Notes
    -----
    Derived in the chapter ``softmax``. It needs rows of ``y`` that sum to 1: otherwise ``p`` would
    be multiplied by that sum.

    Examples
    --------
    >>> softmax_cross_entropy_backward([[0, np.log(2), np.log(5)]], [[0, 0, 1]])
    array([[ 0.125,  0.25 , -0.375]])
    """
    z, y = _logits_and_labels(z, y)
    delta = np.empty(z.shape, z.dtype)
    for rows, columns, _, total in exponentials(z):
        columns /= total
        delta[rows] = columns.T
        delta[rows] -= y[rows]
        delta[rows] /= len(z)
    return delta


def _row_sums(rows: Array) -> Array:
    return np.einsum("nk->n", rows)  # sum(axis=1) takes six times as long for short rows


def _logits(z: ArrayLike) -> Array:
    z = floats(z, "z", "N K")
    if not np.isfinite(z).all():
        cell = tuple(int(i) for i in np.argwhere(~np.isfinite(z))[0])
        raise ValueError(
            f"z must be finite, got {z[cell]} at {cell}: a smaller learning rate often helps"
        )
    return z


def _logits_and_labels(z: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    z, y = _logits(z), floats(y, "y")
    if y.ndim == 1:
        raise ValueError(
            f"y must be one-hot or soft labels of shape {z.shape}, got {y.shape}: turn class "
            "numbers into rows with np.eye(K)[y]"
        )
    same_shape(y, "y", z.shape, "z")
    _sums_to_one(y)
    return z, y.astype(z.dtype, copy=False)


def _sums_to_one(y: Array) -> None:
    sums, lowest = _row_sums(y), y.min(initial=0)
    if (abs(sums - 1) <= 1e-6).all() and lowest >= 0:
        return
    sums, lowest = y.sum(axis=1, dtype=float), y.min(axis=1, initial=0)
    wrong = ~((abs(sums - 1) <= 1e-6) & (lowest >= 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"y must have rows that sum to 1 without entries below 0, got row {row} with sum "
            f"{sums[row]:g} and lowest entry {lowest[row]:g}: divide each row by its sum"
        )
