"""A training that was kept gives the very numbers that the training gave."""

from pathlib import Path

import numpy as np
import pytest

from cnnlib import nn
from cnnlib.data import Dataset, digits
from cnnlib.nn import experiments, glyphs, recipes


def few(seed: int = 0) -> Dataset:
    data = digits(seed=seed)
    return Dataset(data.x_train[:96], data.y_train[:96], data.x_test[:30], data.y_test[:30])


def look(network: nn.Network) -> np.ndarray:
    return network.layers[0].params["w"].sum(axis=(0, 1, 2))


def train(data: Dataset, seed: int = 0, **options: object) -> tuple:
    rng = np.random.default_rng(seed)
    network, history = nn.train_digit_network(
        data, rng=rng, **{"epochs": 2, "progress": False} | options
    )
    return [p.value for p in network.parameters()], history, rng.random()


def same(one: tuple, other: tuple) -> bool:
    values = all(np.array_equal(a, b) for a, b in zip(one[0], other[0], strict=True))
    records = np.array_equal(one[1].records, other[1].records)
    return values and records and repr(one[1]) == repr(other[1]) and one[2] == other[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNLIB_KEEP", str(tmp_path / "kept"))
    return tmp_path / "kept"


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.npz") if not path.stem.endswith(".epochs")]


def test_a_kept_training_is_the_training(folder, monkeypatch):
    first = train(few(), record=look)
    again = train(few(), record=look)
    monkeypatch.delenv("CNNLIB_KEEP")
    plain = train(few(), record=look)
    assert len(plain[1].records) == 3
    assert same(first, plain)
    assert same(again, plain)


def test_it_is_trained_once_whoever_records_what(folder, monkeypatch):
    calls = []
    inner = recipes.train
    monkeypatch.setattr(recipes, "train", lambda *a, **k: calls.append(1) or inner(*a, **k))
    plain = train(few())
    recorded = train(few(), record=look)
    assert len(calls) == 1
    assert np.array_equal(plain[0][0], recorded[0][0])
    assert not plain[1].records


def test_another_seed_other_data_or_more_epochs_are_another_training(folder):
    train(few())
    train(few(), seed=1)
    train(few(seed=1))
    train(few(), epochs=1)
    swapped = few()
    train(Dataset(swapped.x_train, swapped.y_train[::-1], swapped.x_test, swapped.y_test))
    assert len(kept(folder)) == 5


def test_another_source_is_another_training(folder, monkeypatch):
    before = nn.kept.training_key("a", few(), np.random.default_rng(0))
    read = Path.read_bytes
    changed = lambda p: read(p) + b"#" * (p.name == "optimizers.py")  # noqa: E731
    monkeypatch.setattr(Path, "read_bytes", changed)
    assert nn.kept.training_key("a", few(), np.random.default_rng(0)) != before


def test_the_network_may_be_trained_further(folder):
    train(few())
    network, _ = nn.train_digit_network(few(), rng=np.random.default_rng(0), epochs=2)
    before = network.layers[0].params["w"].copy()
    nn.train(network, few(), nn.Adam(1e-3), epochs=1, batch_size=32, rng=np.random.default_rng(1))
    assert not np.array_equal(before, network.layers[0].params["w"])
    assert np.array_equal(train(few())[0][0], before)


def test_a_kept_history_is_the_history(folder, monkeypatch):
    options = {"seed": 3, "epochs": 2}
    data = glyphs.draw_glyphs(
        glyphs.CORNERS, train=60, test=20, rng=np.random.default_rng(0), noise=0.1
    )
    first = experiments.train_changed(data, "one", "reversed", **options)
    names = [path.name for path in folder.iterdir()]
    again = experiments.train_changed(data, "one", "reversed", **options)
    assert len(again.records) == 2  # the first kernels, before and after
    assert all(map(np.array_equal, again.records, first.records))
    assert not np.array_equal(*again.records)
    assert [path.name for path in folder.iterdir()] == names
    assert names[0].startswith(nn.kept.sources_key())
    experiments.train_changed(data, "one", "frozen", **options)
    assert len(list(folder.iterdir())) == 2
    monkeypatch.delenv("CNNLIB_KEEP")
    plain = experiments.train_changed(data, "one", "reversed", **options)
    assert repr(first) == repr(again) == repr(plain)


def test_without_the_variable_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNLIB_KEEP", raising=False)
    monkeypatch.chdir(tmp_path)
    train(few())
    assert not list(tmp_path.iterdir())
