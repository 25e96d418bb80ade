"""Activations as layers: the same function for every number, nothing to learn."""

from __future__ import annotations

from cnnlib.nn.layer import Array, Layer
from cnnlib.ops import relu, relu_backward, sigmoid, sigmoid_backward, tanh, tanh_backward


class ReLU(Layer):
    """Let positive numbers pass, replace the others by 0.

    Examples
    --------
    >>> import numpy as np
    >>> layer = ReLU()
    >>> layer.forward(np.array([[-2.0, 3.0]]))
    array([[0., 3.]])
    >>> layer.backward(np.array([[5.0, 7.0]]))
    array([[0., 7.]])
    """

    def forward(self, z: Array) -> Array:
        """Return a, shaped like z."""
        self.z = z
        return relu(z)

    def backward(self, da: Array) -> Array:
        """Return delta: da where z was positive, 0 elsewhere."""
        return relu_backward(da, self.z)


class Sigmoid(Layer):
    """Squeeze every number into 0..1.

    Examples
    --------
    >>> import numpy as np
    >>> Sigmoid().forward(np.array([[0.0]]))
    array([[0.5]])
    """

    def forward(self, z: Array) -> Array:
        """Return a, shaped like z."""
        self.z = z
        return sigmoid(z)

    def backward(self, da: Array) -> Array:
        """Return delta = da times the slope of the sigmoid at z."""
        return sigmoid_backward(da, self.z)


class Tanh(Layer):
    """Squeeze every number into -1..1.

    Examples
    --------
    >>> import numpy as np
    >>> Tanh().forward(np.array([[0.0]]))
    array([[0.]])
    """

    def forward(self, z: Array) -> Array:
        """Return a, shaped like z."""
        self.z = z
        return tanh(z)

    def backward(self, da: Array) -> Array:
        """Return delta = da times the slope of tanh at z."""
        return tanh_backward(da, self.z)
