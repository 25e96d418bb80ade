"""A network without its weights: which layers, built with which arguments, in plain JSON values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnlib.nn import activations
from cnnlib.nn.conv import Conv2d, ConvTranspose2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.network import Network
from cnnlib.nn.norm import BatchNorm, Dropout
from cnnlib.nn.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from cnnlib.nn.residual import Residual
from cnnlib.ops._check import whole

KNOWN = (
    Conv2d,
    MaxPool2d,
    AvgPool2d,
    GlobalAvgPool2d,
    Flatten,
    Dense,
    ConvTranspose2d,
    BatchNorm,
    Dropout,
    Residual,
    *activations.LAYERS.values(),
)
LAYERS: dict[str, type[Layer]] = {layer.__name__: layer for layer in KNOWN}
WITH_WEIGHTS = ("Conv2d", "ConvTranspose2d", "Dense")
FORMAT, VERSION = "cnnlib.nn.Network", 1
MOST_LAYERS, LARGE = 1000, 1 << 16


def describe(network: Network) -> dict[str, Any]:
    """Describe the layers in words and numbers, refusing those that `build` does not know."""
    layers = [_describe(layer, f"layers[{k}]") for k, layer in enumerate(network.layers)]
    return {"format": FORMAT, "version": VERSION, "layers": layers}


def _describe(layer: Layer, place: str) -> dict[str, Any]:
    if type(layer) not in KNOWN:
        raise TypeError(
            f"{place} is a {type(layer).__name__}, save knows {', '.join(LAYERS)}: "
            "store the parameters of other layers with numpy.savez"
        )
    if isinstance(layer, Residual):
        inside = [_describe(one, f"{place}.layers[{k}]") for k, one in enumerate(layer.layers)]
        return {"type": "Residual", "layers": inside}
    return {"type": type(layer).__name__, **layer.config}


def build_layers(description: dict[str, Any], room: int) -> Iterator[Layer]:
    """Build the layers of a description one by one; their weights are meant to be replaced.

    No number of a layer may be larger than what ``room`` stored numbers can need, so that a few
    words in a file cannot ask for gigabytes.
    """
    if description["format"] != FORMAT:
        raise ValueError(f"its format is {description['format']!r}, not {FORMAT!r}")
    if description["version"] != VERSION:
        raise ValueError(
            f"its version is {description['version']}, this cnnlib reads {VERSION}: update cnnlib"
        )
    if len(description["layers"]) > MOST_LAYERS:
        raise ValueError(f"it has {len(description['layers'])} layers, more than {MOST_LAYERS}")
    blank = _Blank(room)
    for config in description["layers"]:
        _bounded(config, max(room, LARGE))
        yield _build_layer(dict(config), blank)


class _Blank:
    """In place of a generator: weights that will be replaced, no more of them than are stored."""

    def __init__(self, room: int) -> None:
        self.room = room

    def standard_normal(self, shape: tuple[int, ...]) -> Array:
        """Return zeros."""
        self.spend(shape)
        return np.zeros(shape)

    def spend(self, shape: tuple[int, ...]) -> None:
        """Refuse what asks for more numbers than are stored."""
        self.room -= math.prod(shape)
        if self.room < 0:
            raise ValueError(f"its layers need an array of shape {shape}, more than it holds")


def _bounded(value: Any, most: float) -> None:
    """Refuse whole numbers that no stored network can need."""
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            _bounded(item, most)
        elif isinstance(item, int) and abs(item) > most:
            raise ValueError(f"it asks for a size of {item}, at most {most} fits its weights")


def _build_layer(config: dict[str, Any], blank: _Blank) -> Layer:
    """Build one layer from its name and arguments."""
    name = config.pop("type")
    if name not in LAYERS:
        raise ValueError(f"it has a layer {name!r}, this cnnlib knows {', '.join(LAYERS)}")
    if name == "Residual":
        return Residual(*(_build_layer(dict(inside), blank) for inside in config["layers"]))
    arguments = {key: _tuples(value) for key, value in config.items()}
    if name == "BatchNorm":
        blank.spend((4, whole(config["c"], "c", 1)))
    if name == "Dropout":
        arguments["rng"] = np.random.default_rng()
    if name in WITH_WEIGHTS:
        arguments["rng"] = blank
    return LAYERS[name](**arguments)


def _tuples(value: Any) -> Any:
    """JSON has lists only; the arguments were tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
