"""Keep a trained network in a file: its layers as JSON, its weights as arrays, nothing executable.

The file is a plain `.npz`, written completely or not at all (`_atomic`) and read without trust
(`_archive`).
"""

from __future__ import annotations

import json
import operator
import os
from typing import Any

import numpy as np

from cnnlib.nn._archive import read_arrays
from cnnlib.nn._atomic import as_path, write_atomically
from cnnlib.nn.architecture import build_layers, describe
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network

REMEDY = "save the network again"


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to a file, completely or not at all.

    Parameters
    ----------
    network : Network
        Made of the layers of `cnnlib.nn`.
    path : str or path
        Written as given; ``.npz`` is the customary ending. An existing file is replaced and
        keeps its mode; a link is followed.

    Raises
    ------
    TypeError
        If a layer is not one of `cnnlib.nn`, which `load` could not build again.
    OSError
        If the file cannot be written: a folder, a device, a folder that does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from cnnlib.nn import Dense, Flatten
    >>> network = Network([Flatten(), Dense(4, 2, rng=np.random.default_rng(0))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, Path(folder) / "network.npz")
    ...     copy = load(Path(folder) / "network.npz")
    >>> bool((copy.layers[1].params["w"] == network.layers[1].params["w"]).all())
    True
    """
    header = np.array(json.dumps(describe(network), default=operator.index))
    arrays: dict[str, Any] = {p.name: p.value for p in network.parameters()} | network.buffers()
    write_atomically(as_path(path), lambda file: np.savez(file, header=header, **arrays))


def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that `save` wrote.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    Network

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is damaged, something else, or from a newer cnnlib. No
        file makes this take much more memory than the file has bytes.

    Examples
    --------
    >>> load("no_such_network.npz")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    path = as_path(path)
    arrays = read_arrays(path, REMEDY)
    try:
        return _build(json.loads(str(arrays.pop("header", "it has no header"))), arrays)
    except Exception as error:  # whatever a description may hold: the caller hears which file it is
        reason = f"{type(error).__name__}: {error}" if _raw(error) else str(error)
        raise ValueError(
            f"{path} is no network saved by cnnlib.nn.save: {reason}: {REMEDY}"
        ) from error


def _raw(error: Exception) -> bool:
    """Tell an error of Python's own, whose words mean little without its name."""
    return not isinstance(error, ValueError | TypeError)


def _build(description: dict[str, Any], arrays: dict[str, Array]) -> Network:
    """Build layer after layer, each held against the stored arrays before the next one is built."""
    if any(array.dtype.kind != "f" for array in arrays.values()):
        raise ValueError("its weights are no floats")
    room, layers = sum(array.size for array in arrays.values()), []
    for position, layer in enumerate(build_layers(description, room)):
        kept = layer.params | layer.buffers
        wanted = {f"{position}.{name}": value.shape for name, value in kept.items()}
        _fits(wanted, {name: arrays[name] for name in wanted if name in arrays})
        layer.params = {name: arrays[f"{position}.{name}"] for name in layer.params}
        layer.buffers = {name: arrays[f"{position}.{name}"] for name in layer.buffers}
        layer.grads = {name: np.zeros_like(value) for name, value in layer.params.items()}
        layers.append(layer)
    network = Network(layers)
    _fits(_shapes(network), arrays)
    return network


def _shapes(network: Network) -> dict[str, tuple[int, ...]]:
    learned = {p.name: p.value.shape for p in network.parameters()}
    return learned | {name: value.shape for name, value in network.buffers().items()}


def _fits(wanted: dict[str, tuple[int, ...]], arrays: dict[str, Array]) -> None:
    """Insist that the layers find the arrays that they need, and no others."""
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        raise ValueError(f"its layers need the arrays {wanted}, it holds {found}")
