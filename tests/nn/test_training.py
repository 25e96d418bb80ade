"""Training learns, keeps its books, and depends on nothing but its arguments."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from cnnlib import nn
from cnnlib.data import Dataset, digits

Array = np.ndarray[Any, Any]
QUIET: dict[str, Any] = {"progress": False}


@pytest.fixture
def few() -> Dataset:
    """A hundred digits to learn, fifty to be judged on."""
    data = digits()
    return Dataset(data.x_train[:100], data.y_train[:100], data.x_test[:50], data.y_test[:50])


def small_network(rng: np.random.Generator) -> nn.Network:
    """Enough of a network to learn something quickly."""
    layers = [nn.Conv2d(1, 4, 3, rng=rng), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Network([*layers, nn.Dense(36, 10, rng=rng)])


def trained(data: Dataset, **changes: Any) -> tuple[nn.Network, nn.History]:
    """Train the small network with a few options changed."""
    rng = np.random.default_rng(1)
    network = small_network(rng)
    optimizer = changes.pop("optimizer", None) or nn.Adam(0.01)
    options = {"epochs": 2, "batch_size": 32, "rng": rng, "progress": False} | changes
    return network, nn.train(network, data, optimizer, **options)


@pytest.mark.parametrize(
    "optimizer", [nn.Adam(0.01), nn.SGD(0.1), nn.SGD(0.05, momentum=0.9)], ids=repr
)
def test_learning_happens(optimizer: nn.Optimizer) -> None:
    network, history = trained(digits(), optimizer=optimizer, epochs=8)
    assert history.train_loss[-1] < 0.25 * history.train_loss[0]
    assert history.test_accuracy[-1] > 0.85
    assert nn.accuracy(network, digits().x_test, digits().y_test) == history.test_accuracy[-1]


def test_the_book_s_network_learns_in_two_epochs() -> None:
    rng = np.random.default_rng(0)
    network, history = nn.train_digit_network(digits(), rng=rng, epochs=2, progress=False)
    assert history.test_accuracy[-1] > 0.93
    assert network.forward(digits().x_test[:3]).shape == (3, 10)


def test_the_same_seed_gives_the_same_network_to_the_last_bit(few: Dataset) -> None:
    (first, one), (second, two) = trained(few), trained(few)
    assert one == two
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        assert (p.value == q.value).all()


def test_the_test_images_are_never_learned_from(few: Dataset) -> None:
    other = few._replace(x_test=few.x_test[:1] * 0.0, y_test=few.y_test[:1])
    first, second = trained(few)[0], trained(other)[0]
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        assert (p.value == q.value).all()


def test_training_data_are_not_modified(few: Dataset) -> None:
    for array in few:
        array.flags.writeable = False
    trained(few)


def test_history_has_one_entry_per_epoch(few: Dataset) -> None:
    _, history = trained(few, epochs=3)
    lists = (history.train_loss, history.test_loss, history.train_accuracy, history.test_accuracy)
    assert [len(entries) for entries in (*lists, history.lr)] == [3] * 5
    assert len(history) == 3
    assert history.records == []
    assert repr(history).startswith("History(3 epochs, train loss ")


def test_the_losses_of_an_epoch_are_weighted_by_batch(few: Dataset) -> None:
    rng = np.random.default_rng(1)
    network = small_network(rng)
    want = nn.evaluate(network, few.x_train, few.y_train)
    still = nn.SGD(1e-300)  # so small that the network does not change within the epoch
    history = nn.train(network, few, still, epochs=1, batch_size=33, rng=rng, **QUIET)
    assert history.train_loss[0] == pytest.approx(want.loss)
    assert history.train_accuracy[0] == pytest.approx(want.accuracy)


def test_every_image_is_seen_once_per_epoch(few: Dataset) -> None:
    seen: list[float] = []

    class Spy(nn.Layer):
        def forward(self, x: Array) -> Array:
            if x.shape[0] != len(few.x_test):
                seen.extend(x.sum(axis=(1, 2, 3)))
            return x

        def backward(self, delta: Array) -> Array:
            return delta

    rng = np.random.default_rng(0)
    network = nn.Network([Spy(), nn.Flatten(), nn.Dense(64, 10, rng=rng)])
    nn.train(network, few, nn.SGD(0.1), epochs=1, batch_size=32, rng=rng, **QUIET)
    assert sorted(seen) == sorted(few.x_train.sum(axis=(1, 2, 3)))
    assert seen != list(few.x_train.sum(axis=(1, 2, 3)))


def test_a_schedule_moves_the_learning_rate_and_puts_it_back(few: Dataset) -> None:
    optimizer = nn.Adam(0.01)
    _, history = trained(few, optimizer=optimizer, epochs=4, schedule=nn.linear)
    assert history.lr == pytest.approx([0.01, 0.0075, 0.005, 0.0025])
    assert optimizer.lr == 0.01


def test_the_learning_rate_is_put_back_even_if_training_stops(few: Dataset) -> None:
    def stop(network: nn.Network) -> None:
        if any((p.grad != 0).any() for p in network.parameters()):
            raise KeyboardInterrupt

    optimizer = nn.Adam(0.01)
    with pytest.raises(KeyboardInterrupt):
        trained(few, optimizer=optimizer, schedule=lambda done: 0.5, record=stop)
    assert optimizer.lr == 0.01


def test_record_keeps_the_start_and_every_epoch(few: Dataset) -> None:
    network, history = trained(few, record=lambda network: network.layers[0].params["w"].copy())
    assert len(history.records) == 3
    start = small_network(np.random.default_rng(1)).layers[0].params["w"]
    assert (history.records[0] == start).all()
    assert (history.records[0] != history.records[1]).any()
    assert (history.records[-1] == network.layers[0].params["w"]).all()


def test_the_bar_shows_epochs_and_accuracy(
    few: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tqdm")
    _, history = trained(few, progress=True)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert f"test {history.test_accuracy[-1]:.1%}" in shown


def test_training_needs_no_tqdm(
    few: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without_tqdm(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("tqdm"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_tqdm)
    _, history = trained(few, progress=True)
    assert len(history) == 2
    assert capsys.readouterr().err == ""


def test_a_learning_rate_that_is_too_large_is_named(few: Dataset, rng: np.random.Generator) -> None:
    network = nn.Network([nn.Flatten(), nn.Dense(64, 9, rng=rng), nn.Dense(9, 10, rng=rng)])
    with pytest.raises(ValueError, match=r"not finite at learning rate 1e\+200: lower the"):
        nn.train(network, few, nn.SGD(1e200), epochs=1, batch_size=9, rng=rng, progress=False)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": 1.5}, TypeError, "batch_size must be made of whole numbers"),
    ],
)
def test_counts_that_make_no_training_are_refused(
    few: Dataset, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        trained(few, **changes)


@pytest.mark.parametrize("part", ["y_train", "y_test"])
def test_images_without_labels_are_refused(few: Dataset, part: str) -> None:
    with pytest.raises(ValueError, match=r"x holds \d+ images, y 7 labels"):
        trained(few._replace(**{part: getattr(few, part)[:7]}))


def test_confusion_counts_every_image_in_the_row_of_its_class(few: Dataset) -> None:
    network, history = trained(few)
    counts = nn.confusion_matrix(network, few.x_test, few.y_test)
    assert (counts.sum(axis=1) == few.y_test.sum(axis=0)).all()
    assert counts.trace() / 50 == pytest.approx(history.test_accuracy[-1])
    assert counts.shape == (10, 10)
    answers = network.predict(few.x_test).argmax(axis=1)
    assert (counts.sum(axis=0) == np.bincount(answers, minlength=10)).all()


def test_no_images_have_no_accuracy(few: Dataset, rng: np.random.Generator) -> None:
    network = small_network(rng)
    assert np.isnan(nn.evaluate(network, few.x_test[:0], few.y_test[:0])).all()
    assert nn.confusion_matrix(network, few.x_test[:0], few.y_test[:0]).sum() == 0


def test_evaluation_in_batches_equals_the_whole(rng: np.random.Generator) -> None:
    data, network = digits(), small_network(rng)
    parts = [nn.evaluate(network, data.x_train[i::2], data.y_train[i::2]) for i in range(2)]
    whole = nn.evaluate(network, data.x_train, data.y_train)
    assert whole.loss == pytest.approx((719 * parts[0].loss + 718 * parts[1].loss) / 1437)
