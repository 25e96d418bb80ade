"""Arrays that are not numpy's own: the right numbers, or one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cnnlib

Array = np.ndarray[Any, Any]
X = np.arange(24.0).reshape(1, 4, 3, 2) - 9.5
W = np.linspace(-1, 1, 24).reshape(2, 2, 2, 3)
USES: dict[str, Callable[[Any], Any]] = {
    "conv2d": lambda x: cnnlib.conv2d(x, W),
    "conv2d_backward": lambda x: cnnlib.conv2d_backward(cnnlib.conv2d(X, W), x, W).dw,
    "max_pool2d": lambda x: cnnlib.max_pool2d(x, 2),
    "avg_pool2d": lambda x: cnnlib.avg_pool2d(x, 2),
    "relu": cnnlib.relu,
    "sigmoid": cnnlib.sigmoid,
    "softmax": lambda x: cnnlib.softmax(x if isinstance(x, list) else x.reshape(-1, 2)),
    "pad2d": lambda x: cnnlib.pad2d(x, 1),
    "trace_relu": lambda x: cnnlib.trace_relu(x).replay(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_masked_array_is_refused_since_its_mask_would_be_lost(use: Callable[[Any], Any]) -> None:
    masked = np.ma.masked_less(X, 0)
    with pytest.raises(TypeError, match=r"is a masked array.*fill it first, \w+\.filled\(0\)"):
        use(masked)


@pytest.mark.torch
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_tensor_is_read_or_refused_with_the_remedy(use: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(X)
    assert np.array_equal(use(tensor), use(X))
    for foreign in (tensor.clone().requires_grad_(), tensor.bfloat16()):
        with pytest.raises(TypeError, match=r"is a Tensor that numpy cannot read.*x\.detach\(\)"):
            use(foreign)


@pytest.mark.parametrize("order", ["F", "strided", "reversed", "swapped bytes", "read-only"])
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_the_layout_in_memory_does_not_matter(use: Callable[[Any], Any], order: str) -> None:
    layouts: dict[str, Callable[[], Array]] = {
        "F": lambda: np.asfortranarray(X),
        "strided": lambda: np.repeat(X, 2, axis=2)[:, :, ::2],
        "reversed": lambda: X[:, ::-1].copy()[:, ::-1],
        "swapped bytes": lambda: X.astype(X.dtype.newbyteorder()),
        "read-only": lambda: np.broadcast_to(X, X.shape),
    }
    assert np.allclose(use(layouts[order]()), use(X), rtol=1e-13, atol=1e-13)
