"""Batch normalization, dropout and the global mean, from their definitions."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import cnnlib as c

Array = np.ndarray
SHAPES = [(5, 3), (2, 3, 4), (2, 4, 3, 5), (3, 1, 1, 2)]


def arrays(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Array, ...]:
    x, delta = rng.normal(2, 3, shape), rng.normal(size=shape)
    return x, rng.normal(size=shape[-1]), rng.normal(size=shape[-1]), delta


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_from_the_definition(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    x, gamma, beta, _ = arrays(rng, shape)
    z = c.batch_norm(x, gamma, beta, eps=0.25)
    for k in range(shape[-1]):
        cells = x[..., k]
        mean = sum(cells.ravel()) / cells.size
        variance = sum((cells.ravel() - mean) ** 2) / cells.size
        expected = gamma[k] * (cells - mean) / np.sqrt(variance + 0.25) + beta[k]
        np.testing.assert_allclose(z[..., k], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_backward_matches_central_differences(
    shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    x, gamma, beta, _ = arrays(rng, shape)

    def backward(delta: Array, x: Array, gamma: Array, beta: Array) -> tuple[Array, ...]:
        return tuple(c.batch_norm_backward(delta, x, gamma, eps=0.1))

    def forward(x: Array, gamma: Array, beta: Array) -> Array:
        return c.batch_norm(x, gamma, beta, eps=0.1)

    report = c.check_gradient(forward, backward, x, gamma, beta, rng=rng)
    assert report.cells == x.size + gamma.size + beta.size


def test_forgetting_that_the_mean_moves_is_seen(rng: np.random.Generator) -> None:
    """The planted bug: mean and variance taken as constants."""
    x, gamma, beta, _ = arrays(rng, (4, 3))

    def backward(delta: Array, x: Array, gamma: Array, beta: Array) -> tuple[Array, ...]:
        found = c.batch_norm_backward(delta, x, gamma)
        return (delta * gamma / np.sqrt(x.var(axis=0) + 1e-5), found.dgamma, found.dbeta)

    with pytest.raises(AssertionError):
        c.check_gradient(c.batch_norm, backward, x, gamma, beta, rng=rng)


@pytest.mark.torch
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_agrees_with_pytorch(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    torch = _torch()
    x, gamma, beta, delta = arrays(rng, shape)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    first, scale, shift = leaves
    z = torch.nn.functional.batch_norm(
        first.movedim(-1, 1), None, None, scale, shift, training=True, eps=1e-3
    ).movedim(1, -1)
    z.backward(torch.tensor(delta))
    close(c.batch_norm(x, gamma, beta, eps=1e-3), z.detach().numpy())
    grads = c.batch_norm_backward(delta, x, gamma, eps=1e-3)
    for grad, leaf in zip(grads, leaves, strict=True):
        close(grad, leaf.grad.numpy())


def close(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def _torch() -> Any:
    if os.environ.get("CI") == "true":  # there, a missing oracle is a failure
        import torch
    else:
        torch = pytest.importorskip("torch")
    return torch


def test_dropout_keeps_the_mean_and_the_gradient_follows_the_mask() -> None:
    rng = np.random.default_rng(3)
    x, da = rng.normal(5, 1, (40, 50, 3)), rng.normal(size=(40, 50, 3))
    a, mask = c.dropout(x, 0.3, rng=rng)
    assert abs(mask.mean() - 0.7) < 0.02
    assert abs(a.mean() - x.mean()) < 0.1
    np.testing.assert_allclose(a[mask], x[mask] / 0.7)
    assert not a[~mask].any()
    report = c.check_gradient(
        lambda x: np.where(mask[:2, :2], x / 0.7, 0),
        lambda delta, x: c.dropout_backward(delta, mask[:2, :2], 0.3),
        x[:2, :2],
        rng=rng,
    )
    assert report
    assert c.dropout_backward(da, mask, 0.3)[~mask].tolist() == [0.0] * int((~mask).sum())


def test_dropout_of_nothing_changes_nothing_and_silence_stops_infinity() -> None:
    x = np.array([1.0, -np.inf, 3.0])
    a, mask = c.dropout(x, 0, rng=np.random.default_rng(0))
    assert mask.all()
    assert a.tolist() == x.tolist()
    silent = c.dropout_backward([np.inf, 2.0], np.array([False, True]), 0.5)
    assert silent.tolist() == [0, 4]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: c.batch_norm(np.ones(3), 1, 1), ValueError, "x must have a batch axis"),
        (lambda: c.batch_norm(np.ones((2, 3)), np.ones(2), np.ones(3)), ValueError,
         r"gamma has shape \(2,\), but x has 3 channels in shape \(2, 3\)"),
        (lambda: c.batch_norm(np.ones((2, 3)), np.ones(3), np.ones((3, 1))), ValueError, "beta"),
        (lambda: c.batch_norm(np.ones((2, 1)), [1], [1], eps=0), ValueError, "eps must be pos"),
        (lambda: c.batch_norm(np.ones((2, 1)), [1], [1], eps="1"), TypeError, "eps must be a n"),
        (lambda: c.batch_norm_backward(np.ones((3, 1)), np.ones((2, 1)), [1]), ValueError,
         "delta has shape"),
        (lambda: c.dropout(np.ones(3), 1, rng=np.random.default_rng(0)), ValueError, "less than"),
        (lambda: c.dropout(np.ones(3), "half", rng=np.random.default_rng(0)), TypeError, "rate"),
        (lambda: c.dropout(np.ones(3), 0.5, rng=0), TypeError, "rng must be a Generator, got 0"),
        (lambda: c.dropout_backward(np.ones(3), np.ones(3), 0.5), TypeError, "made of booleans"),
        (lambda: c.dropout_backward(np.ones(3), np.ones(2, bool), 0.5), ValueError, "da has shape"),
        (lambda: c.global_avg_pool2d(np.ones((2, 3))), ValueError, "x must have 4 axes"),
        (lambda: c.global_avg_pool2d_backward(np.ones((2, 3)), (2, 4, 5, 2)), ValueError,
         "delta has shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_float32_and_an_empty_batch(rng: np.random.Generator) -> None:
    x, gamma, beta, delta = (a.astype(np.float32) for a in arrays(rng, (4, 2, 3)))
    assert c.batch_norm(x, gamma, beta).dtype == np.float32
    assert {g.dtype for g in c.batch_norm_backward(delta, x, gamma)} == {np.dtype(np.float32)}
    a, mask = c.dropout(x, 0.5, rng=rng)
    assert a.dtype == c.dropout_backward(x, mask, 0.5).dtype == np.float32
    assert c.batch_norm(x[:0], gamma, beta).shape == (0, 2, 3)
    assert c.batch_norm_backward(delta[:0], x[:0], gamma).dgamma.tolist() == [0, 0, 0]
