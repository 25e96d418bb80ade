"""Every backward pass agrees with central differences at every cell, and planted bugs do not."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops._activation import ACTIVATIONS
from tests.ops.geometries import CONV1D, CONV2D, GROUPED, GROUPED_1D, POOL, TRANSPOSED, Geometry


def distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values no nudge can reorder: at least 0.1 apart from each other and from zero."""
    steps = rng.permutation(np.prod(shape)) - np.prod(shape) // 2
    return (steps + 0.5).reshape(shape) / 5


@pytest.mark.parametrize("geometry", (CONV2D | GROUPED).values(), ids=CONV2D | GROUPED)
def test_conv2d_backward_matches_central_differences(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[-1])

    def backward(delta: np.ndarray, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple:
        return c.conv2d_backward(delta, x, w, **geometry.options)

    report = c.check_gradient(partial(c.conv2d, **geometry.options), backward, x, w, b, rng=rng)
    assert report.cells == x.size + w.size + b.size


@pytest.mark.parametrize("geometry", (CONV1D | GROUPED_1D).values(), ids=CONV1D | GROUPED_1D)
def test_conv1d_backward_matches_central_differences(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[-1])

    def backward(delta: np.ndarray, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple:
        return c.conv1d_backward(delta, x, w, **geometry.options)

    c.check_gradient(partial(c.conv1d, **geometry.options), backward, x, w, b, rng=rng)


@pytest.mark.parametrize("geometry", TRANSPOSED.values(), ids=TRANSPOSED)
def test_conv2d_transpose_backward_matches_central_differences(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[2])

    def backward(delta: np.ndarray, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple:
        return c.conv2d_transpose_backward(delta, x, w, **geometry.options)

    forward = partial(c.conv2d_transpose, **geometry.options)
    report = c.check_gradient(forward, backward, x, w, b, rng=rng)
    assert report.cells == x.size + w.size + b.size


@pytest.mark.parametrize("ties", ["first", "split", "all"])
@pytest.mark.parametrize(("shape", "kernel_size", "options"), POOL.values(), ids=POOL)
def test_max_pool_backward_matches_central_differences_away_from_ties(
    shape: tuple[int, ...], kernel_size: int, options: dict, ties: str, rng: np.random.Generator
) -> None:
    forward = partial(c.max_pool2d, kernel_size=kernel_size, **options)
    backward = partial(c.max_pool2d_backward, kernel_size=kernel_size, **options, ties=ties)
    c.check_gradient(forward, backward, distinct(rng, shape), rng=rng)


@pytest.mark.parametrize(("shape", "kernel_size", "options"), POOL.values(), ids=POOL)
def test_avg_pool_backward_matches_central_differences(
    shape: tuple[int, ...], kernel_size: int, options: dict, rng: np.random.Generator
) -> None:
    for count_include_pad in (True, False):
        how = {"kernel_size": kernel_size, "count_include_pad": count_include_pad} | options
        forward, backward = partial(c.avg_pool2d, **how), partial(c.avg_pool2d_backward, **how)
        c.check_gradient(forward, backward, rng.normal(size=shape), rng=rng)


def test_dense_backward_matches_central_differences(rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)
    c.check_gradient(
        c.dense, lambda delta, x, w, b: c.dense_backward(delta, x, w), x, w, b, rng=rng
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_slopes_match_central_differences(name: str, rng: np.random.Generator) -> None:
    forward, backward = getattr(c, name), getattr(c, f"{name}_backward")
    c.check_gradient(forward, backward, distinct(rng, (2, 3, 5, 1)), rng=rng)


def test_cross_entropy_backward_matches_central_differences(rng: np.random.Generator) -> None:
    z, y = rng.normal(scale=2, size=(4, 5)), rng.dirichlet(np.ones(5), size=4)
    numeric = c.numerical_gradient(lambda z: c.softmax_cross_entropy(z, y), z)
    np.testing.assert_allclose(c.softmax_cross_entropy_backward(z, y), numeric, atol=1e-9)


# A check must be seen failing. Each bug below is one that was published or is often made.

STRIDED = Geometry((2, 7, 6, 2), (3, 2, 2, 3), {"stride": 2, "padding": 1})


def kernel_not_rotated(delta, x, w, b):
    turned = c.conv2d_input_grad(delta, c.rot180(w), x.shape, **STRIDED.options)
    return c.conv2d_backward(delta, x, w, **STRIDED.options)._replace(dx=turned)


def kernel_gradient_reversed(delta, x, w, b):
    grads = c.conv2d_backward(delta, x, w, **STRIDED.options)
    return grads._replace(dw=c.rot180(grads.dw))


def channels_flipped_with_the_kernel(delta, x, w, b):
    flipped = c.conv2d_input_grad(delta, w[:, :, ::-1], x.shape, **STRIDED.options)
    return c.conv2d_backward(delta, x, w, **STRIDED.options)._replace(dx=flipped)


def stride_ignored(delta, x, w, b):
    (n, h, width, _), (kh, kw, _, _) = x.shape, w.shape
    close = np.zeros((n, h + 2 - kh + 1, width + 2 - kw + 1, w.shape[3]))
    close[:, : delta.shape[1], : delta.shape[2]] = delta  # as if windows lay one cell apart
    return c.conv2d_backward(close, x, w, padding=1)


def batch_sum_forgotten(delta, x, w, b):
    dw = c.conv2d_kernel_grad(delta[:1], x[:1], w.shape[:2], **STRIDED.options)
    return c.conv2d_backward(delta, x, w, **STRIDED.options)._replace(dw=dw)


def divided_by_the_batch(delta, x, w, b):
    grads = c.conv2d_backward(delta, x, w, **STRIDED.options)
    return grads._replace(dw=grads.dw / len(x), db=grads.db / len(x))


def bias_averaged(delta, x, w, b):
    return c.conv2d_backward(delta, x, w, **STRIDED.options)._replace(db=delta.mean((0, 1, 2)))


def delta_not_used(delta, x, w, b):
    return c.conv2d_backward(np.ones_like(delta), x, w, **STRIDED.options)


@pytest.mark.parametrize(
    ("bug", "wrong"),
    [
        (kernel_not_rotated, "x"),
        (kernel_gradient_reversed, "w"),
        (channels_flipped_with_the_kernel, "x"),
        (stride_ignored, "x"),
        (batch_sum_forgotten, "w"),
        (divided_by_the_batch, "w"),
        (bias_averaged, "b"),
        (delta_not_used, "x"),
    ],
)
def test_central_differences_reject_the_planted_bug(bug, wrong: str, rng) -> None:
    x, w = rng.normal(size=STRIDED.x), rng.normal(size=STRIDED.w)
    forward = partial(c.conv2d, **STRIDED.options)
    with pytest.raises(AssertionError, match=rf"gradient of {wrong}\b"):
        c.check_gradient(forward, bug, x, w, rng.normal(size=3), rng=rng)


def test_central_differences_accept_the_same_layer_without_a_bug(rng) -> None:
    x, w = rng.normal(size=STRIDED.x), rng.normal(size=STRIDED.w)
    c.check_gradient(
        partial(c.conv2d, **STRIDED.options),
        lambda delta, x, w, b: c.conv2d_backward(delta, x, w, **STRIDED.options),
        x, w, rng.normal(size=3), rng=rng,
    )  # fmt: skip


def test_central_differences_reject_overwriting_where_windows_overlap(rng) -> None:
    def overwrites(delta: np.ndarray, x: np.ndarray) -> np.ndarray:
        dx = np.zeros_like(x)
        for cell in np.ndindex(delta.shape):
            alone = np.zeros_like(delta)
            alone[cell] = delta[cell]
            part = c.max_pool2d_backward(alone, x, 3, stride=1)
            dx[part != 0] = part[part != 0]
        return dx

    with pytest.raises(AssertionError, match="gradient of x"):
        c.check_gradient(
            partial(c.max_pool2d, kernel_size=3, stride=1),
            overwrites,
            distinct(rng, (1, 5, 4, 1)),
            rng=rng,
        )
