"""A network without its weights: which layers, built with which arguments, in plain JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlib.nn.activations import ReLU, Sigmoid, Tanh
from cnnlib.nn.conv import Conv2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Layer
from cnnlib.nn.network import Network
from cnnlib.nn.pool import AvgPool2d, MaxPool2d

KNOWN = (Conv2d, MaxPool2d, AvgPool2d, ReLU, Sigmoid, Tanh, Flatten, Dense)
LAYERS: dict[str, type[Layer]] = {layer.__name__: layer for layer in KNOWN}
WITH_WEIGHTS = ("Conv2d", "Dense")
FORMAT, VERSION = "cnnlib.nn.Network", 1


def describe(network: Network) -> dict[str, Any]:
    """Describe the layers in words and numbers, refusing those that `build` does not know."""
    for position, layer in enumerate(network.layers):
        if type(layer) not in KNOWN:
            raise TypeError(
                f"layers[{position}] is a {type(layer).__name__}, save knows {', '.join(LAYERS)}: "
                "store the parameters of other layers with numpy.savez"
            )
    layers = [{"type": type(layer).__name__, **layer.config} for layer in network.layers]
    return {"format": FORMAT, "version": VERSION, "layers": layers}


def build(description: dict[str, Any]) -> Network:
    """Build the layers of a description; their weights are random and meant to be replaced."""
    if description["format"] != FORMAT:
        raise ValueError(f"its format is {description['format']!r}, not {FORMAT!r}")
    if description["version"] != VERSION:
        raise ValueError(
            f"its version is {description['version']}, this cnnlib reads {VERSION}: update cnnlib"
        )
    return Network(_build_layer(dict(config)) for config in description["layers"])


def _build_layer(config: dict[str, Any]) -> Layer:
    """Build one layer from its name and arguments."""
    name = config.pop("type")
    if name not in LAYERS:
        raise ValueError(f"it has a layer {name!r}, this cnnlib knows {', '.join(LAYERS)}")
    arguments = {key: _tuples(value) for key, value in config.items()}
    if name in WITH_WEIGHTS:
        arguments["rng"] = np.random.default_rng(0)
    return LAYERS[name](**arguments)


def _tuples(value: Any) -> Any:
    """JSON has lists only; the arguments were tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
