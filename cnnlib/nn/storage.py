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

import numpy as np

from cnnlib.nn._blueprint import build, describe
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network

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
    >>> from cnnlib.nn import Dense, Flatten
    >>> network = Network([Flatten(), Dense(4, 2, rng=np.random.default_rng(0))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, Path(folder) / "network.npz")
    ...     copy = load(Path(folder) / "network.npz")
    >>> bool((copy.layers[1].params["w"] == network.layers[1].params["w"]).all())
    True
    """
    arrays = {"header": np.array(json.dumps(describe(network), default=operator.index))}
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
        network = build(json.loads(str(arrays.pop("header", "it has no header"))))
        _fill(network, arrays)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no network saved by cnnlib.nn.save: {error}") from error
    return network


def _read(path: Path) -> dict[str, Array]:
    """Read all arrays; the checksums of the archive reveal damage."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise
    except DAMAGE as error:
        raise ValueError(
            f"{path} is damaged or no npz file ({error}): save the network again"
        ) from error


def _fill(network: Network, arrays: dict[str, Array]) -> None:
    """Put the stored weights into the layers, and insist that they fit."""
    wanted = {p.name: p.value.shape for p in network.parameters()}
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        raise ValueError(f"its layers need the arrays {wanted}, it holds {found}")
    if any(array.dtype.kind != "f" for array in arrays.values()):
        raise ValueError("its weights are no floats")
    for position, layer in enumerate(network.layers):
        layer.params = {name: arrays[f"{position}.{name}"] for name in layer.params}
        layer.grads = {name: np.zeros_like(value) for name, value in layer.params.items()}
