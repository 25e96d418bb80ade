"""float32 from the images to the step, and float64 where it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlib import nn
from cnnlib.data import Dataset


@pytest.fixture
def network(rng: np.random.Generator) -> nn.Network:
    """Every kind of layer that keeps arrays."""
    return nn.Network(
        [
            nn.Conv2d(1, 4, 3, padding="same", rng=rng),
            nn.BatchNorm(4),
            nn.Residual(nn.Conv2d(4, 4, 3, padding="same", rng=rng), nn.ReLU()),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dense(16, 3, rng=rng),
        ]
    )


@pytest.fixture
def data(rng: np.random.Generator) -> Dataset:
    x, y = rng.random((23, 4, 5, 1)), np.eye(3)[rng.integers(0, 3, 23)]
    return Dataset(x, y, x[:5], y[:5])


def everything(network: nn.Network) -> list[np.ndarray]:
    pairs = [array for p in network.parameters() for array in (p.value, p.grad)]
    return [*pairs, *network.buffers().values()]


def test_astype_converts_all_arrays_and_returns_the_network(network: nn.Network) -> None:
    before = [array.copy() for array in everything(network)]
    assert network.dtype == np.float64
    assert network.astype(np.float32) is network
    assert network.dtype == np.float32
    assert {array.dtype for array in everything(network)} == {np.dtype(np.float32)}
    for array, old in zip(everything(network.astype("float64")), before, strict=True):
        np.testing.assert_array_equal(array, old.astype(np.float32))


@pytest.mark.parametrize("dtype", [int, complex, "U3", object])
def test_astype_wants_a_float_type(network: nn.Network, dtype: type) -> None:
    with pytest.raises(TypeError, match=r"dtype must be a float type such as numpy\.float32, got "):
        network.astype(dtype)


@pytest.mark.parametrize("optimizer", [nn.SGD(0.1), nn.SGD(0.1, momentum=0.9), nn.Adam(0.01)])
def test_training_keeps_float32_everywhere(
    network: nn.Network,
    data: Dataset,
    optimizer: nn.Adam,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = set()
    real = nn.Network.forward

    def forward(self: nn.Network, x: np.ndarray) -> np.ndarray:
        z = real(self, x)
        seen.update({x.dtype, z.dtype})
        return z

    monkeypatch.setattr(nn.Network, "forward", forward)
    network.astype(np.float32)
    options = {"epochs": 2, "batch_size": 6, "rng": rng, "progress": False}
    nn.train(network, data, optimizer, schedule=nn.cosine, **options)
    assert seen == {np.dtype(np.float32)}
    assert {array.dtype for array in everything(network)} == {np.dtype(np.float32)}
    memories = [m for memory in vars(optimizer).values() if isinstance(memory, dict)
                for m in memory.values()]  # fmt: skip
    assert {array.dtype for array in memories} <= {np.dtype(np.float32)}


def test_without_dx_the_gradients_are_the_same(
    network: nn.Network, rng: np.random.Generator
) -> None:
    z = network.forward(rng.random((3, 4, 5, 1)))
    delta = rng.normal(size=z.shape)
    network.backward(delta)
    wanted = [parameter.grad.copy() for parameter in network.parameters()]
    assert network.backward_to_params(delta) is None
    for parameter, grad in zip(network.parameters(), wanted, strict=True):
        np.testing.assert_allclose(parameter.grad, grad, rtol=1e-12, atol=1e-13)


def test_a_recipe_returns_what_checks_need() -> None:
    data = Dataset(np.ones((4, 8, 8, 1)), np.eye(10)[:4], np.ones((2, 8, 8, 1)), np.eye(10)[:2])
    rng = np.random.default_rng(0)
    network, _ = nn.train_digit_network(data, rng=rng, epochs=1, progress=False)
    assert network.dtype == np.float64
    for parameter in network.parameters():
        np.testing.assert_array_equal(parameter.value, parameter.value.astype(np.float32))
