"""The rows as a matrix: one row per output cell, equal weights along the bands."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.trace import Terms, Trace
from tests.ops.geometries import CONV2D, Geometry
from tests.trace import operations as op


def test_a_convolution_is_a_matrix_with_36_of_64_places_and_9_numbers() -> None:
    x, w = np.arange(16.0).reshape(1, 4, 4, 1), np.arange(1.0, 10).reshape(3, 3, 1, 1)
    trace = c.trace_conv2d(x, w)
    m, shared = trace.matrix(), trace.matrix(cells="w")
    assert m.shape == shared.shape == (4, 16)
    assert np.count_nonzero(m) == (shared >= 0).sum() == 36
    assert len(np.unique(m[m != 0])) == len(np.unique(shared[shared >= 0])) == 9
    np.testing.assert_array_equal(np.where(shared < 0, 0, w.ravel()[shared]), m)


@pytest.mark.parametrize("geometry", CONV2D.values(), ids=CONV2D)
def test_matrices_multiply_operands_and_their_transposes_deltas(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    trace = op.conv(geometry, rng, bias=True, flip=False).trace
    delta, constant = (
        rng.normal(size=trace.shape),
        np.broadcast_to(trace.operands["b"], trace.shape),
    )
    for name in "xw":
        m = trace.matrix(name)
        forward = (m @ trace.operands[name].ravel()).reshape(trace.shape) + constant
        np.testing.assert_allclose(forward, trace.replay(), atol=1e-12)
        backward = (m.T @ delta.ravel()).reshape(trace.operands[name].shape)
        np.testing.assert_allclose(backward, trace.backward(delta, name).replay(), atol=1e-12)
    np.testing.assert_array_equal(trace.matrix("b").sum(axis=1), np.ones(delta.size))


def test_the_matrix_of_the_input_gradient_is_the_transpose(rng: np.random.Generator) -> None:
    trace = op.conv(CONV2D["stride_and_padding_with_remainder"], rng, bias=False, flip=False).trace
    back = trace.backward(rng.normal(size=trace.shape), "x")
    np.testing.assert_array_equal(back.matrix("delta"), trace.matrix("x").T)
    np.testing.assert_array_equal(back.matrix(cells="w"), trace.matrix(cells="w").T)


def test_a_cut_wire_has_no_place_in_the_matrix() -> None:
    gate = Terms([0, 1], {"x": [0, 1], "w": [0, 0]}, [0, 1])
    trace = Trace("gate", {"x": [3, 4], "w": [5]}, (2,), gate)
    np.testing.assert_array_equal(trace.matrix(cells="w"), [[-1, -1], [-1, 0]])
    np.testing.assert_array_equal(trace.matrix(), [[0, 0], [0, 5]])


def test_bad_matrices_are_refused() -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 4, 1)), np.ones((2, 2, 1, 1)))
    with pytest.raises(ValueError, match="wrt='q' is not an array"):
        trace.matrix("q")
    for cells in ("q", "x"):
        with pytest.raises(ValueError, match="choose one of w"):
            trace.matrix(cells=cells)
    with pytest.raises(ValueError, match=r"9000x9000 places.*select"):
        c.trace_relu(np.ones((1, 9000))).matrix()
