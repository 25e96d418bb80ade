"""The same network in PyTorch: equal logits, equal gradients, equal training."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib import nn
from cnnlib.data import digits

Array = np.ndarray[Any, Any]
with_torch = pytest.mark.torch


def channels_first(torch: Any, x: Array) -> Any:
    """Images as PyTorch wants them."""
    return torch.from_numpy(x).permute(0, 3, 1, 2)


def both_gradients(torch: Any, network: nn.Network, x: Array, y: Array) -> Any:
    """Gradients of the mean cross-entropy from both libraries, the input's first."""
    module, tensor = nn.to_torch(network), channels_first(torch, x).requires_grad_()
    torch.nn.functional.cross_entropy(module(tensor), torch.from_numpy(y)).backward()
    theirs = [tensor.grad.permute(0, 2, 3, 1).numpy(), nn.torch_gradients(network, module)]
    dx = network.backward(c.softmax_cross_entropy_backward(network.forward(x), y))
    return [dx, {p.name: p.grad for p in network.parameters()}], theirs


@with_torch
def test_logits_equal_pytorch_s(torch: Any, network: nn.Network, images: Array) -> None:
    found = nn.to_torch(network)(channels_first(torch, images)).detach().numpy()
    np.testing.assert_allclose(found, network.forward(images), rtol=1e-12, atol=1e-13)


@with_torch
def test_every_gradient_equals_pytorch_s(
    torch: Any, network: nn.Network, images: Array, rng: np.random.Generator
) -> None:
    y = np.eye(3)[rng.integers(0, 3, len(images))]
    (dx, ours), (their_dx, theirs) = both_gradients(torch, network, images, y)
    np.testing.assert_allclose(dx, their_dx, rtol=1e-9, atol=1e-12)
    assert ours.keys() == theirs.keys()
    for name, grad in ours.items():
        np.testing.assert_allclose(grad, theirs[name], rtol=1e-9, atol=1e-12, err_msg=name)


@with_torch
def test_the_book_s_network_agrees_on_real_digits(torch: Any, rng: np.random.Generator) -> None:
    data, network = digits(), nn.digit_network(rng=rng)
    (dx, ours), (their_dx, theirs) = both_gradients(
        torch, network, data.x_test[:50], data.y_test[:50]
    )
    np.testing.assert_allclose(dx, their_dx, rtol=1e-9, atol=1e-12)
    for name, grad in ours.items():
        np.testing.assert_allclose(grad, theirs[name], rtol=1e-9, atol=1e-12, err_msg=name)


@with_torch
def test_both_libraries_train_alike(torch: Any, rng: np.random.Generator) -> None:
    data, network = digits(), nn.digit_network(rng=rng)
    x, y = data.x_train[:64], data.y_train[:64]
    module = nn.to_torch(network)
    ours, theirs = nn.Adam(1e-3), torch.optim.Adam(module.parameters(), 1e-3)
    for _ in range(5):
        loss, _ = nn.train_step(network, x, y, ours)
        theirs.zero_grad()
        other = torch.nn.functional.cross_entropy(
            module(channels_first(torch, x)), torch.from_numpy(y)
        )
        other.backward()
        theirs.step()
        assert loss == pytest.approx(other.item(), rel=1e-7)


@with_torch
def test_the_result_is_made_of_pytorch_s_own_layers(torch: Any, rng: np.random.Generator) -> None:
    module = nn.to_torch(nn.digit_network(rng=rng))
    names = [type(layer).__name__ for layer in module]
    assert names == "Conv2d ReLU Conv2d ReLU MaxPool2d Flatten Linear ReLU Linear".split()
    assert all(type(layer).__module__.startswith("torch.nn.") for layer in module)
    assert module[0].weight.dtype == torch.float64


@with_torch
def test_weights_are_copies(torch: Any, rng: np.random.Generator) -> None:
    network = nn.digit_network(rng=rng)
    kept = network.layers[0].params["b"].copy()
    with torch.no_grad():
        for parameter in nn.to_torch(network).parameters():
            parameter.fill_(9.0)
    assert (network.layers[0].params["b"] == kept).all()


@with_torch
def test_float32_networks_stay_float32(torch: Any, rng: np.random.Generator) -> None:
    network = nn.digit_network(rng=rng)
    for layer in network.layers:
        layer.params = {name: value.astype(np.float32) for name, value in layer.params.items()}
    assert all(p.dtype == torch.float32 for p in nn.to_torch(network).parameters())


@with_torch
@pytest.mark.parametrize("shape", [(4, 3, 2), (12, 1, 1), (1, 6, 1)])
def test_flattening_images_first_needs_one_image_to_know_the_channels(
    torch: Any, rng: np.random.Generator, shape: tuple[int, int, int]
) -> None:
    x = rng.standard_normal((3, *shape))
    layers = [nn.Flatten(), nn.Tanh(), nn.Dense(int(np.prod(shape)), 5, rng=rng), nn.Flatten()]
    network = nn.Network([*layers, nn.Dense(5, 2, rng=rng)])
    with pytest.raises(ValueError, match=r"call network\.forward with an image first"):
        nn.to_torch(network)
    z = network.forward(x)
    found = nn.to_torch(network)(channels_first(torch, x)).detach().numpy()
    np.testing.assert_allclose(found, z, rtol=1e-12)


@with_torch
def test_dense_layers_alone_need_no_images(torch: Any, rng: np.random.Generator) -> None:
    network, x = nn.Network([nn.Dense(4, 3, rng=rng)]), rng.standard_normal((2, 4))
    found = nn.to_torch(network)(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(found, network.forward(x), rtol=1e-12)


@with_torch
@pytest.mark.parametrize("ties", ["split", "all"])
def test_tie_policies_pytorch_lacks_are_refused(torch: Any, ties: str) -> None:
    with pytest.raises(ValueError, match="PyTorch gives a tie to the first maximum"):
        nn.to_torch(nn.Network([nn.MaxPool2d(2, ties=ties)]))


@with_torch
def test_what_cannot_be_converted_is_named(torch: Any, rng: np.random.Generator) -> None:
    class Mine(nn.Layer):
        pass

    with pytest.raises(TypeError, match=r"Mine\(\) is not a layer of cnnlib.nn"):
        nn.to_torch(nn.Network([Mine()]))
    flat = nn.Network([nn.Conv2d(1, 2, 3, rng=rng), nn.Flatten()])
    with pytest.raises(ValueError, match="ends with 2 flattened channels"):
        nn.to_torch(flat)


@with_torch
def test_gradients_are_asked_for_after_backward(torch: Any, rng: np.random.Generator) -> None:
    network = nn.digit_network(rng=rng)
    with pytest.raises(ValueError, match="module has 0 gradients, network has 8 parameters"):
        nn.torch_gradients(network, nn.to_torch(network))


def test_without_pytorch_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_torch(name: str, *rest: Any, **more: Any) -> Any:
        if name == "torch":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(ImportError, match="pip install torch"):
        nn.to_torch(nn.Network([]))
