"""Optimizers step as their formulas say, and as PyTorch's do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlib import nn

Array = np.ndarray[Any, Any]


def trajectory(optimizer: nn.Optimizer, start: Array, grads: list[Array]) -> Array:
    """Where a parameter ends after a row of gradients, the learning rate halving on the way."""
    value, lr = start.copy(), optimizer.lr
    for step, grad in enumerate(grads):
        optimizer.lr = lr / (1 + step)
        optimizer.step([nn.Parameter("w", value, grad)])
    return value


@pytest.mark.torch
@pytest.mark.parametrize("name", ["SGD", "momentum", "Adam"])
def test_steps_equal_those_of_pytorch(name: str, torch: Any, rng: np.random.Generator) -> None:
    start, grads = rng.standard_normal((3, 4)), [rng.standard_normal((3, 4)) for _ in range(20)]
    tensor = torch.nn.Parameter(torch.from_numpy(start.copy()))
    ours: nn.Optimizer
    if name == "Adam":
        ours = nn.Adam(0.1, betas=(0.8, 0.99), eps=1e-6)
        theirs = torch.optim.Adam([tensor], 0.1, betas=(0.8, 0.99), eps=1e-6)
    else:
        momentum = 0.9 if name == "momentum" else 0.0
        ours = nn.SGD(0.1, momentum=momentum)
        theirs = torch.optim.SGD([tensor], 0.1, momentum=momentum)
    for step, grad in enumerate(grads):
        theirs.param_groups[0]["lr"] = 0.1 / (1 + step)
        tensor.grad = torch.from_numpy(grad.copy())
        theirs.step()
    found = trajectory(ours, start, grads)
    np.testing.assert_allclose(found, tensor.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_momentum_keeps_the_velocity_when_the_gradient_stops() -> None:
    value, optimizer = np.zeros(1), nn.SGD(lr=1.0, momentum=0.5)
    for grad in (-1.0, 0.0, 0.0):
        optimizer.step([nn.Parameter("w", value, np.full(1, grad))])
    assert value[0] == 1.0 + 0.5 + 0.25


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate() -> None:
    value, grad = np.zeros(3), np.array([1e-3, -1.0, 1e3])
    nn.Adam(lr=0.1).step([nn.Parameter("w", value, grad)])
    np.testing.assert_allclose(value, [-0.1, 0.1, -0.1], rtol=1e-4)


@pytest.mark.parametrize("optimizer", [nn.SGD(0.1, momentum=0.9), nn.Adam(0.1)])
def test_a_step_keeps_float32_and_leaves_the_gradient(optimizer: nn.Optimizer) -> None:
    value, grad = np.ones(3, np.float32), np.ones(3, np.float32)
    optimizer.step([nn.Parameter("w", value, grad)])
    assert value.dtype == np.float32
    assert (grad == 1.0).all()
    assert (value < 1.0).all()


@pytest.mark.parametrize("optimizer", [nn.SGD(0.1, momentum=0.9), nn.Adam(0.1)])
def test_an_optimizer_serves_one_network(optimizer: nn.Optimizer) -> None:
    optimizer.step([nn.Parameter("0.w", np.zeros(3), np.zeros(3))])
    with pytest.raises(ValueError, match=r"0.w has shape \(4,\), the optimizer remembers \(3,\)"):
        optimizer.step([nn.Parameter("0.w", np.zeros(4), np.zeros(4))])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: nn.SGD(0.0), "lr must be positive and finite, got 0.0"),
        (lambda: nn.SGD(np.nan), "lr must be positive"),
        (lambda: nn.SGD(0.1, momentum=1.0), "momentum must be at least 0 and below 1, got 1.0"),
        (lambda: nn.Adam(-1.0), "lr must be positive"),
        (lambda: nn.Adam(betas=(0.9, 1.0)), r"betas\[1\] must be"),
        (lambda: nn.Adam(eps=0.0), "eps must be positive"),
    ],
)
def test_settings_out_of_range_are_refused(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("schedule", [nn.linear, nn.cosine])
def test_schedules_fall_from_one_to_zero(schedule: Any) -> None:
    factors = [schedule(t) for t in np.linspace(0, 1, 11)]
    assert factors[0] == 1.0
    assert factors[-1] == pytest.approx(0.0)
    assert (np.diff(factors) < 0).all()


def test_optimizers_show_their_settings() -> None:
    assert repr(nn.SGD(0.1)) == "SGD(lr=0.1, momentum=0.0)"
    assert repr(nn.Adam(0.1)) == "Adam(lr=0.1, betas=(0.9, 0.999), eps=1e-08)"
