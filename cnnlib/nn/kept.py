"""Train once: keep a training in a file, named after everything that its numbers depend on.

Several pages of the book look at the same trained network. With the environment variable
``CNNLIB_KEEP`` set to a folder, as the book's build does, the first to ask trains it and the others
read it; so do pages that a reader runs in the browser. Without the variable nothing is kept, and
every call trains.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec

import numpy as np

from cnnlib.nn._atomic import write_atomically
from cnnlib.nn.history import History
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network
from cnnlib.nn.storage import load, save
from cnnlib.nn.training import TrainingData

SERIES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "lr")
P = ParamSpec("P")
Record = Callable[[Network], Any]
Trained = tuple[Network, History]


def training_key(recipe: str, data: TrainingData, rng: np.random.Generator) -> str:
    """Name a training: the same name means the same numbers.

    Parameters
    ----------
    recipe : str
        What is trained and how: network, optimizer, epochs, batch size, schedule.
    data : Dataset
        Images and labels, training and test part.
    rng : numpy.random.Generator
        Before its first use. Its state takes the place of the seed.

    Returns
    -------
    str
        32 hexadecimal digits: 8 from the sources of ``cnnlib.ops`` and ``cnnlib.nn``, the others
        from all the rest.

    Examples
    --------
    >>> from cnnlib.data import digits
    >>> names = [training_key("30 epochs", digits(), np.random.default_rng(s)) for s in (0, 0, 1)]
    >>> names[0] == names[1], names[0] == names[2]
    (True, False)
    """
    total = hashlib.sha256(recipe.encode())
    total.update(json.dumps(rng.bit_generator.state, default=np.ndarray.tolist).encode())
    for part in (data.x_train, data.y_train, data.x_test, data.y_test):
        array = np.ascontiguousarray(part)
        total.update(f"{array.dtype.str} {array.shape}".encode() + array.tobytes())
    return sources_key() + total.hexdigest()[:24]


def sources_key() -> str:
    """Return how every name begins that `training_key` gives with the sources as they are."""
    package, total = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted([*package.glob("ops/*.py"), *package.glob("nn/*.py")]):
        total.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:8]


def train_once(recipe: Callable[P, Trained]) -> Callable[P, Trained]:
    """Make a recipe that trains once and then reads: the same network, history and generator.

    Parameters
    ----------
    recipe : callable
        Takes ``data`` and, by keyword, ``rng``, ``record``, ``progress`` and what else it needs;
        returns a trained network and its history.

    Returns
    -------
    callable
        The same. A kept training calls ``record`` with the network as it was before the first epoch
        and after each, and leaves ``rng`` as the training did.
    """

    @wraps(recipe)
    def once(*args: P.args, **options: P.kwargs) -> Trained:
        folder = os.environ.get("CNNLIB_KEEP")
        given: dict[str, Any] = dict(signature(recipe).bind(*args, **options).arguments)
        if not folder or not {"data", "rng"} <= given.keys():
            return recipe(*args, **options)
        data, rng, record = given.pop("data"), given.pop("rng"), given.pop("record", None)
        given.pop("progress", None)
        path = Path(folder) / f"{training_key(f'{recipe.__name__} {given}', data, rng)}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(path.with_suffix(".lock")):
            if not path.exists():
                options["record"] = _parameters
                _write(path, *recipe(*args, **options), rng)
        for file in (path, _curves(path)):
            os.utime(file)
        return _read(path, rng, record)

    return once


def history_once(recipe: Callable[..., History]) -> Callable[..., History]:
    """Make a recipe that trains once and then reads its history, records of arrays included.

    Parameters
    ----------
    recipe : callable
        Takes ``data`` and, by keyword, ``seed`` and what else it needs.

    Returns
    -------
    callable
        The same.
    """

    @wraps(recipe)
    def once(*args: Any, **options: Any) -> History:
        folder = os.environ.get("CNNLIB_KEEP")
        bound = signature(recipe).bind(*args, **options)
        bound.apply_defaults()
        given = dict(bound.arguments)
        if not folder:
            return recipe(*args, **options)
        data, rng = given.pop("data"), np.random.default_rng(given["seed"])
        path = Path(folder) / f"{training_key(f'{recipe.__name__} {given}', data, rng)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            history = recipe(*args, **options)
            records = [np.asarray(record).tolist() for record in history.records]
            _write_text(path, json.dumps({"curves": _series(history), "records": records}))
        os.utime(path)
        kept = json.loads(path.read_text(encoding="utf-8"))
        return History(**kept["curves"], records=[np.array(record) for record in kept["records"]])

    return once


def _series(history: History) -> dict[str, list[float]]:
    return {name: getattr(history, name) for name in SERIES}


def _parameters(network: Network) -> list[Array]:
    return [p.value.copy() for p in network.parameters()]


def _write(path: Path, network: Network, history: History, rng: np.random.Generator) -> None:
    """Write the states after each epoch, the curves and the generator; last the network itself."""
    header = json.dumps({"curves": _series(history), "rng": rng.bit_generator.state})
    each = zip(*history.records, strict=True)
    arrays: dict[str, Any] = {f"p{i}": np.stack(values) for i, values in enumerate(each)}
    write_atomically(_states(path), lambda file: np.savez(file, **arrays))
    _write_text(_curves(path), header)
    save(network, path)


def _write_text(path: Path, text: str) -> None:
    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    write_atomically(path, write)


def _read(path: Path, rng: np.random.Generator, record: Record | None) -> Trained:
    """Read the network; where they are asked for, record the states it went through."""
    network = load(path)
    header = json.loads(_curves(path).read_text(encoding="utf-8"))
    history = History(**header["curves"])
    if record:
        with np.load(_states(path), allow_pickle=False) as stored:
            values = [stored[f"p{i}"] for i in range(len(network.parameters()))]
        precision = network.dtype
        network.astype(np.result_type(*values))  # as it was while it learned
        for epoch in range(len(history) + 1):
            for parameter, states in zip(network.parameters(), values, strict=True):
                parameter.value[...] = states[epoch]
            history.records.append(record(network))
        network.astype(precision)
        path.with_suffix(".recorded").touch()  # its states are wanted, wherever it is kept
    rng.bit_generator.state = header["rng"]
    return network, history


def _states(path: Path) -> Path:
    return path.with_suffix(".epochs.npz")


def _curves(path: Path) -> Path:
    return path.with_suffix(".json")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock that ends with its process; a second one waits here, and then finds the file."""
    with path.open("w") as file:
        try:
            import fcntl
        except ImportError:  # not a Unix: both train, and write the same file
            yield
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
