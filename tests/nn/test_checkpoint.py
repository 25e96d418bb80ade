"""An interrupted training hands back its history, and resumes with the very same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib import nn
from cnnlib.data import Dataset, digits

Array = np.ndarray[Any, Any]
OPTIMIZERS = [lambda: nn.Adam(0.01), lambda: nn.SGD(0.05, momentum=0.9), lambda: nn.SGD(0.1)]


@pytest.fixture
def few() -> Dataset:
    """Seventy digits to learn, thirty to be judged on."""
    data = digits()
    return Dataset(data.x_train[:70], data.y_train[:70], data.x_test[:30], data.y_test[:30])


class Stop:
    """A schedule like any other, except that somebody presses Ctrl-C in an epoch."""

    def __init__(self, epoch: int, calls: list[float]) -> None:
        self.epoch, self.calls = epoch, calls

    def __call__(self, done: float) -> float:
        self.calls.append(done)
        if len(self.calls) == self.epoch + 1:
            raise KeyboardInterrupt
        return nn.cosine(done)


def start(seed: int = 1) -> tuple[nn.Network, np.random.Generator]:
    """Return a fresh network and the generator that shuffles for it."""
    rng = np.random.default_rng(seed)
    return nn.Network([nn.Flatten(), nn.Dense(64, 10, rng=rng)]), rng


def train(network: nn.Network, rng: Any, data: Dataset, **changes: Any) -> nn.History:
    """Train four epochs, with a few options changed."""
    optimizer = changes.pop("optimizer", None) or nn.Adam(0.01)
    options: dict[str, Any] = {"epochs": 4, "batch_size": 16, "schedule": nn.cosine}
    return nn.train(network, data, optimizer, rng=rng, progress=False, **(options | changes))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=["adam", "momentum", "sgd"])
@pytest.mark.parametrize("interrupted", [1, 3])
def test_resuming_gives_the_numbers_of_an_uninterrupted_training(
    tmp_path: Path, few: Dataset, optimizer: Any, interrupted: int
) -> None:
    path = tmp_path / "training.npz"
    whole, rng = start()
    want = train(whole, rng, few, optimizer=optimizer())
    network, rng = start()
    with pytest.raises(KeyboardInterrupt):
        train(
            network,
            rng,
            few,
            optimizer=optimizer(),
            checkpoint=path,
            schedule=Stop(interrupted, []),
        )
    network, rng = start(seed=99)  # other weights, another state: all of it comes from the file
    got = train(network, rng, few, optimizer=optimizer(), checkpoint=path)
    assert got == want
    for p, q in zip(network.parameters(), whole.parameters(), strict=True):
        assert (p.value == q.value).all()


def test_an_interruption_hands_back_the_history_so_far(few: Dataset) -> None:
    network, rng = start()
    with pytest.raises(KeyboardInterrupt) as caught:
        train(network, rng, few, schedule=Stop(2, []))
    assert len(caught.value.history) == 2  # type: ignore[attr-defined]
    assert network.history is caught.value.history  # type: ignore[attr-defined]
    assert np.isfinite(network.predict(few.x_test)).all()


def test_a_finished_training_is_not_repeated(tmp_path: Path, few: Dataset) -> None:
    network, rng = start()
    want = train(network, rng, few, checkpoint=tmp_path / "c.npz")
    weights = [p.value.copy() for p in network.parameters()]
    network, rng = start(seed=5)
    assert train(network, rng, few, checkpoint=tmp_path / "c.npz") == want
    assert all((p.value == w).all() for p, w in zip(network.parameters(), weights, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 8}, "it was made with .*16.* this training has .*8"),
        ({"epochs": 5}, "it was made with .*4.* this training has .*5"),
        ({"optimizer": nn.SGD(0.1)}, "Adam.* this training has .*SGD"),
        ({"optimizer": nn.Adam(0.02)}, r"lr=0\.01.* this training has .*lr=0\.02"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_and_changes_nothing(
    tmp_path: Path, few: Dataset, changes: dict[str, Any], message: str
) -> None:
    path = tmp_path / "c.npz"
    train(*start(), few, checkpoint=path)
    network, rng = start(seed=2)
    weights, state = network.parameters()[0].value.copy(), rng.bit_generator.state
    with pytest.raises(ValueError, match=message):
        train(network, rng, few, checkpoint=path, **changes)
    assert (network.parameters()[0].value == weights).all()
    assert rng.bit_generator.state == state


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path, few: Dataset) -> None:
    path = tmp_path / "c.npz"
    train(*start(), few, checkpoint=path)
    rng = np.random.default_rng(0)
    other = nn.Network([nn.Flatten(), nn.Dense(64, 12, rng=rng), nn.Dense(12, 10, rng=rng)])
    with pytest.raises(ValueError, match="the network has the arrays"):
        train(other, rng, few, checkpoint=path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, few: Dataset, content: bytes) -> None:
    path = tmp_path / "c.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"c\.npz is damaged .*delete it to start"):
        train(*start(), few, checkpoint=path)


def test_a_saved_network_is_no_checkpoint(tmp_path: Path, few: Dataset) -> None:
    network, rng = start()
    nn.save(network, tmp_path / "c.npz")
    with pytest.raises(ValueError, match=r"no checkpoint of this training .*delete it"):
        train(network, rng, few, checkpoint=tmp_path / "c.npz")
