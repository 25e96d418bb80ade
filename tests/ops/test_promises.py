"""What every operation promises: inputs kept, precision kept, no batch too small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from tests.ops.test_bad_input import WORKING, ones

NUMERIC = [name for name, call in WORKING.items() if call.arrays]
PARAMETERS = ("w", "b", "gamma", "beta")
FLOAT = ["softmax_cross_entropy"]  # returns a Python float


def arrays_in(result: Any) -> Iterator[np.ndarray]:
    """Numbers only: the mask of a dropout is no result of arithmetic."""
    parts = result if isinstance(result, tuple) else (result,)
    yield from (part for part in parts if part.dtype != bool)


def random_arrays(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = WORKING[name].arrays.items()
    return {key: ones(key, s) if key == "y" else rng.normal(size=s) for key, s in shapes}


@pytest.mark.parametrize("name", NUMERIC)
def test_inputs_are_never_modified_nor_handed_back(name: str, rng: np.random.Generator) -> None:
    arrays = random_arrays(name, rng)
    before = {key: array.copy() for key, array in arrays.items()}
    for array in arrays.values():
        array.flags.writeable = False
    result = WORKING[name].run(name, **arrays)
    for key, array in arrays.items():
        np.testing.assert_array_equal(array, before[key])
        if name not in FLOAT:
            assert not any(np.shares_memory(array, part) for part in arrays_in(result))
    if name not in FLOAT:
        assert all(part.flags.writeable for part in arrays_in(result))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("rot180", {"w": np.ones((1, 1, 1, 1))}),
        ("dilate", {"stride": 1}),
        ("pad2d", {"padding": 0}),
        ("max_pool2d", {"kernel_size": 1, "stride": 1}),
        ("avg_pool2d", {"kernel_size": 1, "stride": 1}),
    ],
)
def test_an_operation_that_changes_nothing_still_returns_a_new_array(
    name: str, options: dict[str, Any]
) -> None:
    (key, shape), *_ = WORKING[name].arrays.items()
    given = options.pop(key, np.ones(shape))
    assert not np.shares_memory(WORKING[name].run(name, **{key: given}, **options), given)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [name for name in NUMERIC if name not in FLOAT])
def test_floats_keep_their_precision(name: str, dtype: type, rng: np.random.Generator) -> None:
    arrays = random_arrays(name, rng)
    exact = WORKING[name].run(name, **arrays)
    rounded = WORKING[name].run(name, **{key: a.astype(dtype) for key, a in arrays.items()})
    for part, expected in zip(arrays_in(rounded), arrays_in(exact), strict=True):
        assert part.dtype == dtype
        np.testing.assert_allclose(part, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("ties", ["first", "split", "all"])
def test_every_tie_policy_keeps_float32(ties: str) -> None:
    x, delta = np.ones((1, 2, 2, 1), np.float32), np.ones((1, 1, 1, 1), np.float32)
    assert c.max_pool2d_backward(delta, x, 2, ties=ties).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32])
@pytest.mark.parametrize("name", [name for name in NUMERIC if name not in FLOAT])
def test_integers_become_float64(name: str, dtype: type) -> None:
    shapes = WORKING[name].arrays.items()
    arrays = {key: ones(key, s) if key == "y" else np.full(s, 200) for key, s in shapes}
    as_float = WORKING[name].run(name, **arrays)
    result = WORKING[name].run(name, **{key: a.astype(dtype) for key, a in arrays.items()})
    for part, expected in zip(arrays_in(result), arrays_in(as_float), strict=True):
        assert part.dtype == np.float64
        np.testing.assert_array_equal(part, expected)


def test_integer_labels_do_not_change_the_precision_of_the_logits() -> None:
    z, y = np.zeros((2, 3), np.float32), np.eye(3, dtype=int)[:2]
    assert c.softmax_cross_entropy_backward(z, y).dtype == np.float32
    assert type(c.softmax_cross_entropy(z, y)) is float


@pytest.mark.parametrize("name", [name for name in NUMERIC if name not in (*FLOAT, "rot180")])
def test_an_empty_batch_gives_an_empty_batch_and_no_gradient(name: str) -> None:
    call = WORKING[name]
    whole = call.run(name)
    batched = {k: ones(k, s)[:0] for k, s in call.arrays.items() if k not in PARAMETERS}
    options = {k: (0, *v[1:]) for k, v in call.others.items() if k == "input_shape"}
    options |= {k: v[:0] for k, v in call.others.items() if k == "mask"}
    for part, full in zip(
        arrays_in(call.run(name, **batched, **options)), arrays_in(whole), strict=True
    ):
        is_parameter = "kernel_grad" in name or full.shape[:1] != (2,)
        assert part.shape == (full.shape if is_parameter else (0, *full.shape[1:]))
        assert not part.any()


def test_the_loss_of_an_empty_batch_is_zero() -> None:
    assert c.softmax_cross_entropy(np.ones((0, 3)), np.ones((0, 3))) == 0.0


def test_arrays_that_are_not_contiguous_give_the_same_numbers(rng: np.random.Generator) -> None:
    x = rng.normal(size=(5, 3, 6, 4)).transpose(3, 2, 0, 1)
    w = rng.normal(size=(3, 2, 2, 3))[..., ::-1].swapaxes(2, 3)
    delta = rng.normal(size=(4, 2, 4, 4))[:, :, ::-1, 1::2]
    plain = [np.ascontiguousarray(a) for a in (delta, x, w)]
    given = c.conv2d_backward(delta, x, w, stride=(2, 1))
    expected = c.conv2d_backward(*plain, stride=(2, 1))
    for part, same in zip(given, expected, strict=True):
        np.testing.assert_allclose(part, same, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(c.conv2d(x, w), c.conv2d(*plain[1:]), rtol=1e-12, atol=1e-12)


def test_a_nan_in_a_pool_is_seen_and_keeps_its_gradient() -> None:
    x = np.array([[1.0, np.nan, 5.0, 2.0], [3.0, 9.0, 4.0, np.inf]]).reshape(1, 2, 4, 1)
    z = c.max_pool2d(x, 2)
    np.testing.assert_array_equal(z.ravel(), [np.nan, np.inf])
    dx = c.max_pool2d_backward(np.array([1, 10]).reshape(1, 1, 2, 1), x, 2)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 1, 0, 0], [0, 0, 0, 10]])


@pytest.mark.parametrize("ties", ["first", "split", "all"])
def test_padding_wins_no_pool_not_even_against_minus_infinity(ties: str) -> None:
    x, delta = np.full((1, 2, 2, 1), -np.inf), np.arange(1.0, 5).reshape(1, 2, 2, 1)
    np.testing.assert_array_equal(c.max_pool2d(x, 2, padding=1), x)
    np.testing.assert_array_equal(c.max_pool2d_backward(delta, x, 2, padding=1, ties=ties), delta)
    negative = c.max_pool2d(np.full((1, 2, 2, 1), -7.0), 2, padding=1)
    np.testing.assert_array_equal(negative, np.full((1, 2, 2, 1), -7.0))


def test_large_numbers_neither_overflow_nor_warn() -> None:
    z = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]])
    np.testing.assert_allclose(c.softmax(z), [[1, 0, 0], [1 / 3] * 3])
    assert c.softmax_cross_entropy(z[:1], [[0, 1, 0]]) == 1000
    assert str(c.softmax_cross_entropy(z[:1], [[1, 0, 0]])) == "0.0"  # and not -0.0
    np.testing.assert_array_equal(c.sigmoid(z[0]), [1, 0.5, 0])
    np.testing.assert_array_equal(c.sigmoid_backward(z[0], z[0]), [0, 0, 0])
    np.testing.assert_array_equal(c.relu([-np.inf, np.inf]), [0, np.inf])
