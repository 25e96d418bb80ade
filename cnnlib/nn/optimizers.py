"""How to step: from gradients to better parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from cnnlib.nn.layer import Array
from cnnlib.nn.network import Parameter


class Optimizer(Protocol):
    """What `train` needs: a learning rate it may lower, and a step."""

    lr: float

    def step(self, parameters: Iterable[Parameter]) -> None:
        """Change every value in place."""


class SGD:
    """Step downhill; with momentum, keep rolling.

    ``v = momentum v + grad`` and ``value -= lr v``, PyTorch's form, in which the velocity does not
    change when the learning rate does.

    Parameters
    ----------
    lr : float
        Learning rate, positive.
    momentum : float
        Share of the velocity kept from step to step, from 0 (none) to below 1.

    Raises
    ------
    ValueError
        If `lr` or `momentum` is out of range, or `step` meets arrays of another network.

    Examples
    --------
    >>> value, grad = np.array([1.0, 2.0]), np.array([10.0, -10.0])
    >>> SGD(lr=0.1).step([Parameter("w", value, grad)])
    >>> value
    array([0., 3.])
    """

    def __init__(self, lr: float, momentum: float = 0.0) -> None:
        self.lr = _positive(lr, "lr")
        self.momentum = _fraction(momentum, "momentum")
        self._velocity: dict[str, Array] = {}

    def step(self, parameters: Iterable[Parameter]) -> None:
        """Change every value in place."""
        for name, value, grad in parameters:
            if not self.momentum:
                value -= float(self.lr) * grad
                continue
            velocity = _state(self._velocity, name, value)
            velocity *= self.momentum
            velocity += grad
            value -= float(self.lr) * velocity

    def __repr__(self) -> str:
        """Show the settings."""
        return f"SGD(lr={self.lr}, momentum={self.momentum})"


class Adam:
    """Step by the mean gradient over its typical size, so that every parameter moves alike.

    Running means of the gradient and of its square, each divided by what the start from zero took
    away (Kingma and Ba 2015).

    Parameters
    ----------
    lr : float
        Learning rate, positive: about the length of a step in every parameter.
    betas : (float, float)
        Memory of the two means, from 0 to below 1.
    eps : float
        Keeps the division finite, positive.

    Raises
    ------
    ValueError
        If a setting is out of range, or `step` meets arrays of another network.

    Examples
    --------
    >>> value, grad = np.array([1.0, 2.0]), np.array([10.0, -0.1])
    >>> Adam(lr=0.5).step([Parameter("w", value, grad)])
    >>> value.round(6)
    array([0.5, 2.5])
    """

    def __init__(
        self, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        self.lr = _positive(lr, "lr")
        self.betas = _fraction(betas[0], "betas[0]"), _fraction(betas[1], "betas[1]")
        self.eps = _positive(eps, "eps")
        self._mean: dict[str, Array] = {}
        self._square: dict[str, Array] = {}
        self._steps = 0

    def step(self, parameters: Iterable[Parameter]) -> None:
        """Change every value in place."""
        self._steps += 1
        keep, keep_square = self.betas
        start, start_square = 1 - keep**self._steps, 1 - keep_square**self._steps
        for name, value, grad in parameters:
            mean, square = _state(self._mean, name, value), _state(self._square, name, value)
            mean += (1 - keep) * (grad - mean)
            square += (1 - keep_square) * (np.square(grad) - square)
            size = np.sqrt(square / start_square)
            size += self.eps
            value -= float(self.lr) / start * mean / size

    def __repr__(self) -> str:
        """Show the settings."""
        return f"Adam(lr={self.lr}, betas={self.betas}, eps={self.eps})"


def _state(memory: dict[str, Array], name: str, value: Array) -> Array:
    """Return what is remembered about a parameter, zeros at first."""
    state = memory.get(name)
    if state is None:
        state = memory[name] = np.zeros_like(value)
    if state.shape != value.shape:
        raise ValueError(
            f"parameter {name} has shape {value.shape}, the optimizer remembers {state.shape}: "
            "make a new optimizer for each network"
        )
    return state


def _positive(value: float, name: str) -> float:
    if not (np.isfinite(value) and value > 0):
        raise ValueError(
            f"{name} must be positive and finite, got {value}: choose for example 1e-3"
        )
    return value


def _fraction(value: float, name: str) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value}: choose 0.9")
    return value
