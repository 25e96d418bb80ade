"""A network: layers in a row. Forwards is a loop, backwards the same loop reversed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from cnnlib.nn.history import History
from cnnlib.nn.layer import Array, Layer
from cnnlib.ops import softmax


class Parameter(NamedTuple):
    """One learned array with its gradient.

    Attributes
    ----------
    name : str
        Position of the layer and name of the array, such as ``"0.w"``.
    value : ndarray
        The array itself: changing it in place changes the network.
    grad : ndarray
        Gradient of the loss from the latest `backward`, shaped like `value`.
    """

    name: str
    value: Array
    grad: Array


class Network:
    """Layers applied one after the other.

    The last layer returns logits; softmax belongs to the loss (`cnnlib.softmax_cross_entropy`).

    Parameters
    ----------
    layers : iterable of Layer
        In the order of the forward pass.

    Attributes
    ----------
    history : History or None
        What happened in the latest training, also where that was interrupted.

    Raises
    ------
    TypeError
        If an element of `layers` is no layer.

    Examples
    --------
    >>> from cnnlib.nn import Conv2d, Dense, Flatten, ReLU
    >>> rng = np.random.default_rng(0)
    >>> network = Network([Conv2d(1, 4, 3, rng=rng), ReLU(), Flatten(), Dense(64, 10, rng=rng)])
    >>> logits = network.forward(np.ones((5, 6, 6, 1)))
    >>> logits.shape, network.backward(logits).shape
    ((5, 10), (5, 6, 6, 1))
    >>> [parameter.name for parameter in network.parameters()]
    ['0.w', '0.b', '3.w', '3.b']
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers = list(layers)
        self.history: History | None = None
        for position, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"layers[{position}] must be a Layer, got {layer!r}: build it first, for "
                    "example ReLU()"
                )

    def forward(self, x: Array) -> Array:
        """Return the logits (N, K) of the images x (N, H, W, C)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, delta: Array) -> Array:
        """Store all gradients, given dL/dlogits of the latest `forward`; return dL/dx."""
        for layer in reversed(self.layers):
            delta = layer.backward(delta)
        return delta

    def backward_to_params(self, delta: Array) -> None:
        """Store all gradients as `backward` does, without dL/dx: all that a training asks for."""
        if self.layers:
            first, *others = self.layers
            for layer in reversed(others):
                delta = layer.backward(delta)
            first.backward_to_params(delta)

    def forward_all(self, x: Array) -> list[Array]:
        """Return x and the output of every layer, in order: one more array than layers."""
        outputs = [x]
        for layer in self.layers:
            outputs.append(layer.forward(outputs[-1]))
        return outputs

    def backward_all(self, delta: Array) -> list[Array]:
        """Return dL/d(output) for each array of `forward_all`, in the same order."""
        gradients = [delta]
        for layer in reversed(self.layers):
            gradients.append(layer.backward(gradients[-1]))
        return gradients[::-1]

    def parameters(self) -> list[Parameter]:
        """Return every learned array with its name and gradient."""
        return [
            Parameter(f"{position}.{name}", value, layer.grads[name])
            for position, layer in enumerate(self.layers)
            for name, value in layer.params.items()
        ]

    @property
    def dtype(self) -> np.dtype[Any]:
        """In which precision the parameters are kept; float64 where there are none."""
        values = [parameter.value for parameter in self.parameters()]
        return np.result_type(*values) if values else np.dtype(np.float64)

    def astype(self, dtype: Any) -> Network:
        """Keep all arrays in another precision from now on; return the network.

        Training in float32 takes half the time of float64. Derivations and gradient checks want
        float64, in which a network is built.

        Parameters
        ----------
        dtype : float type
            Such as ``np.float32`` or ``"float64"``.

        Raises
        ------
        TypeError
            If `dtype` is no float type.

        Examples
        --------
        >>> from cnnlib.nn import Dense
        >>> network = Network([Dense(2, 3, rng=np.random.default_rng(0))]).astype(np.float32)
        >>> network.forward(np.ones((1, 2), np.float32)).dtype
        dtype('float32')
        """
        wanted = np.dtype(dtype)
        if wanted.kind != "f":
            raise TypeError(f"dtype must be a float type such as numpy.float32, got {wanted}")
        for layer in self.layers:
            for kind in ("params", "grads", "buffers"):
                arrays: dict[str, Array] = getattr(layer, kind)
                setattr(layer, kind, {name: a.astype(wanted) for name, a in arrays.items()})
        return self

    def buffers(self) -> dict[str, Array]:
        """Return every array that is kept but not learned, named like the parameters."""
        return {
            f"{position}.{name}": value
            for position, layer in enumerate(self.layers)
            for name, value in layer.buffers.items()
        }

    def train_mode(self) -> Network:
        """Let layers behave as in training, as they do when built; return the network.

        Batch normalization uses the mean and variance of the batch and remembers them, dropout
        silences cells. All other layers are the same in both modes.
        """
        return self._set_training([True] * len(self.layers))

    def eval_mode(self) -> Network:
        """Let layers behave as in use: each image for itself, and nothing random."""
        return self._set_training([False] * len(self.layers))

    def _set_training(self, modes: list[bool]) -> Network:
        for layer, training in zip(self.layers, modes, strict=True):
            layer.set_training(training)
        return self

    @contextmanager
    def evaluating(self) -> Iterator[Network]:
        """Be in evaluation mode until the block ends, then as before."""
        modes = [layer.training for layer in self.layers]
        try:
            yield self.eval_mode()
        finally:
            self._set_training(modes)

    def predict(self, x: Array, *, batch_size: int = 500) -> Array:
        """Return probabilities (N, K); ``.argmax(axis=1)`` is the answer.

        Works through `x` in batches, so that large sets need little memory, in evaluation mode.
        """
        with self.evaluating():
            logits = [self.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
            return softmax(np.concatenate(logits) if logits else self.forward(x))

    def summary(self, *input_shape: int) -> str:
        """Return a table of layers, output shapes and parameter counts.

        Parameters
        ----------
        *input_shape : int
            Shape of one image: ``network.summary(8, 8, 1)``.

        Returns
        -------
        str

        Examples
        --------
        >>> from cnnlib.nn import Dense, Flatten
        >>> network = Network([Flatten(), Dense(64, 10, rng=np.random.default_rng(0))])
        >>> print(network.summary(8, 8, 1))
        layer    output     parameters
        input    (8, 8, 1)           0
        Flatten  (64,)               0
        Dense    (10,)             650
        total                      650
        """
        with self.evaluating():
            shapes = [a.shape[1:] for a in self.forward_all(np.zeros((0, *input_shape)))]
        names = ["input", *(type(layer).__name__ for layer in self.layers)]
        counts = [0, *(sum(p.size for p in layer.params.values()) for layer in self.layers)]
        rows = list(zip(names, map(str, shapes), map(str, counts), strict=True))
        return _table([("layer", "output", "parameters"), *rows, ("total", "", f"{sum(counts)}")])

    def __repr__(self) -> str:
        """Show one layer per line."""
        lines = (f"    {position}: {layer!r}\n" for position, layer in enumerate(self.layers))
        return f"Network(\n{''.join(lines)})"


def _table(rows: list[Any]) -> str:
    """Align two columns of words to the left and one of numbers to the right."""
    a, b, c = (max(len(row[i]) for row in rows) for i in range(3))
    return "\n".join(f"{x:<{a}}  {y:<{b}}  {z:>{c}}" for x, y, z in rows)
