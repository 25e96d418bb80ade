"""Activations as layers: the same function for every number, nothing to learn.

There is a layer for each entry of ``cnnlib.ops._activation.ACTIVATIONS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnnlib import ops
from cnnlib.nn.layer import Array, Layer
from cnnlib.ops._activation import ACTIVATIONS, Activation


class ActivationLayer(Layer):
    """Apply an activation to every number, and scale every delta by the slope there."""

    activation: ClassVar[Activation]

    def __init__(self, *args: float, **options: float) -> None:
        given = dict(zip(self.activation.options, args, strict=False)) | options
        super().__init__(dict(self.activation.read(given)))

    def forward(self, z: Array) -> Array:
        """Return a, shaped like z."""
        self.z = z
        return getattr(ops, self.activation.name)(z, **self.config)

    def backward(self, da: Array) -> Array:
        """Return delta = da times the slope at z."""
        return getattr(ops, f"{self.activation.name}_backward")(da, self.z, **self.config)


_TEXT = """{says}

    Examples
    --------
    >>> import numpy as np
    >>> from cnnlib import {name}_backward, nn
    >>> layer, z, da = nn.{layer}(), np.array([[-2.0, 3.0]]), np.array([[5.0, 7.0]])
    >>> a = layer.forward(z)
    >>> bool((layer.backward(da) == {name}_backward(da, z)).all())
    True
    """


def _layer(activation: Activation) -> type[ActivationLayer]:
    text = _TEXT.format(says=activation.says, name=activation.name, layer=activation.layer)
    names = {"activation": activation, "__doc__": text, "__module__": __name__}
    return type(activation.layer, (ActivationLayer,), names)


LAYERS: dict[str, type[ActivationLayer]] = {a.layer: _layer(a) for a in ACTIVATIONS.values()}
globals().update(LAYERS)
__all__ = ["ActivationLayer", *LAYERS]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
