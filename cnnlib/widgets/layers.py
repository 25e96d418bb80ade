"""A network taken apart into the rules that a page can run, one for each layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlib import nn
from cnnlib.nn.layer import Array
from cnnlib.trace import (
    Trace,
    trace_avg_pool2d,
    trace_conv2d,
    trace_dense,
    trace_flatten,
    trace_max_pool2d,
    trace_relu,
)
from cnnlib.trace.serialization import plain, to_dict

Pack = Callable[[str, Array], dict[str, Any]]


def spelt(name: str, values: Array) -> dict[str, Any]:
    """Return an array of weights as numbers, whatever its name."""
    return {"shape": list(values.shape), "data": plain(values)}


def layer_rules(network: nn.Network, x: Array, pack: Pack = spelt) -> list[dict[str, Any]]:
    """Return every layer as the rule that a page runs, with its packed weights and its shapes.

    Parameters
    ----------
    network : Network
        Of Conv2d, ReLU, MaxPool2d, AvgPool2d, Flatten and Dense layers.
    x : ndarray of shape (1, H, W, C)
        An image, for the shapes.
    pack : callable, optional
        Takes the name of an array and the array, returns what a page reads it from.

    Raises
    ------
    ValueError
        If a layer cannot be shown.
    """
    outputs = network.forward_all(x)
    number = 0
    steps = []
    for layer, value, after in zip(network.layers, outputs, outputs[1:], strict=False):
        number += bool(layer.params)
        trace, symbol = spelt_out(layer, value)
        steps.append(
            {
                "name": f"{symbol}{number}, {type(layer).__name__}",
                "reads": next(iter(trace.operands)),  # the first operand is the layer's input
                "rule": to_dict(trace)["rule"],
                "weights": {name: pack(name, w) for name, w in layer.params.items()},
                "input": list(value.shape),
                "shape": list(after.shape),
            }
        )
    return steps


def spelt_out(layer: nn.Layer, x: Array) -> tuple[Trace, str]:
    """Return the trace of one layer at work, and the symbol of its result."""
    if isinstance(layer, nn.Conv2d):
        return trace_conv2d(x, layer.params["w"], layer.params["b"], **layer.geometry), "z"
    if isinstance(layer, nn.Dense):
        return trace_dense(x, layer.params["w"], layer.params["b"]), "z"
    if isinstance(layer, nn.ReLU):
        return trace_relu(x), "a"
    if isinstance(layer, nn.Flatten):
        return trace_flatten(x), "flat"
    if isinstance(layer, nn.MaxPool2d):
        return trace_max_pool2d(x, **layer.config), "pool"
    if isinstance(layer, nn.AvgPool2d):
        return trace_avg_pool2d(x, **layer.config), "pool"
    raise ValueError(f"a {type(layer).__name__} layer cannot be shown: leave it out of the network")
