"""The dense layer: every output is connected with every input by a weight of its own."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from cnnlib.ops._check import Array, bias, floats, ieee, same_channels, same_shape
from cnnlib.ops._forbidden import forbid_during_check


class DenseGrads(NamedTuple):
    """Gradients of the loss, each shaped like the array it belongs to."""

    dx: Array
    dw: Array
    db: Array


@ieee
def dense(x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None) -> Array:
    """Weigh and sum all inputs: ``z = x @ w + b``.

    Parameters
    ----------
    x : ndarray of shape (N, M_in)
        Batch of feature vectors. Integers become float64; float32 stays float32.
    w : ndarray of shape (M_in, M_out)
        Weights.
    b : ndarray of shape (M_out,), optional
        One bias for each output.

    Returns
    -------
    z : ndarray of shape (N, M_out)

    Raises
    ------
    ValueError, TypeError
        If ranks or sizes do not fit together.

    Notes
    -----
    Introduced in the chapter ``mlp_deltas``.

    Examples
    --------
    >>> dense([[1, 2]], [[1, 0, 3], [0, 1, 4]], [10, 20, 30])
    array([[11., 22., 41.]])
    """
    x, w = floats(x, "x", "N M_in"), floats(w, "w", "M_in M_out")
    same_channels(x.shape, w)
    return x @ w if b is None else x @ w + bias(b, w)


@forbid_during_check("gradient")
@ieee
def dense_backward(delta: ArrayLike, x: ArrayLike, w: ArrayLike) -> DenseGrads:
    """Carry dL/dz back to the input, the weights and the bias of :func:`dense`.

    Parameters
    ----------
    delta : ndarray of shape (N, M_out)
        Gradient of the loss with respect to ``z``.
    x, w
        As given to :func:`dense`.

    Returns
    -------
    DenseGrads
        ``dx = delta @ w.T``, ``dw = x.T @ delta``, ``db`` = delta summed over the batch.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like ``z``, or as for :func:`dense`.

    Notes
    -----
    Derived in the chapters ``mlp_deltas`` and ``mlp_batches``; Nielsen, *Neural Networks and Deep
    Learning*, chapter 2, calls these BP2 to BP4. The batch is summed, never averaged: the loss has
    divided by N already.

    Examples
    --------
    >>> grads = dense_backward([[1, 10, 100]], [[2, 0]], [[1, 3, 5], [2, 4, 6]])
    >>> grads.dx
    array([[531., 642.]])
    >>> grads.dw
    array([[  2.,  20., 200.],
           [  0.,   0.,   0.]])
    """
    delta, x = floats(delta, "delta", "N M_out"), floats(x, "x", "N M_in")
    w = floats(w, "w", "M_in M_out")
    same_channels(x.shape, w)
    same_shape(delta, "delta", (len(x), w.shape[1]), "z")
    return DenseGrads(dx=delta @ w.T, dw=x.T @ delta, db=delta.sum(axis=0))
