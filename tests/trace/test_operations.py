"""Replayed, a trace is the operation; regrouped, it is the gradient of every operand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnnlib as c
from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.trace import MAX_TERMS
from tests.ops.geometries import CONV1D, CONV2D, POOL, Geometry
from tests.ops.strategies import SEEDS, convolutions, poolings, whole_numbers
from tests.trace import operations as op

TIES = ("first", "split", "all")
BIAS = pytest.mark.parametrize("bias", [False, True], ids=["without_bias", "with_bias"])
FLIP = pytest.mark.parametrize("flip", [False, True], ids=["cross_correlation", "convolution"])


@pytest.mark.parametrize("geometry", [*CONV2D.values(), *CONV1D.values()], ids=[*CONV2D, *CONV1D])
@BIAS
@FLIP
def test_convolutions(geometry: Geometry, bias: bool, flip: bool, rng: np.random.Generator) -> None:
    op.agrees(op.conv(geometry, rng, bias=bias, flip=flip), rng)


@given(convolutions(), st.booleans(), st.booleans(), SEEDS)
def test_any_convolution(geometry: Geometry, bias: bool, flip: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    if geometry.x[0] > 1:
        geometry = geometry._replace(x=(2, *geometry.x[1:]))
    pair = op.conv(geometry, rng, bias=bias, flip=flip)
    assume(rows(pair.trace) <= MAX_TERMS)
    op.agrees(pair, rng)


def rows(trace: c.Trace) -> int:
    return trace.rule.count({name: a.shape for name, a in trace.operands.items()})


@pytest.mark.parametrize(("shape", "kernel", "options"), POOL.values(), ids=POOL)
@pytest.mark.parametrize("ties", TIES)
def test_max_pooling_with_whole_numbers_that_tie(
    shape: Any, kernel: Any, options: Any, ties: str, rng: np.random.Generator
) -> None:
    x = rng.integers(-1, 2, shape)
    op.agrees(op.pool("max", x, kernel, options, ties=ties), rng)


@pytest.mark.parametrize(("shape", "kernel", "options"), POOL.values(), ids=POOL)
def test_average_pooling(shape: Any, kernel: Any, options: Any, rng: np.random.Generator) -> None:
    op.agrees(op.pool("avg", rng.normal(size=shape), kernel, options), rng)


@given(poolings(), st.sampled_from(TIES), SEEDS)
def test_any_pooling(pooling: Any, ties: str, seed: int) -> None:
    shape, kernel, options = pooling
    rng = np.random.default_rng(seed)
    x = whole_numbers(rng, shape).clip(-2, 2)
    for pair in (
        op.pool("max", x, kernel, options, ties=ties),
        op.pool("avg", x, kernel, options),
    ):
        assume(rows(pair.trace) <= MAX_TERMS)
        op.agrees(pair, rng)


@pytest.mark.parametrize("n", [0, 1, 4])
@BIAS
def test_dense(n: int, bias: bool, rng: np.random.Generator) -> None:
    op.agrees(op.dense(n, rng, bias=bias), rng)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 4, 3), (2, 3, 4, 5), (0, 3, 4, 5)], ids=str)
def test_bias(shape: Any, rng: np.random.Generator) -> None:
    op.agrees(op.bias(rng.normal(size=shape), rng), rng)


@pytest.mark.parametrize(
    "shape", [(2, 3), (2, 4, 3), (2, 3, 4, 5), (1, 1, 1, 1), (0, 3, 1, 2)], ids=str
)
def test_flatten(shape: Any, rng: np.random.Generator) -> None:
    op.agrees(op.flatten(rng.normal(size=shape)), rng)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 4, 3), (2, 3, 4, 2), (0, 3)], ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str, shape: Any, rng: np.random.Generator) -> None:
    z = rng.integers(-2, 3, shape)  # zeros among them: the kink of relu
    op.agrees(op.elementwise(name, z), rng)


@pytest.mark.parametrize("z", [-800.0, -40.0, 40.0, 800.0])
def test_sigmoid_keeps_its_digits_far_from_zero(z: float) -> None:
    trace = c.trace_sigmoid([z])
    np.testing.assert_array_equal(trace.replay(), c.sigmoid([z]))
    np.testing.assert_array_equal(
        trace.backward([3.0], "z").replay(), c.sigmoid_backward([3.0], [z])
    )


def test_a_nan_is_seen_and_not_lost(rng: np.random.Generator) -> None:
    x = rng.integers(-1, 2, (1, 4, 6, 2)).astype(float)
    x[0, 1, 2, 0] = np.nan
    for ties in TIES:
        pair = op.pool("max", x, 2, {}, ties=ties)
        assert np.isnan(pair.result).any()
        op.agrees(pair, rng)
    op.agrees(op.elementwise("relu", x), rng)


def test_infinities_win_and_lose_like_numbers(rng: np.random.Generator) -> None:
    x = rng.choice([-np.inf, np.inf, 1.0], (1, 5, 7, 2))
    x[0, :2, :2] = -np.inf
    for ties in TIES:
        op.agrees(op.pool("max", x, (2, 3), {"stride": 1}, ties=ties), rng)
    op.agrees(op.elementwise("relu", x), rng)


def test_a_row_that_reads_padding_is_left_out(rng: np.random.Generator) -> None:
    trace = c.trace_conv2d(np.ones((1, 2, 3, 1)), rng.normal(size=(3, 3, 1, 1)), padding=1)
    assert len(trace) == 4 * 4 + 2 * 6  # six windows: four see 2x2 cells, two see 2x3


@pytest.mark.parametrize("kind", ["i4", "u1", "f4", "f8"])
def test_every_real_dtype_is_computed_in_float64(kind: str, rng: np.random.Generator) -> None:
    x, w = rng.integers(0, 5, (1, 3, 4, 1)).astype(kind), np.arange(4).reshape(2, 2, 1, 1)
    trace = c.trace_conv2d(x, w)
    op.close(trace.replay(), c.conv2d(x, w).astype(float))
    assert all(a.dtype == np.float64 for a in trace.operands.values())


def test_a_trace_keeps_copies_that_nobody_can_write_to(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(1, 4, 3, 1)), rng.normal(size=(2, 3, 1, 2))
    trace = c.trace_conv2d(x, w)
    before = trace.replay()
    x[:] = w[:] = 0
    np.testing.assert_array_equal(trace.replay(), before)
    with pytest.raises(ValueError, match="read-only"):
        trace.operands["x"][0, 0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        trace.sums[0] = 1
    trace.replay()[:] = 7  # a result is the caller's own
    np.testing.assert_array_equal(trace.replay(), before)


@given(SEEDS, st.integers(0, 3), st.integers(1, 5))
def test_softmax_with_cross_entropy_is_a_chain(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    z, y = rng.normal(scale=5, size=(n, k)), rng.dirichlet(np.ones(k), n)
    chain = c.trace_softmax_cross_entropy(z, y)
    np.testing.assert_allclose(chain.replay(), [c.softmax_cross_entropy(z, y)], atol=1e-12)
    np.testing.assert_allclose(
        chain.backward([3])["z"], 3 * c.softmax_cross_entropy_backward(z, y), atol=1e-12
    )


@given(SEEDS, st.integers(0, 3), st.integers(1, 5))
def test_softmax_is_a_chain_that_reads_its_exponentials_twice(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    z, delta = rng.normal(scale=5, size=(n, k)), rng.normal(size=(n, k))
    chain, p = c.trace_softmax(z), c.softmax(z)
    np.testing.assert_allclose(chain.replay(), p, atol=1e-12)
    expected = p * (delta - (p * delta).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(chain.backward(delta)["z"], expected, atol=1e-12)


def test_softmax_chains_survive_logits_of_a_thousand() -> None:
    z, y = np.array([[1000.0, -1000.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])
    chain = c.trace_softmax_cross_entropy(z, y)
    np.testing.assert_array_equal(chain.replay(), [2000.0])
    np.testing.assert_array_equal(chain.backward([1])["z"], [[1.0, -1.0, 0.0]])
    np.testing.assert_array_equal(c.trace_softmax(z).replay(), [[1.0, 0.0, 0.0]])
