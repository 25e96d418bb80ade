"""Everything a training needs to go on after an interruption, in one file.

Network, optimizer, the state of every generator and the history so far are written after each
epoch; read back, they give the same numbers as a training that nobody stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnnlib.nn._archive import read_arrays
from cnnlib.nn._atomic import write_atomically
from cnnlib.nn.history import History
from cnnlib.nn.layer import Array, Layer
from cnnlib.nn.network import Network

FORMAT, VERSION = "cnnlib.nn.Checkpoint", 1
REMEDY = "delete it to start from the beginning"
SERIES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "lr")


class Checkpoint:
    """What belongs to one training, and the file it is kept in.

    Parameters
    ----------
    path : pathlib.Path
        The file, which need not exist yet.
    network, optimizer
        As given to `train`; both are put back in place by :meth:`restore`.
    rng : numpy.random.Generator
        Shuffles the images.
    plan : dict
        Numbers that must be the same when the training goes on, such as the batch size.
    """

    def __init__(
        self,
        path: Path,
        network: Network,
        optimizer: Any,
        rng: np.random.Generator,
        plan: dict[str, Any],
    ) -> None:
        self.path, self.optimizer, self.network = path, optimizer, network
        self.plan = {**plan, "optimizer": repr(optimizer)}
        self.generators = list(_generators(rng, network))

    def write(self, history: History) -> None:
        """Write the state after an epoch, completely or not at all."""
        header = {
            "format": FORMAT,
            "version": VERSION,
            "plan": self.plan,
            "history": {name: getattr(history, name) for name in SERIES},
            "generators": [rng.bit_generator.state for rng in self.generators],
            "counters": _counters(self.optimizer),
        }
        words = np.array(json.dumps(header, default=_plain))
        arrays: dict[str, Any] = self._parameters() | _memories(self.optimizer)
        write_atomically(self.path, lambda file: np.savez(file, header=words, **arrays))

    def restore(self, history: History) -> None:
        """Put everything back as it was after the last epoch that was written.

        Raises
        ------
        ValueError
            If the file is damaged, or belongs to another network or another plan.
        """
        arrays = read_arrays(self.path, REMEDY)
        try:
            header = json.loads(str(arrays.pop("header", "null")))
            series = self._checked(header, arrays)
            states = header["generators"]
            for rng, state in zip(self.generators, states, strict=True):
                rng.bit_generator.state = state
            self._put_back(arrays, header["counters"])
        except Exception as error:  # whatever the file holds: the caller hears which file it is
            raise ValueError(
                f"{self.path} is no checkpoint of this training ({error}): {REMEDY}"
            ) from error
        for name in SERIES:
            getattr(history, name).extend(series[name])

    def _checked(self, header: dict[str, Any], arrays: dict[str, Array]) -> dict[str, list[float]]:
        """Refuse what belongs to another training, before anything is changed."""
        if (header["format"], header["version"]) != (FORMAT, VERSION):
            raise ValueError(f"its format is {header['format']!r}, version {header['version']}")
        if header["plan"] != self.plan:
            raise ValueError(f"it was made with {header['plan']}, this training has {self.plan}")
        wanted = {name: array.shape for name, array in self._parameters().items()}
        found = {name: array.shape for name, array in arrays.items() if name in wanted}
        if wanted != found:
            raise ValueError(f"the network has the arrays {wanted}, it holds {found}")
        series: dict[str, list[float]] = {
            name: [float(value) for value in header["history"][name]] for name in SERIES
        }
        if len({len(values) for values in series.values()}) != 1:
            raise ValueError("its history has series of different lengths")
        return series

    def _put_back(self, arrays: dict[str, Array], counters: dict[str, Any]) -> None:
        for name, value in self._parameters().items():
            value[...] = arrays[name]
        for key, value in counters.items():
            setattr(self.optimizer, key, value)
        for key, memory in _dictionaries(self.optimizer):
            start = f"optimizer.{key}."
            memory.clear()
            memory |= {
                name.removeprefix(start): array
                for name, array in arrays.items()
                if name.startswith(start)
            }

    def _parameters(self) -> dict[str, Array]:
        kept = {p.name: p.value for p in self.network.parameters()} | self.network.buffers()
        return {f"network.{name}": value for name, value in kept.items()}


def _generators(rng: np.random.Generator, network: Network) -> Iterator[np.random.Generator]:
    """Yield the generator that shuffles, then those of layers that draw by themselves."""
    yield rng
    for layer in _unfolded(network.layers):
        own = getattr(layer, "rng", None)
        if isinstance(own, np.random.Generator):
            yield own


def _unfolded(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield every layer, those inside a block after the block."""
    for layer in layers:
        yield layer
        yield from _unfolded(getattr(layer, "layers", ()))


def _dictionaries(optimizer: Any) -> list[tuple[str, dict[str, Array]]]:
    """Return what an optimizer remembers of every parameter."""
    return [(key, value) for key, value in vars(optimizer).items() if isinstance(value, dict)]


def _memories(optimizer: Any) -> dict[str, Array]:
    return {
        f"optimizer.{key}.{name}": array
        for key, memory in _dictionaries(optimizer)
        for name, array in memory.items()
    }


def _counters(optimizer: Any) -> dict[str, Any]:
    """Return what it counts by itself; what the caller chose is part of the plan."""
    return {
        key: value
        for key, value in vars(optimizer).items()
        if key.startswith("_") and isinstance(value, int | float)
    }


def _plain(value: Any) -> Any:
    """Write numpy's numbers and arrays (in the state of some generators) as JSON has them."""
    return value.tolist()
