"""What replaces a slow function of numpy gives the same, at every size and at strange numbers."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops import _fast
from cnnlib.ops._activation import ACTIVATIONS

STRANGE = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -3.0, 2.5])
DTYPES = [np.float16, np.float32, np.float64, np.longdouble]


@pytest.mark.parametrize("dtype", DTYPES)
def test_kept_is_where_without_a_look_at_every_cell(dtype: type, rng: np.random.Generator) -> None:
    values = np.concatenate([STRANGE, rng.normal(size=92)]).astype(dtype).reshape(5, 20)[:, ::-1]
    mask = rng.random(values.shape) < 0.5
    found = _fast.kept(mask, values)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.where(mask, values, dtype(0)))
    assert not np.signbit(found[~mask]).any()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_blocks_leave_no_seam(
    name: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    z, da = (rng.normal(scale=4, size=(3, 5, 14)).astype(np.float32) for _ in range(2))
    forward, backward = getattr(c, name), getattr(c, f"{name}_backward")
    whole = forward(z), backward(da, z)
    monkeypatch.setattr(_fast, "BLOCK", 16)
    for found, expected in zip((forward(z), backward(da, z)), whole, strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    turned = z.transpose(2, 0, 1)
    np.testing.assert_allclose(forward(turned), whole[0].transpose(2, 0, 1), rtol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 7, 64])
def test_softmax_in_blocks_is_softmax(
    n: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    z, y = rng.normal(scale=30, size=(n, 5)), rng.dirichlet(np.ones(5), size=n)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    monkeypatch.setattr(_fast, "BLOCK", 40)
    np.testing.assert_allclose(c.softmax(z), p, rtol=1e-13)
    loss = -(y * np.log(p)).sum() / max(n, 1)
    assert c.softmax_cross_entropy(z, y) == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(c.softmax_cross_entropy_backward(z, y), (p - y) / max(n, 1))


def test_a_confident_float32_loss_keeps_its_digits() -> None:
    z, y = np.zeros((3, 3), np.float32), np.eye(3, dtype=np.float32)[[0, 0, 0]]
    for logit, digits in ((0.5, 1e-6), (10.0, 1e-3)):
        z[:, 0] = logit
        exact = np.log1p(2 * np.exp(-logit))
        assert c.softmax_cross_entropy(z + 40, y) == pytest.approx(exact, rel=digits)


def test_a_pool_gives_infinite_deltas_to_winners_only() -> None:
    x = np.array([[1.0, 2.0], [4.0, 3.0]]).reshape(1, 2, 2, 1)
    delta = np.array([np.inf]).reshape(1, 1, 1, 1)
    dx = c.max_pool2d_backward(delta, x, 2)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 0], [np.inf, 0]])
