"""The registry of answers: which functions a checker may put out of reach, and that it can."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib
from cnnlib.ops._forbidden import FORBIDDEN, ForbiddenCallError, forbidden


def of_kind(kind: str) -> set[str]:
    return {answer.name for answer in FORBIDDEN.values() if answer.kind == kind}


def test_every_backward_pass_is_registered() -> None:
    ends = ("_backward", "_input_grad", "_kernel_grad")
    public = {name for name in dir(cnnlib) if name.endswith(ends)}
    assert public
    assert public | {"Trace.backward"} <= of_kind("gradient")
    assert {"conv1d", "conv2d"} <= of_kind("convolution")
    assert of_kind("measurement") == {"numerical_gradient"}


def test_a_kind_is_out_of_reach_until_the_block_ends() -> None:
    da, z = np.array([2.0]), np.array([1.0])
    with forbidden(frozenset({"gradient"})):
        with pytest.raises(ForbiddenCallError, match="use your own: cnnlib's relu_backward"):
            cnnlib.relu_backward(da, z)
        assert cnnlib.conv1d(np.ones((1, 2, 1)), np.ones((2, 1, 1))).item() == 2
    assert cnnlib.relu_backward(da, z) == 2


def test_the_guard_shows_the_function_it_guards() -> None:
    assert cnnlib.conv2d.__name__ == "conv2d"
    assert "KH, KW, C_in" in cnnlib.conv2d.__doc__
