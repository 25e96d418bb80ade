"""What the chapter `relu` says about PyTorch at the kink is asked of PyTorch itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

if os.environ.get("CI") == "true":  # there, a missing oracle is a failure
    import torch
else:
    torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

SPELLINGS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "relu": (lambda z: torch.relu(z), 0.0),
    "maximum": (lambda z: torch.maximum(z, torch.zeros_like(z)), 0.5),
    "clamp": (lambda z: torch.clamp(z, min=0), 1.0),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_pytorch_gives_three_slopes_at_the_kink(spelling: str) -> None:
    function, slope = SPELLINGS[spelling]
    z = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    function(z).sum().backward()
    assert z.grad.item() == slope
