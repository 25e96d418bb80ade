"""What every layer is: a forward rule, a backward rule, and the arrays it may learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Layer:
    """Base of all layers.

    A layer remembers what its backward rule will need when `forward` runs, so `backward` always
    belongs to the latest `forward`.

    Parameters
    ----------
    config : dict
        Arguments that would build the same layer again; `save` writes them as JSON.
    params : dict of str to ndarray
        The arrays to learn, by name. Optimizers change them in place.

    Attributes
    ----------
    params : dict of str to ndarray
        Such as ``{"w": ..., "b": ...}``; empty for layers with nothing to learn.
    grads : dict of str to ndarray
        Gradient of the loss with respect to each of `params`, zero before the first `backward`.
    buffers : dict of str to ndarray
        Arrays that are kept and saved like `params`, but not learned: running averages.
    training : bool
        Whether `forward` behaves as in training; see `Network.train_mode`.
    """

    params: dict[str, Array]
    grads: dict[str, Array]
    buffers: dict[str, Array]

    def __init__(
        self,
        config: dict[str, Any] | None = None,
        params: dict[str, Array] | None = None,
        buffers: dict[str, Array] | None = None,
    ) -> None:
        self.config = config or {}
        self.params = params or {}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}
        self.buffers = buffers or {}
        self.training = True

    def forward(self, x: Array) -> Array:
        """Compute the output and remember what `backward` needs."""
        raise NotImplementedError

    def backward(self, delta: Array) -> Array:
        """Store the gradients of `params` in `grads`, return the gradient of the input."""
        raise NotImplementedError

    def backward_to_params(self, delta: Array) -> None:
        """Store the gradients of `params` alone: nobody asks the first layer for more."""
        self.backward(delta)

    def set_training(self, training: bool) -> None:
        """Choose between training and use."""
        self.training = training

    def __repr__(self) -> str:
        """Show the arguments, then the shapes of the parameters."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.config.items())
        shapes = ", ".join(f"{name} {value.shape}" for name, value in self.params.items())
        return f"{type(self).__name__}({arguments})" + (f": {shapes}" if shapes else "")


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw weights that keep the size of activations through ReLU.

    Each output is a sum of `fan_in` products (all axes but the last), half of them silenced by
    ReLU, so a variance of 2 / fan_in passes on the variance of the input (He et al. 2015).

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights; the last axis counts the outputs.
    rng : numpy.random.Generator
        Draws the numbers.

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> w = he_normal((5, 5, 8, 200), np.random.default_rng(0))
    >>> round(float(w.var() * 5 * 5 * 8), 1)
    2.0
    """
    fan_in = int(np.prod(shape[:-1]))
    return rng.standard_normal(shape) * np.sqrt(2.0 / max(fan_in, 1))
