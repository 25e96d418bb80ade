"""Layers that behave otherwise in training than in use: batch normalization and dropout."""

from __future__ import annotations

import numpy as np

from cnnlib.nn.layer import Array, Layer
from cnnlib.ops import batch_norm, batch_norm_backward, dropout, dropout_backward
from cnnlib.ops._check import whole
from cnnlib.ops.dropout import as_rate
from cnnlib.ops.norm import as_positive, moments


class BatchNorm(Layer):
    """Normalize every channel: over the batch in training, by running averages in use.

    Parameters
    ----------
    c : int
        Channels of the images (N, H, W, C), or columns of the rows (N, C).
    eps : float, default 1e-5
        Added to the variance.
    momentum : float, default 0.1
        Weight of the newest batch in the running averages.

    Raises
    ------
    ValueError, TypeError
        If `c` is no positive integer, `eps` not positive, `momentum` not from 0 to 1.

    Notes
    -----
    The running variance is the unbiased one (divided by n - 1), as in PyTorch. In use, the layer is
    one multiplication and one addition for each channel, which `backward` follows too.

    Examples
    --------
    >>> layer = BatchNorm(1)
    >>> layer.forward(np.array([[1.0], [3.0]])).round(2).ravel()
    array([-1.,  1.])
    >>> {name: value.round(2).tolist() for name, value in layer.buffers.items()}
    {'running_mean': [0.2], 'running_var': [1.1]}
    """

    def __init__(self, c: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        c, eps = whole(c, "c", 1), as_positive(eps)
        if not isinstance(momentum, int | float) or not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be a number from 0 to 1, got {momentum!r}")
        super().__init__(
            {"c": c, "eps": eps, "momentum": momentum},
            {"gamma": np.ones(c), "beta": np.zeros(c)},
            {"running_mean": np.zeros(c), "running_var": np.ones(c)},
        )

    def forward(self, x: Array) -> Array:
        """Return z, shaped like x; in training, remember this batch's mean and variance."""
        self.x, self.of_batch = x, self.training
        gamma, beta, eps = self.params["gamma"], self.params["beta"], self.config["eps"]
        if self.training:
            z = batch_norm(x, gamma, beta, eps=eps)
            self._remember(x)
            return z
        batch_norm(x[:0], gamma, beta, eps=eps)  # refuses what does not fit
        mean, deviation = self._running()
        return np.asarray((x - mean) * (gamma / deviation) + beta)

    def backward(self, delta: Array) -> Array:
        """Store dgamma and dbeta, return dx, for delta shaped like z."""
        if self.of_batch:
            gamma = self.params["gamma"]
            dx, dgamma, dbeta = batch_norm_backward(delta, self.x, gamma, eps=self.config["eps"])
        else:
            mean, deviation = self._running()
            h, axes = (self.x - mean) / deviation, tuple(range(delta.ndim - 1))
            dx = delta * (self.params["gamma"] / deviation)
            dgamma, dbeta = (delta * h).sum(axis=axes), delta.sum(axis=axes)
        self.grads = {"gamma": dgamma, "beta": dbeta}
        return dx

    def _running(self) -> tuple[Array, Array]:
        """Return the running mean and standard deviation, as precise as the parameters."""
        dtype = self.params["gamma"].dtype
        deviation = np.sqrt(self.buffers["running_var"] + self.config["eps"])
        return self.buffers["running_mean"].astype(dtype), deviation.astype(dtype)

    def _remember(self, x: Array) -> None:
        count = x.size // x.shape[-1]
        if count == 0:
            return
        mean, variance = moments(np.asarray(x))
        newest = {"running_mean": mean, "running_var": variance * (count / max(count - 1, 1))}
        for name, value in newest.items():
            self.buffers[name] += self.config["momentum"] * (value - self.buffers[name])


class Dropout(Layer):
    """Silence cells at random in training; in use, let everything pass.

    Parameters
    ----------
    rate : float
        Probability of falling silent, from 0 up to but not including 1.
    rng : numpy.random.Generator
        Draws who falls silent. It is not saved with the network: a loaded layer has a new one.

    Raises
    ------
    ValueError, TypeError
        If `rate` is not in this range.

    Examples
    --------
    >>> layer = Dropout(0.5, np.random.default_rng(1))
    >>> layer.forward(np.ones((1, 6)))
    array([[2., 2., 0., 2., 0., 0.]])
    >>> layer.set_training(False)
    >>> layer.forward(np.ones((1, 6)))
    array([[1., 1., 1., 1., 1., 1.]])
    """

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        super().__init__({"rate": as_rate(rate)})
        self.rng = rng

    def forward(self, x: Array) -> Array:
        """Return a, shaped like x."""
        if not self.training:
            self.mask = None
            return x.copy()
        a, self.mask = dropout(x, self.config["rate"], rng=self.rng)
        return a

    def backward(self, da: Array) -> Array:
        """Return dx: da where the cell was kept, as much louder as the cell was."""
        if self.mask is None:
            return da.copy()
        return dropout_backward(da, self.mask, self.config["rate"])
