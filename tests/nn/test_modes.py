"""Two modes: what batch normalization, dropout and residual blocks do in training and in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib import nn
from cnnlib.data import Dataset
from tests.nn.test_torch_bridge import both_gradients, channels_first

Array = np.ndarray[Any, Any]


@pytest.fixture
def deep(rng: np.random.Generator) -> nn.Network:
    """Every layer that has two modes, one of them inside a block, with parameters that differ."""
    network = nn.Network(
        [
            nn.Conv2d(2, 3, (3, 2), rng=rng),
            nn.BatchNorm(3, eps=1e-3, momentum=0.3),
            nn.LeakyReLU(0.2),
            nn.Residual(nn.Conv2d(3, 3, 3, padding="same", rng=rng), nn.BatchNorm(3), nn.GELU()),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.BatchNorm(36),
            nn.Dropout(0.25, np.random.default_rng(5)),
            nn.Dense(36, 5, rng=rng),
            nn.BatchNorm(5),
            nn.Residual(nn.Dense(5, 5, rng=rng), nn.Tanh()),
            nn.Dense(5, 3, rng=rng),
        ]
    )
    for parameter in network.parameters():
        parameter.value[...] += 0.3 * rng.standard_normal(parameter.value.shape)
    return network


@pytest.fixture
def x(rng: np.random.Generator) -> Array:
    return rng.normal(1, 2, (6, 8, 9, 2))


def learned(network: nn.Network, x: Array) -> nn.Network:
    """Let the running averages move."""
    for _ in range(3):
        network.forward(x)
    return network


def test_in_use_an_image_does_not_see_its_neighbours(deep: nn.Network, x: Array) -> None:
    learned(deep, x).eval_mode()
    whole = deep.forward(x)
    alone = np.concatenate([deep.forward(image[None]) for image in x])
    np.testing.assert_allclose(whole, alone, rtol=1e-12, atol=1e-12)
    deep.train_mode()
    assert not np.allclose(deep.forward(x)[:2], deep.forward(x[:2]))


def test_looking_at_images_teaches_nothing(deep: nn.Network, x: Array) -> None:
    learned(deep, x)
    before = {name: value.copy() for name, value in deep.buffers().items()}
    deep.predict(x, batch_size=4)
    nn.evaluate(deep, x, np.eye(3)[[0, 1, 2, 0, 1, 2]])
    deep.summary(8, 9, 2)
    for name, value in deep.buffers().items():
        np.testing.assert_array_equal(value, before[name])
    assert all(layer.training for layer in deep.layers), "the mode is as it was"
    deep.forward(x)
    assert any((value != before[name]).any() for name, value in deep.buffers().items())


def test_a_mode_reaches_the_layers_inside_a_block(deep: nn.Network) -> None:
    assert deep.eval_mode() is deep
    assert not any(layer.training for layer in deep.layers[3].layers)
    assert all(layer.training for layer in deep.train_mode().layers[3].layers)


def test_save_and_load_keep_the_running_averages(
    deep: nn.Network, x: Array, tmp_path: Path
) -> None:
    learned(deep, x).eval_mode()
    nn.save(deep, tmp_path / "deep.npz")
    copy = nn.load(tmp_path / "deep.npz").eval_mode()
    assert copy.buffers().keys() == deep.buffers().keys()
    np.testing.assert_array_equal(copy.forward(x), deep.forward(x))


def test_a_file_without_its_running_averages_is_refused(deep: nn.Network, tmp_path: Path) -> None:
    nn.save(deep, tmp_path / "deep.npz")
    with np.load(tmp_path / "deep.npz") as stored:
        kept = {name: stored[name] for name in stored.files if "running_var" not in name}
    np.savez(tmp_path / "less.npz", **kept)
    with pytest.raises(ValueError, match=r"its layers need the arrays .*running_var"):
        nn.load(tmp_path / "less.npz")


def test_training_goes_through_the_layers_and_ends_in_the_mode_of_training(
    rng: np.random.Generator,
) -> None:
    x = rng.normal(size=(40, 6))
    y = np.eye(2)[(x[:, 0] > 0).astype(int)]
    layers = [nn.Dense(6, 8, rng=rng), nn.BatchNorm(8), nn.ReLU(), nn.Dropout(0.1, rng)]
    network = nn.Network([*layers, nn.Residual(nn.Dense(8, 8, rng=rng)), nn.Dense(8, 2, rng=rng)])
    data = Dataset(x[:30], y[:30], x[30:], y[30:])
    history = nn.train(
        network, data, nn.Adam(lr=0.02), epochs=30, batch_size=10, rng=rng, progress=False
    )
    assert history.train_loss[-1] < 0.5 * history.train_loss[0]
    assert np.isfinite(history.test_loss).all()


def test_an_interrupted_training_keeps_averages_and_generators(tmp_path: Path) -> None:
    def run(checkpoint: Path | None, stop: int | None = None) -> nn.Network:
        rng = np.random.default_rng(8)
        x = rng.normal(size=(20, 4))
        y = np.eye(2)[(x[:, 0] > 0).astype(int)]
        inside = nn.Residual(nn.Dropout(0.3, np.random.default_rng(2)), nn.BatchNorm(4))
        network = nn.Network([inside, nn.Dense(4, 2, rng=rng)])
        seen = []

        def record(network: nn.Network) -> None:
            seen.append(1)
            if stop is not None and len(seen) > stop:
                raise KeyboardInterrupt

        options = {"epochs": 4, "batch_size": 6, "rng": rng, "progress": False}
        data = Dataset(x[:14], y[:14], x[14:], y[14:])
        nn.train(network, data, nn.SGD(lr=0.1), record=record, checkpoint=checkpoint, **options)
        return network

    file = tmp_path / "training.npz"
    with pytest.raises(KeyboardInterrupt):
        run(file, stop=2)
    resumed, whole = run(file), run(None)
    for name, value in whole.buffers().items():
        np.testing.assert_array_equal(resumed.buffers()[name], value)
    for one, other in zip(resumed.parameters(), whole.parameters(), strict=True):
        np.testing.assert_array_equal(one.value, other.value)


@pytest.mark.torch
@pytest.mark.parametrize("training", [False, True])
def test_every_gradient_equals_pytorch_s_in_both_modes(
    torch: Any, deep: nn.Network, x: Array, training: bool, rng: np.random.Generator
) -> None:
    deep.layers.pop(7)  # dropout draws in both libraries, each its own
    learned(deep, x)
    _ = deep.train_mode() if training else deep.eval_mode()
    y = np.eye(3)[rng.integers(0, 3, len(x))]
    (dx, ours), (their_dx, theirs) = both_gradients(torch, deep, x, y)
    np.testing.assert_allclose(dx, their_dx, rtol=1e-9, atol=1e-11)
    assert ours.keys() == theirs.keys()
    for name, grad in ours.items():
        np.testing.assert_allclose(grad, theirs[name], rtol=1e-9, atol=1e-11, err_msg=name)


@pytest.mark.torch
def test_running_averages_move_as_pytorch_s(torch: Any, deep: nn.Network, x: Array) -> None:
    deep.layers.pop(7)
    module = nn.to_torch(deep)
    for images in (x, x[:4] + 1, 2 * x):
        deep.forward(images)
        module(channels_first(torch, images))
    module.eval()
    deep.eval_mode()
    found = module(channels_first(torch, x)).detach().numpy()
    np.testing.assert_allclose(found, deep.forward(x), rtol=1e-9, atol=1e-11)


@pytest.mark.torch
def test_a_network_that_ends_in_a_mean_needs_no_flatten(
    torch: Any, x: Array, rng: np.random.Generator
) -> None:
    layers = [nn.BatchNorm(2), nn.Conv2d(2, 4, 3, rng=rng), nn.GlobalAvgPool2d()]
    network = nn.Network([*layers, nn.BatchNorm(4), nn.Dense(4, 3, rng=rng)]).eval_mode()
    found = nn.to_torch(network)(channels_first(torch, x)).detach().numpy()
    np.testing.assert_allclose(found, network.forward(x), rtol=1e-9, atol=1e-12)
    rows = nn.Network([nn.BatchNorm(4), nn.Dense(4, 3, rng=rng)])
    found = nn.to_torch(rows)(torch.from_numpy(x[:, 0, :4, 0].copy())).detach().numpy()
    np.testing.assert_allclose(found, rows.forward(x[:, 0, :4, 0]), rtol=1e-9, atol=1e-12)


@pytest.mark.torch
def test_groups_and_transposed_convolutions_agree_with_pytorch(
    torch: Any, x: Array, rng: np.random.Generator, tmp_path: Path
) -> None:
    network = nn.Network(
        [
            nn.Conv2d(2, 6, (3, 2), stride=2, groups=2, rng=rng),
            nn.Tanh(),
            nn.ConvTranspose2d(6, 4, (3, 2), stride=(2, 3), output_padding=(1, 0), rng=rng),
            nn.Conv2d(4, 4, 3, groups=4, padding=1, rng=rng),
            nn.GlobalAvgPool2d(),
            nn.Dense(4, 3, rng=rng),
        ]
    )
    for parameter in network.parameters():
        parameter.value[...] += 0.3 * rng.standard_normal(parameter.value.shape)
    y = np.eye(3)[rng.integers(0, 3, len(x))]
    (dx, ours), (their_dx, theirs) = both_gradients(torch, network, x, y)
    np.testing.assert_allclose(dx, their_dx, rtol=1e-9, atol=1e-11)
    for name, grad in ours.items():
        np.testing.assert_allclose(grad, theirs[name], rtol=1e-9, atol=1e-11, err_msg=name)
    nn.save(network, tmp_path / "grouped.npz")
    np.testing.assert_array_equal(nn.load(tmp_path / "grouped.npz").forward(x), network.forward(x))
    lopsided = nn.ConvTranspose2d(2, 2, 2, padding=((1, 0), (0, 0)), rng=rng)
    with pytest.raises(ValueError, match="as much off at both ends"):
        nn.to_torch(nn.Network([lopsided]))


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: nn.BatchNorm(0), ValueError, "c must be at least 1, got 0"),
        (lambda: nn.BatchNorm(2, eps=0), ValueError, "eps must be positive"),
        (lambda: nn.BatchNorm(2, momentum=1.5), ValueError, "momentum must be .* got 1.5"),
        (lambda: nn.BatchNorm(2).forward(np.ones((4, 3))), ValueError, "x has 3 channels"),
        (lambda: nn.Dropout(1.0, np.random.default_rng(0)), ValueError, "less than 1, got 1.0"),
        (lambda: nn.Conv2d(4, 6, 3, groups=3, rng=np.random.default_rng(0)), ValueError,
         "groups must divide"),
        (lambda: nn.ConvTranspose2d(2, 0, 3, rng=np.random.default_rng(0)), ValueError, "c_out"),
        (lambda: nn.Residual(), ValueError, "at least one layer"),
        (lambda: nn.Residual(nn.ReLU), TypeError, r"layers\[0\] must be a Layer"),
        (lambda: nn.Residual(nn.Flatten()).forward(np.ones((1, 2, 2, 1))), ValueError,
         r"turn shape \(1, 2, 2, 1\) into \(1, 4\): they must keep it"),
        (lambda: nn.LeakyReLU("steep"), TypeError, "slope must be a number, got 'steep'"),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_work_is_refused(
    build: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        build()


def test_dropout_goes_back_through_the_cells_that_spoke(rng: np.random.Generator) -> None:
    layer, x = nn.Dropout(0.5, rng), rng.normal(size=(20, 30))
    a, delta = layer.forward(x), rng.normal(size=(20, 30))
    np.testing.assert_array_equal(layer.backward(delta), c.dropout_backward(delta, a != 0, 0.5))
