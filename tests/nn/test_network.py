"""A network is its layers in a row, and backwards the same row reversed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib import nn
from cnnlib.gradcheck import check_gradient, numerical_gradient

Array = np.ndarray[Any, Any]


def test_every_gradient_of_a_deep_network_matches_central_differences(
    network: nn.Network, images: Array, rng: np.random.Generator
) -> None:
    y = np.eye(3)[rng.integers(0, 3, len(images))]
    network.backward(c.softmax_cross_entropy_backward(network.forward(images), y))
    for name, value, grad in network.parameters():

        def loss(probe: Array, value: Array = value) -> float:
            kept = value.copy()
            value[...] = probe
            result = c.softmax_cross_entropy(network.forward(images), y)
            value[...] = kept
            return result

        numeric = numerical_gradient(loss, value)
        np.testing.assert_allclose(grad, numeric, rtol=1e-5, atol=1e-9, err_msg=name)
        assert np.abs(grad).max() > 1e-6, name


def test_the_gradient_of_the_images_matches_central_differences(
    network: nn.Network, images: Array, rng: np.random.Generator
) -> None:
    def backward(delta: Array, x: Array) -> Array:
        network.forward(x)
        return network.backward(delta)

    assert check_gradient(network.forward, backward, images, rng=rng)


def test_all_outputs_and_all_gradients_can_be_looked_at(
    network: nn.Network, images: Array, rng: np.random.Generator
) -> None:
    outputs = network.forward_all(images)
    assert len(outputs) == 1 + len(network.layers)
    assert outputs[0] is images
    assert (outputs[-1] == network.forward(images)).all()
    delta = rng.standard_normal(outputs[-1].shape)
    gradients = network.backward_all(delta)
    assert [g.shape for g in gradients] == [a.shape for a in outputs]
    assert gradients[-1] is delta
    assert (gradients[0] == network.backward(delta)).all()


def test_parameters_are_the_arrays_themselves(network: nn.Network) -> None:
    names = [parameter.name for parameter in network.parameters()]
    assert names == ["0.w", "0.b", "3.w", "3.b", "8.w", "8.b", "10.w", "10.b"]
    network.parameters()[0].value[...] = 7.0
    assert (network.layers[0].params["w"] == 7.0).all()


@pytest.mark.parametrize("batch_size", [1, 3, 4, 500])
def test_predictions_are_probabilities_whatever_the_batch(
    network: nn.Network, images: Array, batch_size: int
) -> None:
    p = network.predict(images, batch_size=batch_size)
    np.testing.assert_allclose(p, c.softmax(network.forward(images)), rtol=1e-12)


def test_an_empty_batch_goes_through_and_back(network: nn.Network, images: Array) -> None:
    assert network.predict(images[:0]).shape == (0, 3)
    assert network.backward(network.forward(images[:0])).shape == (0, 9, 7, 2)
    assert all((p.grad == 0).all() for p in network.parameters())


def test_the_network_shows_one_layer_per_line(network: nn.Network) -> None:
    lines = repr(network).splitlines()
    assert lines[0] == "Network("
    assert lines[8] == "    7: Flatten()"
    assert lines[9] == "    8: Dense(m_in=80, m_out=5): w (80, 5), b (5,)"


def test_the_summary_names_every_shape(network: nn.Network) -> None:
    rows = [line.split("  ") for line in network.summary(9, 7, 2).splitlines()]
    assert len(rows) == 1 + 1 + 11 + 1
    assert rows[-1][0] == "total"
    assert int(rows[-1][-1]) == sum(p.value.size for p in network.parameters())


def test_a_class_in_place_of_a_layer_is_refused() -> None:
    with pytest.raises(TypeError, match=r"layers\[1\] must be a Layer.*build it first"):
        nn.Network([nn.Flatten(), nn.ReLU])  # type: ignore[list-item]
