"""Keep a trained network in a file: its layers as JSON, its weights as arrays, nothing executable.

The file is a plain `.npz`. It is written beside its destination and moved there when complete, so
an interrupted `save` leaves the old file as it was.
"""

from __future__ import annotations

import json
import operator
import os
import secrets
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from cnnlib.nn.activations import ReLU, Sigmoid, Tanh
from cnnlib.nn.conv import Conv2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.network import Network
from cnnlib.nn.pool import AvgPool2d, MaxPool2d

KNOWN = (Conv2d, MaxPool2d, AvgPool2d, ReLU, Sigmoid, Tanh, Flatten, Dense)
LAYERS: dict[str, type[Layer]] = {layer.__name__: layer for layer in KNOWN}
WITH_WEIGHTS = ("Conv2d", "Dense")
FORMAT, VERSION = "cnnlib.nn.Network", 1
# What reading a zip archive of arrays may raise when bytes are wrong.
DAMAGE = (OSError, EOFError, ValueError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to a file, completely or not at all.

    Parameters
    ----------
    network : Network
        Made of the layers of `cnnlib.nn`.
    path : str or path
        Written as given; ``.npz`` is the customary ending. An existing file is replaced.

    Raises
    ------
    TypeError
        If a layer is not one of `cnnlib.nn`, which `load` could not build again.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> network = Network([Flatten(), Dense(4, 2, rng=np.random.default_rng(0))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, Path(folder) / "network.npz")
    ...     copy = load(Path(folder) / "network.npz")
    >>> bool((copy.layers[1].params["w"] == network.layers[1].params["w"]).all())
    True
    """
    arrays = {"header": np.array(json.dumps(_header(network), default=operator.index))}
    arrays |= {name: value for name, value, _ in network.parameters()}
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
        If there is no such file, or it is damaged, something else, or from a newer cnnlib.

    Examples
    --------
    >>> load("no_such_network.npz")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    arrays = _read(Path(path))
    try:
        header = json.loads(str(arrays.pop("header")))
        network = _build(header)
        _fill(network, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no network saved by cnnlib.nn.save: {error}") from error
    return network


def _header(network: Network) -> dict[str, Any]:
    """Describe the layers in words and numbers."""
    for position, layer in enumerate(network.layers):
        if type(layer) not in KNOWN:
            raise TypeError(
                f"layers[{position}] is a {type(layer).__name__}, save knows {', '.join(LAYERS)}: "
                "store the parameters of other layers with numpy.savez"
            )
    layers = [{"type": type(layer).__name__, **layer.config} for layer in network.layers]
    return {"format": FORMAT, "version": VERSION, "layers": layers}


def _read(path: Path) -> dict[str, Array]:
    """Read all arrays; the checksums of the archive reveal damage."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise
    except DAMAGE as error:
        raise ValueError(
            f"{path} is damaged or no npz file ({error}): save the network again"
        ) from error


def _build(header: dict[str, Any]) -> Network:
    """Build the layers that a header describes."""
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']!r}, not {FORMAT!r}")
    if header["version"] != VERSION:
        raise ValueError(
            f"its version is {header['version']}, this cnnlib reads {VERSION}: update cnnlib"
        )
    return Network(_build_layer(dict(config)) for config in header["layers"])


def _build_layer(config: dict[str, Any]) -> Layer:
    """Build one layer; `load` replaces its random weights."""
    name = config.pop("type")
    arguments = {key: _tuples(value) for key, value in config.items()}
    if name in WITH_WEIGHTS:
        arguments["rng"] = np.random.default_rng(0)
    return LAYERS[name](**arguments)


def _tuples(value: Any) -> Any:
    """JSON has lists only; the arguments were tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _fill(network: Network, arrays: dict[str, Array]) -> None:
    """Put the stored weights into the layers, and insist that they fit."""
    wanted = {p.name: p.value.shape for p in network.parameters()}
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        raise ValueError(f"its layers need the arrays {wanted}, it holds {found}")
    for position, layer in enumerate(network.layers):
        layer.params = {name: arrays[f"{position}.{name}"] for name in layer.params}
        layer.grads = {name: np.zeros_like(value) for name, value in layer.params.items()}
