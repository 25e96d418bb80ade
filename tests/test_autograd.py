"""The small engine: equal to the book's formulas, cell by cell, and to central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.autograd import Tensor, im2col, softmax_cross_entropy
from cnnlib.ops._forbidden import ForbiddenCallError, forbidden

Array = np.ndarray[Any, Any]


def close(found: Array, expected: Array) -> None:
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def conv(x: Tensor, w: Tensor, b: Tensor, **geometry: int) -> Tensor:
    kh, kw, c_in, c_out = w.value.shape
    return im2col(x, (kh, kw), **geometry) @ w.reshape(kh * kw * c_in, c_out) + b


@pytest.mark.parametrize(
    "geometry", [{}, {"stride": 2}, {"padding": 2}, {"stride": 3, "padding": 1}]
)
@pytest.mark.parametrize("kernel", [(3, 2), (1, 1), (2, 4)])
def test_a_convolution_has_the_gradients_of_the_book(
    geometry: dict[str, int], kernel: tuple[int, int], rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(*kernel, 3, 4))
    b, tensors = rng.normal(size=4), []
    tensors = [Tensor(a) for a in (x, w, b)]
    z = conv(*tensors, **geometry)
    close(z.value, c.conv2d(x, w, b, **geometry))
    delta = rng.normal(size=z.value.shape)
    z.backward(delta)
    for tensor, grad in zip(tensors, c.conv2d_backward(delta, x, w, **geometry), strict=True):
        close(tensor.grad, grad)


def network(x: Tensor, w: Tensor, b: Tensor, v: Tensor, d: Tensor) -> Tensor:
    a = conv(x, w, b, padding=1).relu()
    n, h, k = a.value.shape[0], 4, a.value.shape[3]
    pooled = im2col(a, (2, 2), stride=2).reshape(n, h, 3, 4, k).max(3)
    return pooled.reshape(n, h * 3 * k) @ v + d


def test_a_whole_network_has_the_gradients_of_the_book(rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 8, 6, 2)), rng.normal(size=(3, 3, 2, 4)), rng.normal(size=4)
    v, d, y = rng.normal(size=(48, 5)), rng.normal(size=5), rng.dirichlet(np.ones(5), 3)
    tensors = [Tensor(a) for a in (x, w, b, v, d)]
    logits = network(*tensors)
    loss = softmax_cross_entropy(logits, y)
    loss.backward()

    z = c.conv2d(x, w, b, padding=1)
    a = c.relu(z)
    p = c.max_pool2d(a, 2)
    flat = p.reshape(3, -1)
    out = c.dense(flat, v, d)
    assert loss.value == pytest.approx(c.softmax_cross_entropy(out, y), rel=1e-12)
    delta = c.softmax_cross_entropy_backward(out, y)
    dense = c.dense_backward(delta, flat, v)
    da = c.max_pool2d_backward(dense.dx.reshape(p.shape), a, 2)
    grads = c.conv2d_backward(c.relu_backward(da, z), x, w, padding=1)
    for tensor, grad in zip(tensors, (*grads, dense.dw, dense.db), strict=True):
        close(tensor.grad, grad)
    close(logits.grad, delta)


def test_where_one_tensor_is_read_twice_its_deltas_add_up(rng: np.random.Generator) -> None:
    value, delta = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))

    def f(x: Any) -> Any:
        x = x if isinstance(x, Tensor) else Tensor(x)
        e = (x * 0.5).exp()
        return e * x + e - x * x + (1 - e).relu()

    def backward(delta: Array, value: Array) -> Array:
        x = Tensor(value)
        f(x).backward(delta)
        return x.grad

    assert c.check_gradient(lambda x: f(x).value, backward, value, rng=rng)
    x = Tensor(value)
    f(x).backward(delta)
    once = x.grad.copy()
    f(x).backward(delta)
    close(x.grad, 2 * once)


def test_a_tensor_waits_for_all_its_readers() -> None:
    """A diamond that depth-first order alone would get wrong, and a chain beyond recursion."""
    x = Tensor(2.0)
    a = x * 3
    b = a * a
    (b + a * b).backward()
    assert x.grad == 3 * (2 * 6 + 3 * 36)
    y = x
    for _ in range(5000):
        y = y + 1
    y.backward()


@pytest.mark.parametrize(
    "shapes", [((3, 4), (4,)), ((3, 1), (3, 4)), ((), (2, 3)), ((2, 1, 3), (4, 1))]
)
def test_broadcasting_goes_back_as_a_sum(shapes: Any, rng: np.random.Generator) -> None:
    a, b = (rng.normal(size=shape) for shape in shapes)

    def backward(delta: Array, a: Array, b: Array) -> tuple[Array, Array]:
        s, t = Tensor(a), Tensor(b)
        (s * t + s - t).backward(delta)
        return s.grad, t.grad

    assert c.check_gradient(lambda a, b: a * b + a - b, backward, a, b, rng=rng)


def test_sums_logarithms_and_the_first_of_equal_maxima(rng: np.random.Generator) -> None:
    x = Tensor(rng.uniform(1, 2, (3, 4)))
    (x.log() * x).sum(axis=1).sum().backward()
    close(x.grad, np.log(x.value) + 1)
    tied = Tensor([[1.0, 5.0, 5.0]])
    tied.max(1).backward([2.0])
    assert tied.grad.tolist() == [[0, 2, 0]]


def test_arrays_of_numpy_stand_on_either_side(rng: np.random.Generator) -> None:
    a, x = rng.normal(size=(2, 3)), Tensor(np.ones((2, 3)))
    assert isinstance(a * x, Tensor)
    (a * x + a).backward(a)
    close(x.grad, a * a)


def test_what_cannot_be_and_what_would_be_the_answer() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=r"delta has shape \(\), this tensor \(2,\)"):
        x.backward()
    with forbidden(frozenset({"gradient"})), pytest.raises(ForbiddenCallError, match="Tensor"):
        x.backward([1, 1])


def test_inputs_are_copied() -> None:
    given = np.ones(3)
    x = Tensor(given)
    x.value[0] = 5
    assert given[0] == 1
