"""A residual block: what its layers compute is added to what went in."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlib.nn.layer import Array, Layer


class Residual(Layer):
    """Add the input to what the layers make of it: ``z = x + layers(x)``.

    Parameters
    ----------
    *layers : Layer
        Applied one after the other. They must keep the shape of their input.

    Raises
    ------
    TypeError
        If an argument is no layer.
    ValueError
        If there is none; in `forward`, if the layers change the shape.

    Notes
    -----
    Backwards the fork becomes a sum: delta goes through the layers and past them, and both arrive
    at x. He et al. 2015, arXiv:1512.03385.

    Examples
    --------
    >>> import numpy as np
    >>> from cnnlib.nn import Dense, ReLU
    >>> block = Residual(Dense(3, 3, rng=np.random.default_rng(0)), ReLU())
    >>> list(block.params)
    ['0.w', '0.b']
    >>> x = np.array([[-9.0, 0.0, 9.0]])
    >>> bool((block.forward(x) >= x).all())
    True
    """

    def __init__(self, *layers: Layer) -> None:
        if not layers:
            raise ValueError("Residual needs at least one layer")
        for position, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{position}] must be a Layer, got {layer!r}")
        self.layers = list(layers)
        super().__init__()

    def forward(self, x: Array) -> Array:
        """Return x plus what the layers make of it."""
        z = x
        for layer in self.layers:
            z = layer.forward(z)
        if z.shape != x.shape:
            raise ValueError(
                f"the layers of a Residual turn shape {x.shape} into {z.shape}: they must keep it, "
                'so pad convolutions with "same" and leave the channels as they are'
            )
        return x + z

    def backward(self, delta: Array) -> Array:
        """Store the gradients of the layers; return delta plus what came back through them."""
        through = delta
        for layer in reversed(self.layers):
            through = layer.backward(through)
        return delta + through

    def set_training(self, training: bool) -> None:
        """Choose between training and use, here and inside."""
        super().set_training(training)
        for layer in self.layers:
            layer.set_training(training)

    @property
    def params(self) -> dict[str, Array]:
        """The arrays of the layers, by position and name: ``"0.w"``."""
        return self._gathered("params")

    @params.setter
    def params(self, values: Mapping[str, Array]) -> None:
        self._handed_out("params", values)

    @property
    def grads(self) -> dict[str, Array]:
        """Their gradients, by the same names."""
        return self._gathered("grads")

    @grads.setter
    def grads(self, values: Mapping[str, Array]) -> None:
        self._handed_out("grads", values)

    @property
    def buffers(self) -> dict[str, Array]:
        """What they keep without learning it, by the same names."""
        return self._gathered("buffers")

    @buffers.setter
    def buffers(self, values: Mapping[str, Array]) -> None:
        self._handed_out("buffers", values)

    def _gathered(self, kind: str) -> dict[str, Array]:
        return {
            f"{position}.{name}": value
            for position, layer in enumerate(self.layers)
            for name, value in getattr(layer, kind).items()
        }

    def _handed_out(self, kind: str, values: Mapping[str, Array]) -> None:
        for position, layer in enumerate(self.layers):
            start = f"{position}."
            own = {
                name.removeprefix(start): value
                for name, value in values.items()
                if name.startswith(start)
            }
            if own:
                setattr(layer, kind, own)

    def __repr__(self) -> str:
        """Show the layers."""
        return f"Residual({', '.join(map(repr, self.layers))})"
