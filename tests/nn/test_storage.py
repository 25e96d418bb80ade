"""A saved network comes back bit for bit, or `load` says why it cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib import nn

Array = np.ndarray[Any, Any]


def header_of(path: Path) -> dict[str, Any]:
    """Read the description in a saved file."""
    with np.load(path) as stored:
        return json.loads(str(stored["header"]))


def rewrite(path: Path, **changes: Any) -> None:
    """Replace entries of a saved file, or remove those that are None."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays |= changes
    with path.open("wb") as file:
        np.savez(file, **{name: value for name, value in arrays.items() if value is not None})


@pytest.fixture
def path(tmp_path: Path, network: nn.Network) -> Path:
    """Save a network with one of every layer."""
    nn.save(network, tmp_path / "network.npz")
    return tmp_path / "network.npz"


def test_a_network_survives_the_round_trip_bit_for_bit(
    path: Path, network: nn.Network, images: Array
) -> None:
    copy = nn.load(path)
    assert repr(copy) == repr(network)
    assert (copy.forward(images) == network.forward(images)).all()
    assert (copy.backward(np.ones((4, 3))) == network.backward(np.ones((4, 3)))).all()


def test_float32_and_numpy_sizes_survive(tmp_path: Path, rng: np.random.Generator) -> None:
    layer = nn.Conv2d(np.int64(1), 2, np.int64(3), stride=(np.int64(2), 1), rng=rng)
    layer.params = {name: value.astype(np.float32) for name, value in layer.params.items()}
    nn.save(nn.Network([layer]), tmp_path / "small")
    copy = nn.load(str(tmp_path / "small")).layers[0]
    assert copy.params["w"].dtype == copy.grads["w"].dtype == np.float32
    assert copy.config["stride"] == (2, 1)


def test_a_network_without_layers_survives(tmp_path: Path) -> None:
    nn.save(nn.Network([]), tmp_path / "empty.npz")
    assert nn.load(tmp_path / "empty.npz").layers == []


def test_a_loaded_network_goes_on_learning(path: Path, images: Array) -> None:
    network, y = nn.load(path), np.eye(3)[[0, 1, 2, 0]]
    losses = [nn.train_step(network, images, y, nn.SGD(0.1))[0] for _ in range(5)]
    assert losses[-1] < losses[0]


def test_nothing_but_the_file_remains(path: Path) -> None:
    assert os.listdir(path.parent) == ["network.npz"]  # noqa: PTH208


def test_a_failed_save_leaves_the_old_file_and_no_rubbish(
    path: Path, network: nn.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    network.parameters()[0].value[...] = 0.0
    with pytest.raises(OSError, match="no space left"):
        nn.save(network, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["network.npz"]


def test_save_replaces_an_older_file(path: Path, network: nn.Network) -> None:
    network.parameters()[0].value[...] = 5.0
    nn.save(network, path)
    assert (nn.load(path).parameters()[0].value == 5.0).all()


def test_the_file_holds_no_pickle(path: Path) -> None:
    with np.load(path, allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "fU" for name in stored.files)


def test_a_layer_of_one_s_own_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    class Mine(nn.ReLU):
        pass

    with pytest.raises(TypeError, match=r"layers\[1\] is a Mine, save knows Conv2d, MaxPool2d"):
        nn.save(nn.Network([nn.ReLU(), Mine()]), tmp_path / "mine.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no archive at all", b"\x93NUMPY\x01\x00rubbish"]
)
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"foreign.npz is damaged or no npz file"):
        nn.load(path)


def test_a_plain_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"array.npy is damaged or no npz file"):
        nn.load(tmp_path / "array.npy")


def test_an_absent_file_is_absent_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nothing.npz")


def load_or_refuse(path: Path) -> nn.Network | None:
    """Load a file, or insist that the refusal names it."""
    try:
        return nn.load(path)
    except ValueError as error:
        refusal = str(error)
    assert str(path) in refusal
    return None


def test_damage_anywhere_is_noticed_or_harmless(tmp_path: Path, rng: np.random.Generator) -> None:
    path, network = tmp_path / "network.npz", nn.Network([nn.Dense(2, 1, rng=rng)])
    nn.save(network, path)
    content, kept = path.read_bytes(), {p.name: p.value for p in network.parameters()}
    for position in range(0, len(content), 2):
        for damaged in (
            content[:position],
            content[:position] + bytes([content[position] ^ 0x41]) + content[position + 1 :],
        ):
            path.write_bytes(damaged)
            copy = load_or_refuse(path)
            for p in copy.parameters() if copy else []:
                assert (p.value == kept[p.name]).all()


def changed(path: Path, **entries: Any) -> Array:
    """Return the description with some entries replaced."""
    return np.array(json.dumps(header_of(path) | entries))


def test_a_file_without_a_header_is_refused(path: Path) -> None:
    rewrite(path, header=None)
    with pytest.raises(ValueError, match=r"is no network saved by cnnlib\.nn\.save"):
        nn.load(path)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"version": 2}, "its version is 2, this cnnlib reads 1: update cnnlib"),
        ({"format": "other"}, "its format is 'other'"),
        ({"layers": [{"type": "Conv9d"}]}, "it has a layer 'Conv9d', this cnnlib knows"),
        ({"layers": [{"type": "ReLU", "size": 3}]}, "unexpected keyword argument 'size'"),
        ({"layers": [{"type": "Dense", "m_in": 0, "m_out": 1}]}, "m_in must be at least 1"),
        ({"layers": 7}, "no network saved"),
        ({"layers": []}, "its layers need the arrays {}, it holds"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(
    path: Path, entries: dict[str, Any], message: str
) -> None:
    rewrite(path, header=changed(path, **entries))
    with pytest.raises(ValueError, match=message):
        nn.load(path)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"0.w": None}, "its layers need the arrays"),
        ({"0.w": np.zeros((3, 2, 3, 2))}, "its layers need the arrays"),
        ({"9.w": np.zeros(1)}, "its layers need the arrays"),
        ({"0.b": np.array(["a", "b", "c"])}, "its weights are no floats"),
    ],
)
def test_weights_that_do_not_fit_the_layers_are_refused(
    path: Path, entries: dict[str, Any], message: str
) -> None:
    rewrite(path, **entries)
    with pytest.raises(ValueError, match=message):
        nn.load(path)
