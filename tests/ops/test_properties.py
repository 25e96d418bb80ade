"""Laws that hold for every geometry; on whole numbers they hold to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnlib as c
from tests.ops.geometries import Geometry
from tests.ops.strategies import JUNK, SEEDS, convolutions, poolings, whole_numbers

equal = np.testing.assert_array_equal


@given(convolutions(), SEEDS)
def test_convolution_is_linear_in_input_and_in_kernel(geometry: Geometry, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x1, x2 = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.x)
    w1, w2 = whole_numbers(rng, geometry.w), whole_numbers(rng, geometry.w)

    def conv(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        return c.conv2d(x, w, **geometry.options)

    equal(conv(2 * x1 - 3 * x2, w1), 2 * conv(x1, w1) - 3 * conv(x2, w1))
    equal(conv(x1, 2 * w1 - 3 * w2), 2 * conv(x1, w1) - 3 * conv(x1, w2))


@given(convolutions(), SEEDS)
def test_the_dot_product_passes_from_output_to_input_and_kernel(
    geometry: Geometry, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, w = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.w)
    z = c.conv2d(x, w, **geometry.options)
    delta = whole_numbers(rng, z.shape)
    grads = c.conv2d_backward(delta, x, w, **geometry.options)
    assert (z * delta).sum() == (x * grads.dx).sum() == (w * grads.dw).sum()
    equal(grads.db, delta.sum((0, 1, 2)))


@given(poolings(), SEEDS)
def test_the_dot_product_passes_through_average_pooling(pooling: Any, seed: int) -> None:
    (shape, kernel, options), rng = pooling, np.random.default_rng(seed)
    x = rng.normal(size=shape)
    z = c.avg_pool2d(x, kernel, **options)
    delta = rng.normal(size=z.shape)
    dx = c.avg_pool2d_backward(delta, x, kernel, **options)
    assert (z * delta).sum() == pytest.approx((x * dx).sum(), rel=1e-9, abs=1e-9)


@given(poolings(), SEEDS, st.sampled_from(["first", "split", "all"]))
def test_max_pooling_passes_every_delta_on_exactly_once_except_with_all(
    pooling: Any, seed: int, ties: str
) -> None:
    (shape, kernel, options), rng = pooling, np.random.default_rng(seed)
    x = rng.integers(0, 2, shape)
    z = c.max_pool2d(x, kernel, **options)
    delta = rng.integers(1, 9, z.shape)
    total = c.max_pool2d_backward(delta, x, kernel, **options, ties=ties).sum()
    if ties == "all":
        assert total >= delta.sum()
    else:
        assert total == pytest.approx(delta.sum(), rel=1e-12)


@given(poolings(), SEEDS)
def test_tie_policies_agree_where_there_is_no_tie(pooling: Any, seed: int) -> None:
    (shape, kernel, options), rng = pooling, np.random.default_rng(seed)
    x = rng.permutation(int(np.prod(shape))).reshape(shape)
    delta = whole_numbers(rng, c.max_pool2d(x, kernel, **options).shape)
    first, split, every = (
        c.max_pool2d_backward(delta, x, kernel, **options, ties=ties)
        for ties in ("first", "split", "all")
    )
    equal(first, split)
    equal(first, every)


@given(convolutions(), SEEDS)
def test_shifting_the_input_by_a_stride_shifts_the_output_by_a_cell(
    geometry: Geometry, seed: int
) -> None:
    rng, (sh, sw) = np.random.default_rng(seed), geometry.options["stride"]
    n, h, width, channels = geometry.x
    x = whole_numbers(rng, (n, h + sh, width + sw, channels))
    w = whole_numbers(rng, geometry.w)
    options = geometry.options | {"padding": 0}
    z = c.conv2d(x, w, **options)
    equal(c.conv2d(x[:, sh:], w, **options), z[:, 1:])
    equal(c.conv2d(x[:, :, sw:], w, **options), z[:, :, 1:])


@given(convolutions(), SEEDS)
def test_padding_by_hand_is_padding_by_argument(geometry: Geometry, seed: int) -> None:
    rng, numbers = np.random.default_rng(seed), geometry.numbers
    x, w = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.w)
    framed = c.pad2d(x, numbers["edges"])
    without = geometry.options | {"padding": 0}
    equal(c.conv2d(x, w, **geometry.options), c.conv2d(framed, w, **without))
    out = c.output_size(x.shape[1:3], w.shape[:2], **geometry.options)
    assert c.conv2d(framed, w, **without).shape[1:3] == out


@given(convolutions(), SEEDS)
def test_a_stride_keeps_every_so_many_outputs(geometry: Geometry, seed: int) -> None:
    rng, (sh, sw) = np.random.default_rng(seed), geometry.options["stride"]
    x, w = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.w)
    dense = c.conv2d(x, w, **geometry.options | {"stride": 1})
    equal(c.conv2d(x, w, **geometry.options), dense[:, ::sh, ::sw])


@given(convolutions(), SEEDS)
def test_a_dilated_kernel_is_a_kernel_with_zeros_between_its_taps(
    geometry: Geometry, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, w = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.w)
    spread = c.dilate(w.transpose(2, 0, 1, 3), geometry.options["dilation"]).transpose(1, 2, 0, 3)
    undilated = geometry.options | {"dilation": 1}
    equal(c.conv2d(x, w, **geometry.options), c.conv2d(x, spread, **undilated))


@given(convolutions(), SEEDS)
def test_images_of_a_batch_do_not_meet(geometry: Geometry, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = whole_numbers(rng, (2, *geometry.x[1:])), whole_numbers(rng, geometry.w)
    both = c.conv2d(x, w, **geometry.options)
    equal(both[:1], c.conv2d(x[:1], w, **geometry.options))
    equal(both[1:], c.conv2d(x[1:], w, **geometry.options))


@given(convolutions(), SEEDS)
def test_turning_image_and_kernel_turns_the_output(geometry: Geometry, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = whole_numbers(rng, geometry.x), whole_numbers(rng, geometry.w)
    plain = {"dilation": geometry.options["dilation"]}
    turned = c.conv2d(x[:, ::-1, ::-1], c.rot180(w), **plain)
    equal(turned, c.conv2d(x, w, **plain)[:, ::-1, ::-1])
    equal(c.rot180(c.rot180(w)), w)


@given(st.integers(1, 5), st.integers(1, 6), SEEDS, st.floats(-1e3, 1e3))
def test_softmax_ignores_what_all_logits_share(n: int, k: int, seed: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    z, y = rng.normal(scale=9, size=(n, k)), rng.dirichlet(np.ones(k), size=n)
    p = c.softmax(z)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-14)
    np.testing.assert_allclose(c.softmax(z + shift), p, rtol=1e-10, atol=1e-300)
    assert c.softmax_cross_entropy(z, y) >= 0
    assert abs(c.softmax_cross_entropy_backward(z, y).sum(1)).max() < 1e-15


CALLS = {
    "conv2d": lambda g: c.conv2d(np.ones((1, 4, 5, 2)), np.ones((2, 3, 2, 1)), **g),
    "conv2d_input_grad": lambda g: c.conv2d_input_grad(
        np.ones((1, 3, 3, 1)), np.ones((2, 3, 2, 1)), (1, 4, 5, 2), **g
    ),
    "conv2d_kernel_grad": lambda g: c.conv2d_kernel_grad(
        np.ones((1, 3, 3, 1)), np.ones((1, 4, 5, 2)), (2, 3), **g
    ),
    "conv1d": lambda g: c.conv1d(np.ones((1, 5, 2)), np.ones((3, 2, 1)), **g),
    "output_size": lambda g: c.output_size((5, 6), 2, **g),
}


def refusal(call: Callable[[], Any]) -> str | None:
    """The message with which a call was refused; any other exception is a failure."""
    try:
        call()
    except (ValueError, TypeError) as error:
        return str(error)
    return None


@given(st.sampled_from(sorted(CALLS)), st.sampled_from(["stride", "padding", "dilation"]), JUNK)
def test_any_geometry_either_works_or_is_refused_by_name(name: str, option: str, junk: Any) -> None:
    message = refusal(lambda: CALLS[name]({option: junk}))
    assert message is None or message.startswith((option, "kernel ", "delta has"))


@given(st.sampled_from(["x", "w", "b"]), JUNK)
def test_any_array_either_works_or_is_refused_by_name(name: str, junk: Any) -> None:
    arrays = {"x": np.ones((1, 4, 5, 2)), "w": np.ones((2, 3, 2, 1)), "b": np.ones(1)}
    message = refusal(lambda: c.conv2d(**arrays | {name: junk}))
    assert message is None or message.startswith(f"{name} ")
    assert (message is None) <= (name == "b")  # no junk has the axes of x or w
