"""Every operation equals its definition, evaluated with loops."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops import _im2col
from tests import oracles
from tests.ops.geometries import (
    CONV1D,
    CONV2D,
    GROUPED,
    GROUPED_1D,
    POOL,
    TRANSPOSED,
    Geometry,
    pool_numbers,
)


def close(actual: np.ndarray, expected: np.ndarray) -> None:
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("block", [1 << 20, 1 << 10, 1], ids=["large", "small", "tiny"])
@pytest.mark.parametrize("geometry", (CONV2D | GROUPED).values(), ids=CONV2D | GROUPED)
def test_conv2d_and_its_gradients_sum_the_same_wires(
    geometry: Geometry, block: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_im2col, "BLOCK", block)  # the table in few pieces and in many
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[-1])
    z = c.conv2d(x, w, b, **geometry.options)
    numbers = geometry.numbers | {"groups": geometry.groups}
    close(z, oracles.conv2d(x, w, b, **numbers))
    delta = rng.normal(size=z.shape)
    grads = c.conv2d_backward(delta, x, w, **geometry.options)
    for grad, expected in zip(grads, oracles.conv2d_backward(delta, x, w, **numbers), strict=True):
        close(grad, expected)


@pytest.mark.parametrize("geometry", TRANSPOSED.values(), ids=TRANSPOSED)
def test_a_transposed_convolution_sends_every_cell_to_its_window(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[2])
    z = c.conv2d_transpose(x, w, b, **geometry.options)
    extra = geometry.options.get("output_padding", 0)
    extra = extra if isinstance(extra, tuple) else (extra, extra)
    (sh, sw), edges, (dh, dw) = geometry.numbers.values()
    size = tuple(
        (n - 1) * s + d * (k - 1) + 1 - sum(edge) + e
        for n, k, s, d, edge, e in zip(
            geometry.x[1:3], geometry.w, (sh, sw), (dh, dw), edges, extra, strict=False
        )
    )
    close(z, oracles.conv2d_transpose(x, w, b, size, **geometry.numbers))


def test_the_way_back_of_the_way_back_leads_forward(rng: np.random.Generator) -> None:
    for name in ("plain", "stride", "padding_by_side", "deep"):
        geometry, options = TRANSPOSED[name], dict(TRANSPOSED[name].options)
        x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
        z = c.conv2d_transpose(x, w, **options)
        delta = rng.normal(size=z.shape)
        grads = c.conv2d_transpose_backward(delta, x, w, **options)
        options.pop("output_padding", None)
        close(z, c.conv2d_input_grad(x, w, z.shape, **options))
        close(grads.dx, c.conv2d(delta, w, **options))
        close(grads.dw, c.conv2d_kernel_grad(x, delta, w.shape[:2], **options))
        close(grads.db, delta.sum(axis=(0, 1, 2)))


@pytest.mark.parametrize("geometry", (CONV1D | GROUPED_1D).values(), ids=CONV1D | GROUPED_1D)
def test_conv1d_is_conv2d_on_an_image_one_row_high(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
    b = rng.normal(size=geometry.w[-1])
    (stride,), (edges,), (dilation,) = geometry.numbers.values()
    row = {"stride": (1, stride), "edges": ((0, 0), edges), "dilation": (1, dilation)}
    row["groups"] = geometry.groups
    z = c.conv1d(x, w, b, **geometry.options)
    close(z, oracles.conv2d(x[:, None], w[None], b, **row)[:, 0])
    delta = rng.normal(size=z.shape)
    dx, dw, db = oracles.conv2d_backward(delta[:, None], x[:, None], w[None], **row)
    grads = c.conv1d_backward(delta, x, w, **geometry.options)
    close(grads.dx, dx[:, 0])
    close(grads.dw, dw[0])
    close(grads.db, db)


def test_the_gradient_parts_on_their_own_are_those_of_backward(rng: np.random.Generator) -> None:
    for geometry in (CONV2D | GROUPED).values():
        x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
        delta = rng.normal(size=c.conv2d(x, w, **geometry.options).shape)
        grads = c.conv2d_backward(delta, x, w, **geometry.options)
        np.testing.assert_array_equal(
            c.conv2d_input_grad(delta, w, x.shape, **geometry.options), grads.dx
        )
        np.testing.assert_array_equal(
            c.conv2d_kernel_grad(delta, x, w.shape[:2], **geometry.options), grads.dw
        )
    for geometry in (CONV1D | GROUPED_1D).values():
        x, w = rng.normal(size=geometry.x), rng.normal(size=geometry.w)
        delta = rng.normal(size=c.conv1d(x, w, **geometry.options).shape)
        grads_1d = c.conv1d_backward(delta, x, w, **geometry.options)
        dx = c.conv1d_input_grad(delta, w, x.shape, **geometry.options)
        np.testing.assert_array_equal(dx, grads_1d.dx)
        dw = c.conv1d_kernel_grad(delta, x, len(w), **geometry.options)
        np.testing.assert_array_equal(dw, grads_1d.dw)


@pytest.mark.parametrize("ties", ["first", "split", "all"])
@pytest.mark.parametrize(("shape", "kernel_size", "options"), POOL.values(), ids=POOL)
def test_max_pooling_finds_and_credits_the_winners(
    shape: tuple[int, ...], kernel_size: int, options: dict, ties: str, rng: np.random.Generator
) -> None:
    numbers = pool_numbers(kernel_size, options)
    for x in (rng.normal(size=shape), rng.integers(-1, 2, shape)):  # without and with many ties
        z = c.max_pool2d(x, kernel_size, **options)
        close(z, oracles.max_pool2d(x, **numbers))
        delta = rng.normal(size=z.shape)
        dx = c.max_pool2d_backward(delta, x, kernel_size, **options, ties=ties)
        close(dx, oracles.max_pool2d_backward(delta, x, **numbers, ties=ties))


@pytest.mark.parametrize(("shape", "kernel_size", "options"), POOL.values(), ids=POOL)
def test_average_pooling_shares_equally(
    shape: tuple[int, ...], kernel_size: int, options: dict, rng: np.random.Generator
) -> None:
    numbers, x = pool_numbers(kernel_size, options), rng.normal(size=shape)
    z = c.avg_pool2d(x, kernel_size, **options)
    close(z, oracles.avg_pool2d(x, **numbers))
    delta = rng.normal(size=z.shape)
    dx = c.avg_pool2d_backward(delta, x, kernel_size, **options)
    close(dx, oracles.avg_pool2d_backward(delta, x, **numbers))


def test_an_average_may_leave_the_padding_out_of_the_count() -> None:
    x = np.array([[2.0, 4.0], [6.0, 8.0]]).reshape(1, 2, 2, 1)
    z = c.avg_pool2d(x, 2, stride=1, padding=1, count_include_pad=False)
    np.testing.assert_array_equal(z[0, :, :, 0], [[2, 3, 4], [4, 5, 6], [6, 7, 8]])
    delta = np.zeros((1, 3, 3, 1))
    delta[0, 0, 1] = 10.0  # a window that sees two cells
    dx = c.avg_pool2d_backward(delta, x, 2, stride=1, padding=1, count_include_pad=False)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[5, 5], [0, 0]])


def test_output_size_counts_windows() -> None:
    table = product(range(1, 9), range(1, 5), range(1, 5), range(3), range(3), range(1, 4))
    for n, kernel, stride, before, after, dilation in table:
        expected = oracles.count_windows(n, kernel, stride, (before, after), dilation)
        if expected:
            assert c.output_size(n, kernel, stride, (before, after), dilation) == expected
        else:
            with pytest.raises(ValueError, match="does not fit"):
                c.output_size(n, kernel, stride, (before, after), dilation)


def test_output_size_answers_in_the_form_of_the_question() -> None:
    assert c.output_size(6, 3, 2) == 2
    assert c.output_size((6, 7), (3, 2), (2, 1), ((1, 0), (0, 2)), (1, 2)) == (3, 7)
    assert c.output_size([5, 4], 2, padding="same") == (5, 4)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_keeps_the_size_and_puts_the_extra_zero_after(kernel: int, dilation: int) -> None:
    total = dilation * (kernel - 1)
    assert c.output_size(7, kernel, padding="same", dilation=dilation) == 7
    x, w = np.arange(1, 8).reshape(1, 7, 1), np.arange(1, kernel + 1).reshape(kernel, 1, 1)
    by_word = c.conv1d(x, w, padding="same", dilation=dilation)
    sides = (total // 2, total - total // 2)
    np.testing.assert_array_equal(by_word, c.conv1d(x, w, padding=sides, dilation=dilation))


def test_softmax_and_its_loss_follow_the_definition(rng: np.random.Generator) -> None:
    z = rng.normal(scale=3, size=(5, 4))
    y = rng.dirichlet(np.ones(4), size=5)
    p = oracles.softmax(z)
    close(c.softmax(z), p)
    close(c.log_softmax(z), np.log(p))
    loss = sum(-y[n, k] * np.log(p[n, k]) for n, k in np.ndindex(z.shape)) / len(z)
    assert c.softmax_cross_entropy(z, y) == pytest.approx(loss, rel=1e-13)
    close(c.softmax_cross_entropy_backward(z, y), (p - y) / 5)


def test_dense_multiplies_and_sums(rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)
    delta, z = rng.normal(size=(3, 2)), np.tile(b, (3, 1))
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n, i, j in np.ndindex(3, 4, 2):
        z[n, j] += x[n, i] * w[i, j]
        dx[n, i] += delta[n, j] * w[i, j]
        dw[i, j] += delta[n, j] * x[n, i]
        db[j] += delta[n, j] * (i == 0)
    close(c.dense(x, w, b), z)
    close(c.dense(x, w), z - b)
    for grad, expected in zip(c.dense_backward(delta, x, w), (dx, dw, db), strict=True):
        close(grad, expected)


def test_activations_follow_their_formulas() -> None:
    z = np.array([-2.5, -1.0, 0.0, 0.5, 3.0])
    da = np.array([3.0, -1.0, 2.0, 5.0, -4.0])
    close(c.relu(z), np.array([0, 0, 0, 0.5, 3]))
    close(c.relu_backward(da, z), np.array([0, 0, 0, 5.0, -4.0]))
    s = 1 / (1 + np.exp(-z))
    close(c.sigmoid(z), s)
    close(c.sigmoid_backward(da, z), da * s * (1 - s))
    t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    close(c.tanh(z), t)
    close(c.tanh_backward(da, z), da / np.cosh(z) ** 2)


def test_small_moves_keep_channels_apart() -> None:
    w = np.arange(24.0).reshape(2, 3, 2, 2)
    for a, b, i, k in np.ndindex(w.shape):
        assert c.rot180(w)[a, b, i, k] == w[1 - a, 2 - b, i, k]
    row = np.arange(12.0).reshape(3, 2, 2)
    for a, i, k in np.ndindex(row.shape):
        assert c.rot180(row)[a, i, k] == row[2 - a, i, k]
    delta = np.arange(1.0, 25.0).reshape(2, 2, 3, 2)
    wide = c.dilate(delta, (3, 2))
    assert wide.shape == (2, 4, 5, 2)
    assert wide.sum() == delta.sum()
    np.testing.assert_array_equal(wide[:, ::3, ::2], delta)
    sequence = c.dilate(delta[:, 0], 2)
    np.testing.assert_array_equal(sequence[:, ::2], delta[:, 0])
    assert not sequence[:, 1::2].any()
    framed = c.pad2d(delta, ((1, 2), (0, 3)))
    assert framed.shape == (2, 5, 6, 2)
    assert framed.sum() == delta.sum()
    np.testing.assert_array_equal(framed[:, 1:3, :3], delta)
