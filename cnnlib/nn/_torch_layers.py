"""One layer of cnnlib as PyTorch modules, and one gradient of PyTorch back in cnnlib's layout."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cnnlib.nn.activations import ActivationLayer
from cnnlib.nn.conv import Conv2d, ConvTranspose2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.norm import BatchNorm, Dropout
from cnnlib.nn.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from cnnlib.nn.residual import Residual
from cnnlib.ops._window import Window


class Place(NamedTuple):
    """Where a layer stands.

    Attributes
    ----------
    channels : int
        By how many channels the rows of flattened images must be sorted; 1 sorts nothing.
    images : bool
        Whether images arrive there, or rows of numbers.
    """

    channels: int
    images: bool


def modules_for(layer: Layer, place: Place, torch: Any) -> list[Any]:
    """Return the PyTorch modules of one layer: one, or two where padding is one-sided."""
    if isinstance(layer, Conv2d):
        return _conv(layer, torch)
    if isinstance(layer, ConvTranspose2d):
        return [_conv_transpose(layer, torch)]
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return _pool(layer, torch)
    if isinstance(layer, GlobalAvgPool2d):
        return [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()]
    if isinstance(layer, Dense):
        linear = torch.nn.Linear(**_sizes(layer, "in_features", "out_features"))
        return [_filled(linear, layer, place.channels, torch)]
    if isinstance(layer, BatchNorm):
        return [_norm(layer, place, torch)]
    if isinstance(layer, Dropout):
        return [torch.nn.Dropout(layer.config["rate"])]
    if isinstance(layer, Residual):
        return [_residual(layer, place, torch)]
    if isinstance(layer, ActivationLayer):
        return [layer.activation.torch(torch.nn, **layer.config)]
    if isinstance(layer, Flatten):
        return [torch.nn.Flatten()]
    raise TypeError(f"{layer!r} is not a layer of cnnlib.nn: convert it by hand")


def to_layout(layer: Layer, w: Array, channels: int) -> Array:
    """Return weights with their axes in PyTorch's order."""
    if isinstance(layer, Conv2d | ConvTranspose2d):
        return w.transpose(3, 2, 0, 1)
    if w.ndim == 1:
        return w.reshape(-1, channels).T.reshape(-1)
    m_out = w.shape[1]
    return w.reshape(-1, channels, m_out).transpose(2, 1, 0).reshape(m_out, -1)


def from_layout(layer: Layer, arrays: dict[str, Array], channels: int) -> dict[str, Array]:
    """Return a layer's arrays with their axes in cnnlib's order: the inverse of `to_layout`."""
    if isinstance(layer, Residual):
        found: dict[str, Array] = {}
        for position, inside in enumerate(layer.layers):
            own = {name: arrays[f"{position}.{name}"] for name in inside.params}
            back = from_layout(inside, own, 1)
            found |= {f"{position}.{name}": array for name, array in back.items()}
        return found
    if isinstance(layer, BatchNorm):
        return {name: a.reshape(channels, -1).T.reshape(-1) for name, a in arrays.items()}
    if not arrays:
        return {}
    w = arrays["w"]
    if isinstance(layer, Conv2d | ConvTranspose2d):
        return {**arrays, "w": w.transpose(2, 3, 1, 0)}
    m_out = w.shape[0]
    return {**arrays, "w": w.reshape(m_out, channels, -1).transpose(2, 1, 0).reshape(-1, m_out)}


def _norm(layer: BatchNorm, place: Place, torch: Any) -> Any:
    build = torch.nn.BatchNorm2d if place.images else torch.nn.BatchNorm1d
    module = build(layer.config["c"], eps=layer.config["eps"], momentum=layer.config["momentum"])
    for name, values in {**layer.params, **layer.buffers}.items():
        tensor = torch.from_numpy(to_layout(layer, values, place.channels).copy())
        if name in layer.params:
            tensor = torch.nn.Parameter(tensor)
        setattr(module, {"gamma": "weight", "beta": "bias"}.get(name, name), tensor)
    return module.train(layer.training)


def _residual(layer: Residual, place: Place, torch: Any) -> Any:
    """Return a module that adds its input to what the layers make of it."""
    if place.channels != 1:
        raise ValueError(
            "a Residual right after Flatten has no counterpart, since PyTorch orders the cells "
            "otherwise: put a Dense layer between them"
        )

    class Block(torch.nn.Sequential):
        def forward(self, x: Any) -> Any:
            return x + super().forward(x)

    inside = [module for one in layer.layers for module in modules_for(one, place, torch)]
    return Block(*inside).train(layer.training)


def _conv(layer: Conv2d, torch: Any) -> list[Any]:
    geometry = {name: layer.geometry[name] for name in ("stride", "padding", "dilation")}
    window = Window.of(layer.config["kernel_size"], **geometry)
    before, inside = _padding(window, 0.0, torch)
    module = torch.nn.Conv2d(
        layer.config["c_in"],
        layer.config["c_out"],
        kernel_size=window.kernel,
        stride=window.stride,
        padding=inside,
        dilation=window.dilation,
        groups=layer.geometry.get("groups", 1),
    )
    return [*before, _filled(module, layer, 1, torch)]


def _conv_transpose(layer: ConvTranspose2d, torch: Any) -> Any:
    geometry = {name: layer.geometry[name] for name in ("stride", "padding", "dilation")}
    window = Window.of(layer.config["kernel_size"], **geometry)
    (top, bottom), (left, right) = window.padding
    if (top, left) != (bottom, right):
        raise ValueError(
            f"PyTorch takes as much off at both ends of a transposed convolution, this layer says "
            f"{window.padding}: give a padding that is the same on both sides"
        )
    module = torch.nn.ConvTranspose2d(
        layer.config["c_in"],
        layer.config["c_out"],
        kernel_size=window.kernel,
        stride=window.stride,
        padding=(top, left),
        output_padding=layer.geometry["output_padding"],
        dilation=window.dilation,
    )
    return _filled(module, layer, 1, torch)


def _pool(layer: MaxPool2d | AvgPool2d, torch: Any) -> list[Any]:
    stride = layer.geometry["stride"]
    stride = layer.kernel_size if stride is None else stride
    window = Window.of(layer.kernel_size, stride, layer.geometry["padding"], 1)
    largest = isinstance(layer, MaxPool2d)
    if largest and layer.config["ties"] != "first":
        raise ValueError(
            f"PyTorch gives a tie to the first maximum, this layer says {layer!r}: "
            'build the network with ties="first"'
        )
    before, inside = _padding(window, -np.inf if largest else 0.0, torch)
    build = torch.nn.MaxPool2d if largest else torch.nn.AvgPool2d
    return [*before, build(window.kernel, window.stride, inside)]


def _padding(window: Window, fill: float, torch: Any) -> tuple[list[Any], tuple[int, ...]]:
    """Return modules that pad first, and what the layer itself can pad: equal margins only."""
    (top, bottom), (left, right) = window.padding
    if top == bottom and left == right:
        return [], (top, left)
    return [torch.nn.ConstantPad2d((left, right, top, bottom), fill)], (0, 0)


def _sizes(layer: Layer, *names: str) -> dict[str, int]:
    """Numbers of inputs and outputs under PyTorch's names."""
    return dict(zip(names, layer.params["w"].shape[-2:], strict=True))


def _filled(module: Any, layer: Layer, channels: int, torch: Any) -> Any:
    """Give a module copies of the weights, in their own precision."""
    w = to_layout(layer, layer.params["w"], channels)
    module.weight = torch.nn.Parameter(torch.from_numpy(w.copy(order="C")))
    module.bias = torch.nn.Parameter(torch.from_numpy(layer.params["b"].copy()))
    return module
