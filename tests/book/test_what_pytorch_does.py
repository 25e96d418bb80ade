"""What the chapters ``autograd`` and ``printed_algorithm`` say about PyTorch is asked of it."""

from __future__ import annotations

import os

import pytest

if os.environ.get("CI") == "true":  # there, a missing oracle is a failure
    import torch
else:
    torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def test_a_convolution_has_a_backward_pass_written_by_hand() -> None:
    x, w = torch.zeros(1, 1, 3, 3, requires_grad=True), torch.zeros(1, 1, 2, 2)
    assert torch.nn.functional.conv2d(x, w).grad_fn.name() == "ConvolutionBackward0"


def test_a_cross_entropy_is_two_large_steps() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    last = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1])).grad_fn
    assert last.name() == "NllLossBackward0"
    assert last.next_functions[0][0].name() == "LogSoftmaxBackward0"


def test_gradients_are_added_from_call_to_call() -> None:
    w = torch.tensor([3.0], requires_grad=True)
    for _ in range(2):
        (w * w).sum().backward()
    assert w.grad.item() == 12
