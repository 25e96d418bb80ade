"""Automatic differentiation in a hundred lines: every array remembers how it was made.

A :class:`Tensor` is a value, the tensors it was made from, and for each of these a function that
carries a delta back to it: the vector–Jacobian product. ``backward`` walks from the last tensor to
the first, each after all that read it, and where one was read twice its deltas add up. That is the
whole engine; what an operation is, stands in its own line or two below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops._forbidden import forbid_during_check

Array = np.ndarray[Any, Any]
Back = Callable[[Array], Array]


class Tensor:
    """An array that knows where it comes from.

    Parameters
    ----------
    value : array_like
        The numbers, as float64.
    *made_from : (Tensor, callable)
        Each tensor that was read, with the function from a delta of this one to a delta of that.

    Attributes
    ----------
    value, grad : ndarray
        The numbers; and the sum of all deltas that have arrived, of the same shape.

    Examples
    --------
    >>> w = Tensor([3.0])
    >>> loss = (w * w + w).sum()  # w is read three times
    >>> loss.backward()
    >>> w.grad
    array([7.])
    """

    __array_ufunc__ = None  # numpy's arrays leave + and * to the methods below

    def __init__(self, value: ArrayLike, *made_from: tuple[Tensor, Back]) -> None:
        self.value: Array = np.array(value, float)
        self.grad: Array = np.zeros_like(self.value)
        self.made_from = made_from

    @forbid_during_check("gradient")
    def backward(self, delta: ArrayLike = 1.0) -> None:
        """Add to every ``grad`` what a delta here means there; of a loss, delta is 1."""
        if np.shape(delta) != self.value.shape:
            raise ValueError(
                f"delta has shape {np.shape(delta)}, this tensor {self.value.shape}: give one "
                "number per cell, or call backward of a loss, which is a single number"
            )
        deltas = {id(self): np.asarray(delta, float)}
        for tensor in reversed(self._in_order()):
            arrived = deltas.pop(id(tensor))
            tensor.grad = tensor.grad + arrived
            for other, back in tensor.made_from:
                deltas[id(other)] = deltas.get(id(other), 0) + back(arrived)

    def _in_order(self) -> list[Tensor]:
        """Return all tensors behind this one, each after those it was made from."""
        order: list[Tensor] = []
        seen: set[int] = set()
        waiting = [(self, False)]
        while waiting:
            tensor, done = waiting.pop()
            if done:
                order.append(tensor)
            elif id(tensor) not in seen:
                seen.add(id(tensor))
                waiting += [(tensor, True), *((other, False) for other, _ in tensor.made_from)]
        return order

    def __add__(self, other: Any) -> Tensor:
        """Add: a delta goes to both."""
        b = _tensor(other)
        return Tensor(self.value + b.value, (self, _like(self)), (b, _like(b)))

    def __mul__(self, other: Any) -> Tensor:
        """Multiply cell by cell: each delta is scaled by the other factor."""
        a, b = self, _tensor(other)
        to_a, to_b = _like(a), _like(b)
        backs = (a, lambda d: to_a(d * b.value)), (b, lambda d: to_b(d * a.value))
        return Tensor(a.value * b.value, *backs)

    def __matmul__(self, w: Tensor) -> Tensor:
        """Multiply the rows (…, M) with a matrix (M, K)."""
        x, flat = self, (-1, self.value.shape[-1])
        return Tensor(
            x.value @ w.value,
            (x, lambda d: d @ w.value.T),
            (w, lambda d: x.value.reshape(flat).T @ d.reshape(-1, d.shape[-1])),
        )

    def __neg__(self) -> Tensor:
        """Return the negative."""
        return self * -1.0

    def __sub__(self, other: Any) -> Tensor:
        """Subtract."""
        return self + -_tensor(other)

    def __rsub__(self, other: Any) -> Tensor:
        """Subtract this from a number or an array."""
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Tensor:
        """Return e to the power of every number."""
        a = np.exp(self.value)
        return Tensor(a, (self, lambda d: d * a))

    def log(self) -> Tensor:
        """Return the natural logarithm."""
        return Tensor(np.log(self.value), (self, lambda d: d / self.value))

    def relu(self) -> Tensor:
        """Return the positive numbers, 0 for the others."""
        return Tensor(np.maximum(self.value, 0), (self, lambda d: d * (self.value > 0)))

    def sum(self, axis: int | None = None) -> Tensor:
        """Add up all cells, or along one axis, which stays with length 1."""
        shape = self.value.shape
        total = self.value.sum(axis=axis, keepdims=axis is not None)
        return Tensor(total, (self, lambda d: np.broadcast_to(d, shape)))

    def max(self, axis: int) -> Tensor:
        """Return the largest along an axis, which goes; of equals the first is the winner."""
        at = np.expand_dims(self.value.argmax(axis), axis)

        def back(d: Array) -> Array:
            grad = np.zeros_like(self.value)
            np.put_along_axis(grad, at, np.expand_dims(d, axis), axis)
            return grad

        return Tensor(self.value.max(axis), (self, back))

    def reshape(self, *shape: int) -> Tensor:
        """Return the same cells in another shape."""
        before = self.value.shape
        return Tensor(self.value.reshape(shape), (self, lambda d: d.reshape(before)))


def im2col(x: Tensor, kernel_size: tuple[int, int], *, stride: int = 1, padding: int = 0) -> Tensor:
    """Lay every window of the images (N, H, W, C) out as a row: (N, OH, OW, KH * KW * C).

    A convolution is then ``im2col(x, …) @ w.reshape(KH * KW * C, C_out) + b``. Forwards a cell is
    copied into each window that sees it; backwards those copies add up, by scatter or by gather.
    """
    (kh, kw), p = kernel_size, padding
    frame = np.pad(x.value, ((0, 0), (p, p), (p, p), (0, 0)))
    rows = np.arange(0, frame.shape[1] - kh + 1, stride)[:, None, None, None]
    cols = np.arange(0, frame.shape[2] - kw + 1, stride)[None, :, None, None]
    at = (slice(None), rows + np.arange(kh)[:, None], cols + np.arange(kw))
    shape = (len(frame), rows.size, cols.size, kh * kw * frame.shape[3])

    def back(d: Array) -> Array:
        grad = np.zeros_like(frame)
        windows = d.reshape(*d.shape[:3], kh, kw, frame.shape[3])
        np.add.at(grad, at, windows)  # type: ignore[arg-type]
        return grad[:, p : grad.shape[1] - p, p : grad.shape[2] - p]

    return Tensor(frame[at].reshape(shape), (x, back))


def softmax_cross_entropy(z: Tensor, y: ArrayLike) -> Tensor:
    """Return the mean cross-entropy of logits (N, K) and labels (N, K), made of the steps above."""
    shifted = z - z.value.max(axis=1, keepdims=True)
    log_p = shifted - shifted.exp().sum(axis=1).log()
    return (log_p * y).sum() * (-1.0 / max(len(z.value), 1))


def _tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else Tensor(value)


def _like(tensor: Tensor) -> Back:
    """Return the way back through broadcasting: what was copied along an axis is added up there."""
    shape = tensor.value.shape

    def back(d: Array) -> Array:
        d = d.sum(axis=tuple(range(d.ndim - len(shape))))
        return d.sum(axis=tuple(k for k, n in enumerate(shape) if n == 1), keepdims=True)

    return back
