"""Each layer is its operation, and remembers what the way back needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib import nn
from cnnlib.gradcheck import check_gradient

Array = np.ndarray[Any, Any]
Build = Callable[[np.random.Generator], nn.Layer]


def in_use(layer: nn.Layer, rng: np.random.Generator) -> nn.Layer:
    """A layer in evaluation mode, with running averages of its own."""
    layer.buffers = {name: 0.5 + rng.random(a.shape) for name, a in layer.buffers.items()}
    layer.set_training(False)
    return layer


LAYERS: list[tuple[Build, tuple[int, ...]]] = [
    (lambda rng: nn.Conv2d(2, 3, (2, 3), rng=rng), (3, 5, 4, 2)),
    (lambda rng: nn.Conv2d(2, 3, 1, rng=rng), (3, 4, 5, 2)),
    (
        lambda rng: nn.Conv2d(1, 2, (3, 2), stride=(2, 3), padding="full", rng=rng),
        (2, 5, 4, 1),
    ),
    (
        lambda rng: nn.Conv2d(3, 2, 2, padding=((1, 0), (0, 2)), dilation=2, rng=rng),
        (2, 5, 6, 3),
    ),
    (lambda rng: nn.Conv2d(4, 6, (2, 3), stride=(1, 2), groups=2, rng=rng), (2, 5, 4, 4)),
    (lambda rng: nn.Conv2d(3, 3, 2, groups=3, rng=rng), (2, 4, 5, 3)),
    (
        lambda rng: nn.ConvTranspose2d(
            3, 2, (2, 3), stride=(3, 2), padding=(0, 1), output_padding=(1, 0), rng=rng
        ),
        (2, 3, 4, 3),
    ),
    (lambda rng: nn.MaxPool2d((2, 3)), (2, 5, 7, 3)),
    (lambda rng: nn.MaxPool2d(3, stride=(1, 2), padding=1), (2, 5, 4, 3)),
    (lambda rng: nn.AvgPool2d((3, 2), stride=2, padding=1), (2, 5, 4, 3)),
    (lambda rng: nn.ReLU(), (2, 5, 4, 3)),
    (lambda rng: nn.LeakyReLU(0.2), (2, 5, 4, 3)),
    (lambda rng: nn.GELU(), (2, 5)),
    (lambda rng: nn.GlobalAvgPool2d(), (2, 5, 4, 3)),
    (lambda rng: nn.BatchNorm(3), (2, 5, 4, 3)),
    (lambda rng: nn.BatchNorm(4, eps=0.1), (5, 4)),
    (lambda rng: in_use(nn.BatchNorm(3), rng), (2, 5, 4, 3)),
    (lambda rng: in_use(nn.Dropout(0.5, rng), rng), (2, 5, 4, 3)),
    (lambda rng: nn.Residual(nn.Conv2d(2, 2, (3, 2), padding="same", rng=rng)), (2, 4, 5, 2)),
    (
        lambda rng: nn.Residual(
            nn.Dense(3, 4, rng=rng), nn.BatchNorm(4), nn.Tanh(), nn.Dense(4, 3, rng=rng)
        ),
        (5, 3),
    ),
    (lambda rng: nn.Sigmoid(), (2, 5)),
    (lambda rng: nn.Tanh(), (2, 5)),
    (lambda rng: nn.Flatten(), (2, 5, 4, 3)),
    (lambda rng: nn.Dense(4, 3, rng=rng), (5, 4)),
]


def at(layer: nn.Layer, params: tuple[Array, ...]) -> nn.Layer:
    """Give a layer other parameters."""
    layer.params = dict(zip(layer.params, params, strict=True))
    return layer


@pytest.mark.parametrize(("build", "shape"), LAYERS)
def test_backward_matches_central_differences_at_every_cell(
    build: Build, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    layer = build(rng)

    def backward(delta: Array, x: Array, *params: Array) -> tuple[Array, ...]:
        at(layer, params).forward(x)
        dx = layer.backward(delta)
        return dx, *layer.grads.values()

    report = check_gradient(
        lambda x, *params: at(layer, params).forward(x),
        backward,
        rng.standard_normal(shape),
        *(value + rng.standard_normal(value.shape) for value in layer.params.values()),
        rng=rng,
    )
    assert len(report.errors) == 1 + len(layer.params)


@pytest.mark.parametrize(("build", "shape"), LAYERS)
def test_layers_take_an_empty_batch_and_keep_float32(
    build: Build, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    layer = build(rng)
    z = layer.forward(np.zeros((0, *shape[1:])))
    assert layer.backward(z).shape == (0, *shape[1:])
    assert all(grad.shape == layer.params[name].shape for name, grad in layer.grads.items())
    layer.params = {name: value.astype(np.float32) for name, value in layer.params.items()}
    z = layer.forward(rng.standard_normal(shape).astype(np.float32))
    assert z.dtype == layer.backward(z).dtype == np.float32


@pytest.mark.parametrize(("build", "shape"), LAYERS)
def test_layers_modify_neither_input_nor_delta(
    build: Build, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    layer, x = build(rng), rng.standard_normal(shape)
    x.flags.writeable = False
    delta = layer.forward(x).copy()
    delta.flags.writeable = False
    assert layer.backward(delta).shape == shape


def test_max_pooling_hands_its_ties_to_the_operation() -> None:
    x, delta = np.ones((1, 2, 2, 1)), np.full((1, 1, 1, 1), 8.0)
    sums = {}
    for ties in ("first", "split", "all"):
        layer = nn.MaxPool2d(2, ties=ties)
        layer.forward(x)
        sums[ties] = layer.backward(delta).ravel().tolist()
    assert sums == {"first": [8, 0, 0, 0], "split": [2, 2, 2, 2], "all": [8, 8, 8, 8]}


def test_flatten_keeps_the_images_of_a_batch_apart() -> None:
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    assert nn.Flatten().forward(x)[1].tolist() == list(range(12, 24))


def test_weights_keep_the_size_of_activations(rng: np.random.Generator) -> None:
    x = rng.standard_normal((5, 14, 14, 30))
    for _ in range(6):
        x = c.relu(nn.Conv2d(30, 30, 3, rng=rng).forward(x))
    assert 0.2 < np.sqrt((x**2).mean()) < 5.0


def test_the_same_rng_draws_the_same_weights() -> None:
    first, second = (nn.Conv2d(2, 3, 3, rng=np.random.default_rng(4)) for _ in range(2))
    assert (first.params["w"] == second.params["w"]).all()


def test_gradients_are_zero_before_the_first_backward(rng: np.random.Generator) -> None:
    layer = nn.Dense(3, 2, rng=rng)
    assert {name: grad.tolist() for name, grad in layer.grads.items()} == {
        "w": [[0, 0]] * 3,
        "b": [0, 0],
    }


def test_layers_show_arguments_and_shapes(rng: np.random.Generator) -> None:
    assert repr(nn.Conv2d(1, 16, 3, padding="same", rng=rng)) == (
        "Conv2d(c_in=1, c_out=16, kernel_size=(3, 3), stride=1, padding='same', dilation=1): "
        "w (3, 3, 1, 16), b (16,)"
    )
    assert repr(nn.ReLU()) == "ReLU()"


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda rng: nn.Conv2d(0, 2, 3, rng=rng), ValueError, "c_in must be at least 1, got 0"),
        (lambda rng: nn.Conv2d(1, 2.0, 3, rng=rng), TypeError, "c_out must be made of whole"),
        (lambda rng: nn.Conv2d(1, 2, (3, 0), rng=rng), ValueError, "kernel_size must be at least"),
        (lambda rng: nn.Conv2d(1, 2, 3, stride=0, rng=rng), ValueError, "stride must be at least"),
        (lambda rng: nn.Conv2d(1, 2, 3, padding="sane", rng=rng), ValueError, "padding must be"),
        (lambda rng: nn.Dense(3, -1, rng=rng), ValueError, "m_out must be at least 1, got -1"),
        (lambda rng: nn.MaxPool2d(0), ValueError, "kernel_size must be at least 1"),
        (lambda rng: nn.MaxPool2d(2, ties="last"), ValueError, "ties must be one of"),
        (lambda rng: nn.MaxPool2d(2, stride=0), ValueError, "stride must be at least 1, got 0"),
        (lambda rng: nn.AvgPool2d(2, stride=1.5), TypeError, "stride must be made of whole"),
        (lambda rng: nn.MaxPool2d(3, padding=2), ValueError, "padding .* more than half"),
        (lambda rng: nn.AvgPool2d(2, padding="sane"), ValueError, "padding must be"),
        (lambda rng: nn.AvgPool2d((2, 2, 2)), ValueError, "kernel_size must be an int or a pair"),
    ],
)
def test_a_layer_that_cannot_work_is_refused_when_built(
    build: Build, error: type[Exception], message: str, rng: np.random.Generator
) -> None:
    with pytest.raises(error, match=message):
        build(rng)


def test_an_image_that_does_not_fit_is_refused_with_the_numbers(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="x has 2 channels"):
        nn.Conv2d(3, 4, 2, rng=rng).forward(np.zeros((1, 5, 5, 2)))
