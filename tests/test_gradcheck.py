"""The gradient check accepts what is right and names what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.gradcheck import check_gradient, numerical_gradient

Array = np.ndarray[Any, Any]
CASE = {"stride": (2, 1), "padding": 1}


@pytest.fixture
def arrays(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Images, kernels and biases with no two axes of the same length."""
    shapes = (2, 6, 5, 3), (3, 2, 3, 4), (4,)
    return tuple(rng.standard_normal(shape) for shape in shapes)


def test_numerical_gradient_of_a_cubic_is_its_derivative(rng: np.random.Generator) -> None:
    x = rng.standard_normal((2, 3, 4))
    found = numerical_gradient(lambda x: float((x**3).sum()), x)
    np.testing.assert_allclose(found, 3 * x**2, rtol=1e-6, atol=1e-9)


def test_numerical_gradient_keeps_x_even_if_f_does_not() -> None:
    x = np.array([1.0, 2.0])

    def f(values: Array) -> float:
        values *= 3.0
        return float(values.sum())

    np.testing.assert_allclose(numerical_gradient(f, x), [3.0, 3.0])
    assert x.tolist() == [1.0, 2.0]


def test_integers_and_float32_are_nudged_in_float64() -> None:
    for dtype in (int, np.float32):
        found = numerical_gradient(lambda x: float((x**2).sum()), np.array([1, 2], dtype))
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, [2.0, 4.0], rtol=1e-9)


def test_a_number_has_a_gradient_too() -> None:
    assert numerical_gradient(lambda x: float(x**2), 3.0).item() == pytest.approx(6.0)


def test_the_step_really_taken_is_divided_by() -> None:
    found = numerical_gradient(lambda x: float(x[0]), np.array([1e9]), step=1e-5)
    assert found[0] == 1.0


@pytest.mark.parametrize(
    ("x", "f", "step", "error", "message"),
    [
        ([1.0], lambda x: x.sum(), 0.0, ValueError, "step must be positive"),
        ([1.0], lambda x: x.sum(), np.nan, ValueError, "step must be positive"),
        ([1e12], lambda x: x.sum(), 1e-5, ValueError, "vanishes beside the value 1e.12"),
        ([1.0, 2.0], lambda x: x, 1e-5, TypeError, "one number, got an array of shape"),
        ([1j], lambda x: 0.0, 1e-5, TypeError, "x must hold real numbers"),
        ([True], lambda x: 0.0, 1e-5, TypeError, "x must hold real numbers"),
    ],
)
def test_numerical_gradient_says_what_is_wrong(
    x: list[Any], f: Callable[[Array], Any], step: float, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        numerical_gradient(f, np.array(x), step=step)


def test_a_right_backward_passes_and_the_report_counts(
    arrays: tuple[Array, ...], rng: np.random.Generator
) -> None:
    before = [a.copy() for a in arrays]
    forward, backward = partial(c.conv2d, **CASE), partial(c.conv2d_backward, **CASE)
    report = check_gradient(forward, backward, *arrays, rng=rng)
    assert report
    assert report.cells == sum(a.size for a in arrays)
    assert set(report.errors) == {"x", "w", "b"}
    assert max(report.errors.values()) < 1e-8
    assert "agree with central differences" in str(report)
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))


def unflipped_kernel(delta: Array, x: Array, w: Array) -> Any:
    """Carry delta back with the kernel as it is, not rotated."""
    return c.conv2d_backward(delta, x, c.rot180(w), **CASE)._replace(
        dw=c.conv2d_kernel_grad(delta, x, w.shape[:2], **CASE)
    )


def reversed_kernel_gradient(delta: Array, x: Array, w: Array) -> Any:
    """Correlate in the wrong order, which reverses dw."""
    grads = c.conv2d_backward(delta, x, w, **CASE)
    return grads._replace(dw=c.rot180(grads.dw))


def ignored_stride(delta: Array, x: Array, w: Array) -> Any:
    """Push the deltas together as if the stride were 1."""
    spread = np.zeros((len(x), *c.conv2d(x, w, padding=1).shape[1:]))
    spread[:, : delta.shape[1]] = delta
    return c.conv2d_backward(spread, x, w, padding=1)


def forgotten_batch_sum(delta: Array, x: Array, w: Array) -> Any:
    """Let only the first image teach the kernel."""
    grads = c.conv2d_backward(delta, x, w, **CASE)
    return grads._replace(dw=c.conv2d_kernel_grad(delta[:1], x[:1], w.shape[:2], **CASE))


def averaged_bias(delta: Array, x: Array, w: Array) -> Any:
    """Take the mean where the sum belongs."""
    return c.conv2d_backward(delta, x, w, **CASE)._replace(db=delta.mean(axis=(0, 1, 2)))


def flipped_channels(delta: Array, x: Array, w: Array) -> Any:
    """Flip every axis of the input gradient's channels."""
    grads = c.conv2d_backward(delta, x, w, **CASE)
    return grads._replace(dx=grads.dx[..., ::-1])


@pytest.mark.parametrize(
    ("planted", "argument"),
    [
        (unflipped_kernel, "x"),
        (reversed_kernel_gradient, "w"),
        (ignored_stride, "x"),
        (forgotten_batch_sum, "w"),
        (averaged_bias, "b"),
        (flipped_channels, "x"),
    ],
)
def test_a_planted_mistake_is_rejected_and_its_argument_named(
    planted: Callable[..., Any],
    argument: str,
    arrays: tuple[Array, ...],
    rng: np.random.Generator,
) -> None:
    with pytest.raises(AssertionError, match=f"gradient of {argument}: .* cells are wrong"):
        check_gradient(partial(c.conv2d, **CASE), planted, *arrays, rng=rng)


def test_one_wrong_cell_is_found_and_named(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3, 4))

    def backward(delta: Array, x: Array) -> Array:
        dx = 2 * delta * x
        dx[1, 2] *= 1.001
        return dx

    with pytest.raises(AssertionError) as caught:
        check_gradient(lambda x: x**2, backward, x, rng=rng)
    assert "1 of 12 cells are wrong; worst at x[1, 2]: analytic" in str(caught.value)
    assert "kink" not in str(caught.value)


@pytest.mark.parametrize("turn", [np.flip, np.transpose], ids=["rotated", "transposed"])
def test_a_turned_delta_is_rejected_which_a_delta_of_ones_would_hide(
    turn: Callable[[Array], Array], rng: np.random.Generator
) -> None:
    assert (turn(np.ones((3, 3))) == 1.0).all()
    with pytest.raises(AssertionError, match="cells are wrong"):
        check_gradient(lambda x: 2 * x, lambda d, x: 2 * turn(d), np.ones((3, 3)), rng=rng)


def test_a_kink_is_named_as_the_likely_cause(rng: np.random.Generator) -> None:
    z = np.array([-1.0, 0.0, 2.0])
    with pytest.raises(AssertionError, match=r"worst at z\[1\].*a kink lies within one step"):
        check_gradient(c.relu, c.relu_backward, z, rng=rng)
    assert check_gradient(c.relu, c.relu_backward, z + 0.5, rng=rng)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_wrong(bad: float, rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match=r"1 of 3 cells .* worst at x\[1\]: analytic"):
        check_gradient(lambda x: 2 * x, lambda d, x: np.array([2, bad, 2]) * d, np.ones(3), rng=rng)


def test_an_infinite_slope_is_not_excused_by_its_size(rng: np.random.Generator) -> None:
    def blow_up(x: Array) -> Array:
        return np.where(x > 1.0, np.inf, x)

    with pytest.raises(AssertionError, match="1 of 2 cells are wrong"):
        check_gradient(blow_up, lambda d, x: d, np.array([0.0, 1.0]), rng=rng)


def test_a_wrong_shape_is_wrong_even_if_it_broadcasts(rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match=r"gradient of b: shape \(1, 3\), but b has shape"):
        check_gradient(lambda b: b + 0, lambda d, b: d[None], np.ones(3), rng=rng)


def test_a_slope_below_rounding_passes(rng: np.random.Generator) -> None:
    assert check_gradient(c.tanh, c.tanh_backward, np.array([30.0, -40.0]), rng=rng)


def test_empty_arrays_pass(rng: np.random.Generator) -> None:
    assert check_gradient(c.relu, c.relu_backward, np.zeros((0, 3)), rng=rng).cells == 0


def test_a_scalar_loss_can_be_checked(rng: np.random.Generator) -> None:
    z, y = rng.standard_normal((3, 4)), np.eye(4)[[1, 0, 3]]
    loss = partial(c.softmax_cross_entropy, y=y)
    assert check_gradient(loss, lambda d, z: d * c.softmax_cross_entropy_backward(z, y), z, rng=rng)


def test_backward_may_spoil_what_it_was_given(rng: np.random.Generator) -> None:
    def backward(delta: Array, x: Array) -> Array:
        delta *= 2.0
        x *= 0.0
        return delta

    x = np.ones(3)
    assert check_gradient(lambda x: 2 * x, backward, x, rng=rng)
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_the_number_of_gradients_must_match(rng: np.random.Generator) -> None:
    x, w = rng.standard_normal((1, 4, 5, 2)), rng.standard_normal((2, 3, 2, 3))
    with pytest.raises(ValueError, match=r"3 gradients for 2 arrays \(x, w\)"):
        check_gradient(c.conv2d, c.conv2d_backward, x, w, rng=rng)


def test_float32_inside_forward_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(TypeError, match="forward returned float32"):
        check_gradient(lambda x: x.astype(np.float32), lambda d, x: d, np.ones(2), rng=rng)


def test_rtol_must_be_positive(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="rtol must be positive, got 0"):
        check_gradient(c.relu, c.relu_backward, np.ones(2), rng=rng, rtol=0)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_a_kink_is_one_at_any_size_of_the_gradient(size: float, rng: np.random.Generator) -> None:
    """A slope that changes by half is a kink, one that bends by a thousandth is none."""

    def bent(z: Array, change: float) -> Array:
        return size * np.where(z > 0, (1 + change) * z, z)

    for change, named in ((0.5, True), (1e-3, False)):
        with pytest.raises(AssertionError) as caught:
            check_gradient(
                partial(bent, change=change), lambda d, z: 3 * size * d, np.zeros(3), rng=rng
            )
        assert ("a kink lies within one step" in str(caught.value)) == named


@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_the_reported_error_is_relative_to_the_largest_slope(
    size: float, rng: np.random.Generator
) -> None:
    def backward(delta: Array, x: Array) -> Array:
        return size * delta * (1 + np.array([1e-3, 0, 0]))

    report = check_gradient(
        lambda x: size * x, backward, np.array([3.0, 1.0, -2.0]), rng=rng, rtol=0.01
    )
    assert 1e-5 < report.errors["x"] < 2e-3


def test_a_function_of_any_number_of_arrays_is_given_all_of_them(
    rng: np.random.Generator,
) -> None:
    def backward(delta: Array, x: Array, *others: Array) -> tuple[Array, ...]:
        return (delta, *(2 * delta for _ in others))

    x, y, z = (rng.standard_normal(4) for _ in range(3))
    assert check_gradient(lambda x, y, z: x + 2 * y + 2 * z, backward, x, y, z, rng=rng).cells == 12


def test_one_number_in_brackets_is_one_number() -> None:
    found = numerical_gradient(lambda x: (x**2).sum(keepdims=True), np.array([[1.0, 3.0]]))
    np.testing.assert_allclose(found, [[2.0, 6.0]])
