"""Fixtures for the networks: PyTorch where it is installed, and one of everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlib import nn
from tests.conftest import missing


@pytest.fixture
def torch() -> Any:
    """PyTorch, or an honest skip."""
    try:
        import torch
    except ImportError:
        missing("PyTorch", "pip install torch")
    return torch


@pytest.fixture
def network(rng: np.random.Generator) -> nn.Network:
    """One of every layer, for images (N, 9, 7, 2)."""
    layers = [
        nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=((1, 0), (0, 2)), rng=rng),
        nn.Tanh(),
        nn.MaxPool2d((2, 3), stride=1, padding=((1, 0), (0, 1))),
        nn.Conv2d(3, 4, (2, 2), padding="same", dilation=(1, 2), rng=rng),
        nn.ReLU(),
        nn.AvgPool2d(2, stride=(1, 2), padding=1),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Dense(80, 5, rng=rng),
        nn.Tanh(),
        nn.Dense(5, 3, rng=rng),
    ]
    for layer in layers:
        if layer.params:  # biases of 0 would hide their own mistakes
            layer.params["b"] += rng.standard_normal(layer.params["b"].shape)
    return nn.Network(layers)


@pytest.fixture
def images(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Images for `network`."""
    return rng.standard_normal((4, 9, 7, 2))
