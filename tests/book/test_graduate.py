"""The PyTorch code printed in the chapter `graduate` runs, and finds cnnlib's numbers.

The chapter shows the functions of this file. They are not executed when the book is built, since
PyTorch is optional there; they are executed here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnlib
from cnnlib import nn
from cnnlib.data import digits

if os.environ.get("CI") == "true":  # there, a missing oracle is a failure
    import torch
else:
    torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

Array = np.ndarray[Any, Any]


def network_in_torch() -> Any:
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3, padding="same"),
        torch.nn.ReLU(),
        torch.nn.Conv2d(16, 32, 3, padding="same"),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(512, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 10),
    ).double()


def fill(model: Any, file: Path) -> None:
    arrays = np.load(file)
    state = {f"{i}.bias": arrays[f"{i}.b"] for i in (0, 2, 6, 8)}
    for i in (0, 2):
        state[f"{i}.weight"] = arrays[f"{i}.w"].transpose(3, 2, 0, 1)
    maps = arrays["6.w"].reshape(4, 4, 32, 64)
    state["6.weight"] = maps.transpose(3, 2, 0, 1).reshape(64, 512)
    state["8.weight"] = arrays["8.w"].T
    model.load_state_dict({name: torch.tensor(a) for name, a in state.items()})


def gradients(model: Any, x: Array, y: Array) -> tuple[float, Array, Any]:
    images = torch.from_numpy(x).permute(0, 3, 1, 2).requires_grad_()
    labels = torch.from_numpy(y)
    loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    dx = images.grad.permute(0, 2, 3, 1).numpy()
    return loss.item(), dx, {name: p.grad for name, p in model.named_parameters()}


def the_short_way(network: nn.Network, x: Array, y: Array) -> dict[str, Array]:
    model = nn.to_torch(network)  # builds the layers, copies and sorts the weights
    gradients(model, x, y)
    return nn.torch_gradients(network, model)  # cnnlib's names and axes


def train_in_torch(model: Any, x: Any, y: Any, *, steps: int) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(steps):
        z = model(x)
        loss = torch.nn.functional.cross_entropy(z, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


class Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, w: Any) -> Any:
        ctx.save_for_backward(x, w)
        return torch.from_numpy(cnnlib.conv2d(x.detach().numpy(), w.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, delta: Any) -> tuple[Any, Any]:
        x, w = (tensor.detach().numpy() for tensor in ctx.saved_tensors)
        grads = cnnlib.conv2d_backward(delta.numpy(), x, w)
        return torch.from_numpy(grads.dx), torch.from_numpy(grads.dw)


@pytest.fixture
def network() -> nn.Network:
    """The network of the page, with biases that are not zero."""
    rng = np.random.default_rng(0)
    network = nn.digit_network(rng=rng)
    for p in network.parameters():
        if p.name.endswith("b"):
            p.value[...] = rng.normal(scale=0.1, size=p.value.shape)
    return network


@pytest.fixture
def batch() -> tuple[Array, Array]:
    """Twenty digits and their labels."""
    data = digits()
    return data.x_train[:20], data.y_train[:20]


def cnnlib_gradients(network: nn.Network, x: Array, y: Array) -> tuple[float, Array]:
    """Loss and input gradient; the others stay in the network."""
    z = network.forward(x)
    loss = cnnlib.softmax_cross_entropy(z, y)
    return loss, network.backward(cnnlib.softmax_cross_entropy_backward(z, y))


def close(found: Any, wanted: Any) -> None:
    """Equal up to rounding."""
    np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-10, atol=1e-14)


def test_the_file_fills_a_network_written_by_hand(
    network: nn.Network, batch: tuple[Array, Array], tmp_path: Path
) -> None:
    nn.save(network, tmp_path / "digits.npz")
    model = network_in_torch()
    fill(model, tmp_path / "digits.npz")
    x, y = batch
    close(model(torch.from_numpy(x).permute(0, 3, 1, 2)).detach(), network.forward(x))
    loss, dx, grads = gradients(model, x, y)
    our_loss, our_dx = cnnlib_gradients(network, x, y)
    close(loss, our_loss)
    close(dx, our_dx)
    ours = {p.name: p.grad for p in network.parameters()}
    for i in (0, 2):
        close(grads[f"{i}.weight"], ours[f"{i}.w"].transpose(3, 2, 0, 1))
    close(grads["8.weight"], ours["8.w"].T)
    assert list(grads) == [f"{i}.{name}" for i in (0, 2, 6, 8) for name in ("weight", "bias")]


def test_a_plain_transpose_fits_and_is_wrong(
    network: nn.Network, batch: tuple[Array, Array]
) -> None:
    model = nn.to_torch(network)
    with torch.no_grad():
        model[6].weight.copy_(torch.tensor(network.layers[6].params["w"].T))
    z = model(torch.from_numpy(batch[0]).permute(0, 3, 1, 2)).detach().numpy()
    assert z.shape == (20, 10)
    assert np.abs(z - network.forward(batch[0])).max() > 0.1


def test_the_short_way_finds_the_same_gradients(
    network: nn.Network, batch: tuple[Array, Array]
) -> None:
    found = the_short_way(network, *batch)
    cnnlib_gradients(network, *batch)
    assert list(found) == [p.name for p in network.parameters()]
    for p in network.parameters():
        close(found[p.name], p.grad)


def test_training_takes_the_same_steps(network: nn.Network, batch: tuple[Array, Array]) -> None:
    x, y = batch
    model = nn.to_torch(network)
    images, labels = torch.from_numpy(x).permute(0, 3, 1, 2), torch.from_numpy(y)
    theirs = train_in_torch(model, images, labels, steps=5)
    optimizer = nn.Adam(2e-3)
    ours = [nn.train_step(network, x, y, optimizer)[0] for _ in range(5)]
    assert theirs == pytest.approx(ours, rel=1e-7)
    assert theirs[-1] < theirs[0]


def test_a_layer_of_cnnlib_serves_inside_pytorch(rng: np.random.Generator) -> None:
    x = torch.tensor(rng.normal(size=(2, 4, 5, 2)), requires_grad=True)
    w = torch.tensor(rng.normal(size=(2, 3, 2, 3)), requires_grad=True)
    assert torch.autograd.gradcheck(Convolution.apply, (x, w))


def test_the_functions_named_in_the_table_are_the_same(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(2, 6, 7, 3)), rng.normal(size=(3, 2, 3, 4))
    delta = rng.normal(size=cnnlib.conv2d(x, w, stride=2).shape)
    tx, td = (torch.tensor(a.transpose(0, 3, 1, 2).copy()) for a in (x, delta))
    tw = torch.tensor(w.transpose(3, 2, 0, 1).copy())
    f = torch.nn.functional
    close(f.conv2d(tx, tw, stride=2).permute(0, 2, 3, 1), cnnlib.conv2d(x, w, stride=2))
    dx = f.conv_transpose2d(td, tw, stride=2, output_padding=(1, 1))
    close(dx.permute(0, 2, 3, 1), cnnlib.conv2d_input_grad(delta, w, x.shape, stride=2))
    dw = torch.nn.grad.conv2d_weight(tx, tuple(tw.shape), td, stride=2)
    close(dw.permute(2, 3, 1, 0), cnnlib.conv2d_kernel_grad(delta, x, (3, 2), stride=2))
    z, y = rng.normal(size=(4, 3)), np.eye(3)[[0, 2, 1, 1]]
    digits_only = torch.tensor(y.argmax(axis=1))
    close(f.cross_entropy(torch.tensor(z), digits_only), cnnlib.softmax_cross_entropy(z, y))
    close(f.log_softmax(torch.tensor(z), dim=1), cnnlib.log_softmax(z))


def test_pytorch_adds_to_the_gradients_it_finds(
    network: nn.Network, batch: tuple[Array, Array]
) -> None:
    model = nn.to_torch(network)
    once = gradients(model, *batch)[2]["0.bias"].clone()
    twice = gradients(model, *batch)[2]["0.bias"]
    close(twice, 2 * once.numpy())


def test_softmax_before_cross_entropy_is_accepted_and_wrong() -> None:
    z, y = torch.tensor([[2.0, 0.0, -1.0]], dtype=torch.float64), torch.tensor([0])
    f = torch.nn.functional
    assert f.cross_entropy(z.softmax(1), y) > 3 * f.cross_entropy(z, y)


def test_groups_are_one_convolution_for_each_channel(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(2, 6, 7, 3)), rng.normal(size=(3, 3, 1, 3))
    each = [cnnlib.conv2d(x[..., [c]], w[..., [c]]) for c in range(3)]
    layer = torch.nn.functional.conv2d(
        torch.tensor(x.transpose(0, 3, 1, 2).copy()),
        torch.tensor(w.transpose(3, 2, 0, 1).copy()),
        groups=3,
    )
    close(layer.permute(0, 2, 3, 1), np.concatenate(each, axis=3))
