"""The dense layer, and the flattening that leads from images to it."""

from __future__ import annotations

import numpy as np

from cnnlib.nn.layer import Array, Layer, he_normal
from cnnlib.ops import dense, dense_backward
from cnnlib.ops._check import whole


class Dense(Layer):
    """Connect every input to every output, each by a weight of its own.

    Parameters
    ----------
    m_in, m_out : int
        Numbers of inputs and outputs.
    rng : numpy.random.Generator
        Draws the weights; biases start at 0.

    Raises
    ------
    ValueError, TypeError
        If a size is not a positive integer.

    Examples
    --------
    >>> layer = Dense(128, 64, rng=np.random.default_rng(0))
    >>> layer.forward(np.zeros((5, 128))).shape
    (5, 64)
    """

    def __init__(self, m_in: int, m_out: int, *, rng: np.random.Generator) -> None:
        shape = whole(m_in, "m_in", 1), whole(m_out, "m_out", 1)
        config = {"m_in": shape[0], "m_out": shape[1]}
        super().__init__(config, {"w": he_normal(shape, rng), "b": np.zeros(m_out)})

    def forward(self, x: Array) -> Array:
        """Return z (N, M_out) for x (N, M_in)."""
        self.x = x
        return dense(x, self.params["w"], self.params["b"])

    def backward(self, delta: Array) -> Array:
        """Store dw and db, return dx, for delta shaped like z."""
        dx, dw, db = dense_backward(delta, self.x, self.params["w"])
        self.grads = {"w": dw, "b": db}
        return dx


class Flatten(Layer):
    """Lay the cells of each image out in one row: row by row, the channels of a pixel together.

    Examples
    --------
    >>> layer = Flatten()
    >>> layer.forward(np.zeros((5, 4, 3, 2))).shape
    (5, 24)
    >>> layer.backward(np.zeros((5, 24))).shape
    (5, 4, 3, 2)
    """

    def forward(self, x: Array) -> Array:
        """Return x as (N, M)."""
        self.shape = x.shape
        return x.reshape(len(x), int(np.prod(x.shape[1:])))

    def backward(self, delta: Array) -> Array:
        """Put every number back where it came from."""
        return delta.reshape(self.shape)
