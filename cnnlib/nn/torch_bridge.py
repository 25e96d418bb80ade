"""The same network in PyTorch: weights copied, axes exchanged where the two libraries differ.

PyTorch is optional and imported only when one of these functions runs. It keeps channels before
rows and columns, from which three things follow:

- images go in as (N, C, H, W): ``torch.from_numpy(x).permute(0, 3, 1, 2)``;
- kernels change from (KH, KW, C_in, C_out) to (C_out, C_in, KH, KW), dense weights are transposed;
- after `Flatten` the cells of an image come in another order, so the rows of the next dense layer
  are sorted to match. That takes the number of channels only, not the size of the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cnnlib.nn._torch_layers import Place, from_layout, modules_for
from cnnlib.nn.conv import Conv2d, ConvTranspose2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.network import Network
from cnnlib.nn.norm import BatchNorm
from cnnlib.nn.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d

if TYPE_CHECKING:
    import torch


def to_torch(network: Network) -> torch.nn.Sequential:
    """Build the same network from PyTorch's own layers, with copies of the weights.

    Explained in the chapter `graduate`.

    Parameters
    ----------
    network : Network
        Made of the layers of `cnnlib.nn`.

    Returns
    -------
    torch.nn.Sequential
        Takes images (N, C, H, W) of the same dtype as the weights and returns the same logits.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    ValueError
        If a layer has no counterpart: pooling with ties other than "first", or a `Flatten` whose
        number of channels is unknown (no convolution before it and no image seen yet).
    TypeError
        If a layer is not one of `cnnlib.nn`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network = Network([Conv2d(1, 2, 3, rng=rng), Flatten(), Dense(8, 10, rng=rng)])
    >>> to_torch(network)                                                      # doctest: +SKIP
    Sequential(
      (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))
      (1): Flatten(start_dim=1, end_dim=-1)
      (2): Linear(in_features=8, out_features=10, bias=True)
    )
    """
    torch = _torch()
    pairs = _with_places(network)
    modules = []
    for layer, place in pairs:
        modules += [module.train(layer.training) for module in modules_for(layer, place, torch)]
    return torch.nn.Sequential(*modules)


def torch_gradients(network: Network, module: torch.nn.Sequential) -> dict[str, Array]:
    """Return the gradients PyTorch found, named and shaped like those of `network`.

    Parameters
    ----------
    network : Network
        The original.
    module : torch.nn.Sequential
        What `to_torch` made of it, after ``loss.backward()``.

    Returns
    -------
    dict of str to ndarray
        One entry for each of ``network.parameters()``.

    Raises
    ------
    ValueError
        If the module has no gradients yet or belongs to another network.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network([Conv2d(1, 2, 3, rng=np.random.default_rng(0))])
    >>> module = to_torch(network)                                             # doctest: +SKIP
    >>> module(images).square().sum().backward()                               # doctest: +SKIP
    >>> torch_gradients(network, module)["0.w"].shape                          # doctest: +SKIP
    (3, 3, 1, 2)
    """
    wanted, tensors = network.parameters(), [p.grad for p in module.parameters()]
    if len(tensors) != len(wanted) or any(tensor is None for tensor in tensors):
        raise ValueError(
            f"module has {sum(t is not None for t in tensors)} gradients, network has "
            f"{len(wanted)} parameters: pass to_torch(network) after loss.backward()"
        )
    arrays = [tensor.numpy(force=True).copy() for tensor in tensors if tensor is not None]
    found = dict(zip((p.name for p in wanted), arrays, strict=True))
    for position, (layer, place) in enumerate(_with_places(network)):
        if layer.params:
            own = {name: found[f"{position}.{name}"] for name in layer.params}
            back = from_layout(layer, own, place.channels)
            found |= {f"{position}.{name}": array for name, array in back.items()}
    return found


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise ImportError("to_torch needs PyTorch: pip install torch") from error
    return torch


def _with_places(network: Network) -> Iterator[tuple[Layer, Place]]:
    """Pair every layer with the channels by which it must sort its rows, and what arrives there.

    That is the channels of the images before `Flatten`, until the next dense layer; 1, which sorts
    nothing, everywhere else.
    """
    known, flat = 0, 1
    images = _begins_with_images(network)
    for layer in network.layers:
        if isinstance(layer, Conv2d | ConvTranspose2d):
            known = layer.params["b"].size
        if isinstance(layer, BatchNorm) and images:
            known = layer.config["c"]
        if isinstance(layer, Flatten) and flat == 1 and images:
            flat = _channels_into(layer, known)
        yield layer, Place(flat, images)
        if isinstance(layer, Flatten | GlobalAvgPool2d | Dense):
            images = False
        if isinstance(layer, Dense):
            known = flat = 1
    if flat != 1:
        raise ValueError(
            f"the network ends with {flat} flattened channels, which PyTorch orders otherwise: "
            "end it with Dense"
        )


def _begins_with_images(network: Network) -> bool:
    """Tell from the first layer that minds: a dense one takes rows, all others images."""
    minds = (Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d, GlobalAvgPool2d, Flatten, Dense)
    first = next((layer for layer in network.layers if isinstance(layer, minds)), None)
    return not isinstance(first, Dense)


def _channels_into(layer: Flatten, known: int) -> int:
    """Channels of the images that arrive at `Flatten`: from the layers before, or remembered."""
    channels = known or getattr(layer, "shape", (0,))[-1]
    if not channels:
        raise ValueError(
            "channels before Flatten unknown: call network.forward with an image first"
        )
    return int(channels)
