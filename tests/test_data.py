"""The bundled digits are the real ones, and foreign files are read or refused with a reason."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib.data import Dataset, digits, mnist, photograph

Array = np.ndarray[Any, Any]
NAMES = {
    "train-images-idx3-ubyte": 3,
    "train-labels-idx1-ubyte": 1,
    "t10k-images-idx3-ubyte": 3,
    "t10k-labels-idx1-ubyte": 1,
}


def test_the_photograph_is_grey_and_reaches_from_black_to_white() -> None:
    photo = photograph()
    assert photo.shape == (1, 128, 128, 1)
    assert (photo.min(), photo.max()) == (0, 1)
    photo[:] = 0
    assert photograph().any()


def test_digits_have_the_stated_shapes_and_range() -> None:
    data = digits()
    assert [a.shape for a in data] == [(1437, 8, 8, 1), (1437, 10), (360, 8, 8, 1), (360, 10)]
    assert all(a.dtype == np.float64 for a in data)
    assert data.x_train.min() == 0.0
    assert data.x_train.max() == 1.0
    assert (data.y_train.sum(axis=1) == 1.0).all()
    assert set(np.unique(data.y_test)) == {0.0, 1.0}


def test_digits_are_the_1797_images_of_the_repository() -> None:
    images = [data.reshape(-1, 64) * 16 for data in (digits().x_train, digits().x_test)]
    images = np.concatenate(images)
    assert (images == images.round()).all()
    assert images.sum() == 561718  # the sum of all counts in optdigits.tes


def test_the_first_test_file_image_is_a_zero() -> None:
    with resources.files("cnnlib._data").joinpath("digits.npz").open("rb") as file:
        stored = np.load(file)
        first, label, source = stored["images"][0], stored["labels"][0], str(stored["source"])
    assert label == 0
    assert first[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert "Alpaydin" in source
    assert "CC BY 4.0" in source


@pytest.mark.parametrize("seed", range(5))
def test_every_digit_has_its_share_of_both_parts(seed: int) -> None:
    data = digits(seed=seed)
    train, test = data.y_train.sum(axis=0), data.y_test.sum(axis=0)
    assert np.abs(test - (train + test) * 360 / 1797).max() < 1.0


@pytest.mark.parametrize("seed", [0, 7])
def test_the_two_parts_together_hold_every_image_once(seed: int) -> None:
    with resources.files("cnnlib._data").joinpath("digits.npz").open("rb") as file:
        stored = np.load(file)
        pairs = zip(stored["images"], stored["labels"], strict=True)
        wanted = sorted((image.tobytes(), int(label)) for image, label in pairs)
    data = digits(seed=seed)
    x = (np.concatenate([data.x_train, data.x_test]) * 16).astype(np.uint8)
    y = np.concatenate([data.y_train, data.y_test]).argmax(axis=1)
    found = sorted((image.tobytes(), int(label)) for image, label in zip(x, y, strict=True))
    assert found == wanted


def test_the_seed_draws_the_split() -> None:
    assert (digits(seed=3).x_test == digits(seed=3).x_test).all()
    assert (digits(seed=3).x_test != digits(seed=4).x_test).any()
    assert (digits(seed=0).x_test == digits().x_test).all()


def test_each_call_returns_arrays_of_its_own() -> None:
    digits().x_train[:] = 5.0
    assert digits().x_train.max() == 1.0


@pytest.mark.parametrize(
    ("seed", "error"), [(-1, ValueError), (1.5, TypeError), (None, TypeError), (True, TypeError)]
)
def test_a_seed_must_be_a_whole_number(seed: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="seed must"):
        digits(seed=seed)


def test_a_dataset_shows_shapes_and_unpacks() -> None:
    data = Dataset(*(np.zeros((2, k)) for k in (1, 2, 3, 4)))
    assert repr(data) == "Dataset(x_train=(2, 1), y_train=(2, 2), x_test=(2, 3), y_test=(2, 4))"
    x_train, _, _, y_test = data
    assert (x_train.shape, y_test.shape) == ((2, 1), (2, 4))


def idx(array: Array) -> bytes:
    """Write bytes as the format prescribes."""
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def written(tmp_path: Path, rng: np.random.Generator) -> dict[str, Array]:
    """Write a small MNIST: 5 images to train, 3 to test; half of the files gzipped."""
    arrays: dict[str, Array] = {}
    for position, (name, ndim) in enumerate(NAMES.items()):
        n = 5 if name.startswith("train") else 3
        shape, top = ((n, 28, 28), 256) if ndim == 3 else ((n,), 10)
        arrays[name] = rng.integers(0, top, shape, dtype=np.uint8)
        content = idx(arrays[name])
        if position % 2:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (tmp_path / name).write_bytes(content)
    return arrays


def test_mnist_reads_what_was_written(tmp_path: Path, written: dict[str, Array]) -> None:
    data = mnist(tmp_path)
    images, labels = written["train-images-idx3-ubyte"], written["train-labels-idx1-ubyte"]
    assert data.x_train.shape == (5, 28, 28, 1)
    assert (data.x_train[..., 0] == images / 255).all()
    assert (data.y_train.argmax(axis=1) == labels).all()
    assert data.x_test.shape == (3, 28, 28, 1)
    assert data.y_test.shape == (3, 10)
    assert mnist(str(tmp_path)).x_test.dtype == np.float64


def test_a_file_unpacked_under_its_gz_name_is_read(
    tmp_path: Path, written: dict[str, Array]
) -> None:
    name = "t10k-labels-idx1-ubyte"
    (tmp_path / f"{name}.gz").write_bytes(idx(written[name]))
    assert (mnist(tmp_path).y_test.argmax(axis=1) == written[name]).all()


@pytest.mark.parametrize("name", NAMES)
def test_an_absent_file_is_named(tmp_path: Path, written: dict[str, Array], name: str) -> None:
    for path in tmp_path.glob(f"{name}*"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing .*put the four files"):
        mnist(tmp_path)


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, b"", "starts with nothing instead of 00000803"),
        (IMAGES, b"<html>", "starts with 3c68746d instead of 00000803"),
        (IMAGES, idx(np.zeros(5, np.uint8)), "00000801 instead of 00000803.*exchanged"),
        (IMAGES, bytes([0, 0, 8, 3, 0, 0]), "truncated: a header needs 16 bytes, it holds 6"),
        (IMAGES, idx(np.zeros((5, 28, 28), np.uint8))[:-1], "truncated.*5x28x28 = 3920.*3919"),
        (IMAGES, idx(np.zeros((5, 28, 28), np.uint8)) + b"x", "too long.*3920.*3921"),
        (IMAGES, idx(np.zeros((5, 27, 28), np.uint8)), "27x28 pixels instead of 28x28"),
        (IMAGES, idx(np.zeros((4, 28, 28), np.uint8)), "4 images but .*labels.* 5 labels"),
        (IMAGES, gzip.compress(idx(np.zeros((5, 28, 28), np.uint8)))[:-9], "damaged gzip file"),
        (IMAGES, b"\x1f\x8b\x08\x00rubbish that is no gzip", "damaged gzip file"),
        (LABELS, idx(np.array([1, 2, 3, 4, 10], np.uint8)), "the label 10, labels are 0 to 9"),
        (LABELS, idx(np.zeros((5, 28, 28), np.uint8)), "00000803 instead of 00000801"),
        (IMAGES, struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3), "truncated: its header"),
    ],
)
def test_a_damaged_file_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / f"{name}.gz").unlink(missing_ok=True)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name}[^:]* .*{message}"):
        mnist(tmp_path)


@pytest.mark.usefixtures("written")
def test_a_gzip_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{LABELS}.gz"
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged gzip file"):
        mnist(tmp_path)


def _zeros_packed(announced: tuple[int, ...], held: int) -> bytes:
    """Pack a header and many zeros into a thousandth of their size."""
    return gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, *announced) + bytes(held))


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_zeros_packed((100_000, 28, 28), 78_400_000), "more than 8 times the"),
        (_zeros_packed((2**32 - 1, 28, 28), 100), "more than 8 times the"),
        (_zeros_packed((5, 28, 28), 60_000_000), "too long"),
    ],
    ids=["as much as announced", "less", "more"],
)
def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / IMAGES).write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=message):
            mnist(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("written")
def test_a_raw_file_may_be_as_long_as_it_says(tmp_path: Path) -> None:
    """What is not packed holds what it claims, however even it is."""
    images = np.zeros((5000, 28, 28), np.uint8)
    (tmp_path / IMAGES).write_bytes(idx(images))
    (tmp_path / f"{LABELS}.gz").unlink()
    (tmp_path / LABELS).write_bytes(idx(np.zeros(5000, np.uint8)))
    assert mnist(tmp_path).x_train.shape == (5000, 28, 28, 1)
