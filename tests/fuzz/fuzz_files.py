"""Loaders under fire: `make fuzz` runs these; the quick suite does not collect this file.

``FUZZ_INPUTS`` says how many inputs each test draws. What an input finds is written down in
`tests/trace/test_bad_traces.py`, `tests/nn/test_hostile_files.py` or `tests/test_data.py`.
"""

from __future__ import annotations

import gzip
import os
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnlib
from cnnlib import Trace, nn
from cnnlib._data.idx import read_idx
from tests.fuzz.mutate import damaged_bytes, damaged_json

INPUTS = int(os.environ.get("FUZZ_INPUTS", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
MOST = 64 << 20  # bytes taken for inputs of a few kB


def traces() -> list[str]:
    """Return the JSON of small traces of every kind of rule and of explicit rows."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 3, 4, 2)), rng.normal(size=(2, 2, 2, 1))
    dense = cnnlib.trace_dense([[1, 2]], [[3], [4]])
    found = [
        dense,
        dense.backward([[1.5]], "x"),
        cnnlib.trace_conv2d(x, w, stride=2, padding=1),
        cnnlib.trace_max_pool2d(x, 2),
        cnnlib.trace_avg_pool2d(x, 2),
        cnnlib.trace_relu([[-1, 2]]),
        cnnlib.trace_sigmoid([[-1, 2]]),
    ]
    return [trace.to_json() for trace in found]


def use(trace: Trace) -> None:
    """Ask an accepted trace everything that a page asks."""
    trace.to_json()
    trace.matrix()
    if trace.shape and all(trace.shape):
        trace.at(*(0,) * len(trace.shape))
    for name in trace.operands:
        trace.backward(np.full(trace.shape, 0.5), name).replay()


def test_a_damaged_trace_is_refused_or_works() -> None:
    rng, texts = random.Random(SEED), traces()
    for _ in range(INPUTS):
        text = damaged_json(rng.choice(texts), rng)
        try:
            use(Trace.from_json(text))
        except ValueError:
            continue
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error} from {text}")


def hold(read: Callable[[Path], Any], path: Path, content: bytes) -> None:
    """Read a damaged file: an answer or a ValueError with its name, and little memory."""
    path.write_bytes(content)
    tracemalloc.reset_peak()
    try:
        read(path)
    except Exception as error:
        if not isinstance(error, ValueError) or str(path) not in str(error):
            pytest.fail(f"{type(error).__name__}: {error} from {content!r}")
    assert tracemalloc.get_traced_memory()[1] < MOST, content


@pytest.fixture
def traced() -> Any:
    """Watch the memory."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_a_damaged_network_is_refused_or_works(tmp_path: Path) -> None:
    rng, path = random.Random(SEED), tmp_path / "network.npz"
    draw = np.random.default_rng(0)
    layers = [nn.Conv2d(1, 2, 3, rng=draw), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    nn.save(nn.Network([*layers, nn.Dense(8, 3, rng=draw)]), path)
    whole = path.read_bytes()
    header = whole.index(b"{")
    for _ in range(INPUTS // 4):
        start = rng.choice([0, header, len(whole) - 300])
        hold(nn.load, path, whole[:start] + damaged_bytes(whole[start:], rng))


@pytest.mark.usefixtures("traced")
def test_damaged_digits_are_refused_or_read(tmp_path: Path) -> None:
    rng, path = random.Random(SEED), tmp_path / "images"
    plain = struct.pack(">4B3I", 0, 0, 8, 3, 5, 28, 28) + bytes(rng.randbytes(5 * 784))
    for _ in range(INPUTS // 4):
        content = damaged_bytes(plain, rng)
        if rng.random() < 0.5:
            content = damaged_bytes(gzip.compress(content, 1), rng)
        hold(lambda p: read_idx(p, 3), path, content)
