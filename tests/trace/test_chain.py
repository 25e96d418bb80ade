"""Traces in a row carry a delta through a whole network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.trace import Chain, Terms, Trace


def network(x: Any, w: Any, b: Any, v: Any, d: Any, y: Any) -> Chain:
    """conv, ReLU, max pool, flatten, dense, softmax with cross-entropy."""
    z = c.trace_conv2d(x, w, b, padding=((1, 0), (0, 2)))
    a = c.trace_relu(z.replay())
    p = c.trace_max_pool2d(a.replay(), 2).renamed(x="a", z="p")
    f = c.trace_flatten(p.replay()).renamed(x="p", z="f")
    u = c.trace_dense(f.replay(), v, d).renamed(x="f", w="v", b="d", z="u")
    loss = c.trace_softmax_cross_entropy(u.replay(), y).steps
    loss["shifted"] = loss["shifted"].renamed(z="u")
    return Chain({"z": z, "a": a, "p": p, "f": f, "u": u, **loss})


@pytest.fixture
def arrays(rng: np.random.Generator) -> list[np.ndarray]:
    shapes = [(2, 3, 4, 1), (2, 3, 1, 2), (2,), (4, 3), (3,)]
    return [rng.normal(size=shape) for shape in shapes]


def test_a_network_carried_back_through_traces_agrees_with_central_differences(
    arrays: list[np.ndarray], rng: np.random.Generator
) -> None:
    y = rng.dirichlet(np.ones(3), 2)

    def loss(*arrays: np.ndarray) -> float:
        return network(*arrays, y).replay()[0]

    found = network(*arrays, y).backward([1])
    for k, name in enumerate(["x", "w", "b", "v", "d"]):
        others = list(arrays)

        def nudged(values: np.ndarray, k: int = k, others: list[np.ndarray] = others) -> float:
            return loss(*others[:k], values, *others[k + 1 :])

        slopes = c.numerical_gradient(nudged, arrays[k])
        np.testing.assert_allclose(found[name], slopes, rtol=1e-6, atol=1e-9, err_msg=name)


def test_every_delta_on_the_way_is_the_one_of_the_operations(
    arrays: list[np.ndarray], rng: np.random.Generator
) -> None:
    x, w, b, v, d = arrays
    y, geometry = rng.dirichlet(np.ones(3), 2), {"padding": ((1, 0), (0, 2))}
    z = c.conv2d(x, w, b, **geometry)
    pooled = c.max_pool2d(c.relu(z), 2)
    flat = pooled.reshape(2, -1)
    delta = {"u": c.softmax_cross_entropy_backward(c.dense(flat, v, d), y)}
    delta["f"] = c.dense_backward(delta["u"], flat, v).dx
    delta["p"] = delta["f"].reshape(pooled.shape)
    delta["a"] = c.max_pool2d_backward(delta["p"], c.relu(z), 2)
    delta["z"] = c.relu_backward(delta["a"], z)
    delta["w"] = c.conv2d_backward(delta["z"], x, w, **geometry).dw
    found = network(*arrays, y).backward([1])
    for name, expected in delta.items():
        np.testing.assert_allclose(found[name], expected, atol=1e-12, err_msg=name)


def test_two_convolutions_in_a_row(rng: np.random.Generator) -> None:
    x, w, w2 = (rng.normal(size=s) for s in [(1, 5, 6, 1), (2, 3, 1, 2), (3, 2, 2, 2)])
    z = c.trace_conv2d(x, w)
    a = c.trace_relu(z.replay())
    z2 = c.trace_conv2d(a.replay(), w2, stride=(1, 2)).renamed(x="a", w="w2", z="z2")
    delta = rng.normal(size=z2.shape)
    found = c.compose(z=z, a=a, z2=z2).backward(delta)
    top = c.conv2d_backward(delta, c.relu(c.conv2d(x, w)), w2, stride=(1, 2))
    low = c.conv2d_backward(c.relu_backward(top.dx, z.replay()), x, w)
    for name, expected in {"w2": top.dw, "a": top.dx, "w": low.dw, "x": low.dx}.items():
        np.testing.assert_allclose(found[name], expected, atol=1e-12, err_msg=name)


def test_a_result_read_twice_collects_both_deltas(rng: np.random.Generator) -> None:
    """s = relu(z) * tanh(z): the product rule, read off two tables."""
    z, delta = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    a = c.trace_relu(z)
    t = c.trace_tanh(z).renamed(a="t")
    rows = Terms(np.arange(6), {"a": np.arange(6), "t": np.arange(6)})
    s = Trace("product", {"a": a.replay(), "t": t.replay()}, (2, 3), rows, out="s")
    found = c.compose(a=a, t=t, s=s).backward(delta)
    expected = delta * ((z > 0) * np.tanh(z) + c.relu(z) * (1 - np.tanh(z) ** 2))
    np.testing.assert_allclose(found["z"], expected, atol=1e-12)


def test_weights_shared_by_two_steps_collect_both_gradients(rng: np.random.Generator) -> None:
    x, w, delta = rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
    one = c.trace_dense(x, w)
    two = c.trace_dense(one.replay(), w).renamed(x="z", z="z2")
    found = c.compose(z=one, z2=two).backward(delta)
    np.testing.assert_allclose(found["w"], one.replay().T @ delta + x.T @ (delta @ w.T), atol=1e-12)


def test_a_step_that_leads_nowhere_gets_no_gradient(rng: np.random.Generator) -> None:
    z = rng.normal(size=(1, 4))
    chain = c.compose(a=c.trace_relu(z), b=c.trace_tanh(z).renamed(a="b"))
    found = chain.backward(np.ones((1, 4)))
    np.testing.assert_array_equal(found["a"], np.zeros((1, 4)))
    np.testing.assert_allclose(found["z"], 1 - np.tanh(z) ** 2, atol=1e-12)


def test_an_empty_batch_goes_through() -> None:
    arrays = [np.ones(s) for s in [(0, 5, 6, 2), (2, 3, 2, 3), (3,), (18, 4), (4,)]]
    chain = network(*arrays, np.ones((0, 4)))
    np.testing.assert_array_equal(chain.replay(), [0])
    found = chain.backward([1])
    assert found["x"].shape == (0, 5, 6, 2)
    np.testing.assert_array_equal(found["w"], np.zeros((2, 3, 2, 3)))


def test_rounding_in_another_order_is_no_other_result(rng: np.random.Generator) -> None:
    x, w = rng.normal(size=(1, 6, 7, 3)), rng.normal(size=(3, 3, 3, 2))
    c.compose(z=c.trace_conv2d(x, w), a=c.trace_relu(c.conv2d(x, w)))


def test_a_chain_changes_neither_delta_nor_results(rng: np.random.Generator) -> None:
    z, delta = rng.normal(size=(1, 4)), rng.normal(size=(1, 4))
    chain, kept = c.compose(a=c.trace_relu(z)), delta.copy()
    chain.replay()[:] = 7
    chain.backward(delta)["a"][:] = 7
    np.testing.assert_array_equal(delta, kept)
    np.testing.assert_array_equal(chain.replay(), c.relu(z))


def steps(rng: np.random.Generator) -> tuple[Trace, Trace]:
    z = c.trace_dense(rng.normal(size=(2, 3)), rng.normal(size=(3, 3)))
    return z, c.trace_relu(z.replay())


def test_bad_chains_are_refused(rng: np.random.Generator) -> None:
    z, a = steps(rng)
    with pytest.raises(ValueError, match="at least one step"):
        c.compose()
    with pytest.raises(ValueError, match=r"step 'a' reads a 'z' of shape \(1, 2\).*\(2, 3\)"):
        c.compose(z=z, a=c.trace_relu([[1, 2]]))
    with pytest.raises(ValueError, match="step 'z' writes what it or an earlier step reads"):
        c.compose(a=a, z=z)
    with pytest.raises(ValueError, match=r"'y' reads a 'w' .*renamed\(w=…\)"):
        c.compose(z=z, y=c.trace_dense(z.replay(), rng.normal(size=(3, 3))).renamed(x="z", z="y"))
    with pytest.raises(ValueError, match=r"delta has shape \(3,\).*\(2, 3\)"):
        c.compose(z=z, a=a).backward([1, 2, 3])


def test_a_chain_says_what_it_consists_of(rng: np.random.Generator) -> None:
    z, a = steps(rng)
    assert repr(c.compose(z=z, a=a)) == "Chain(x -> z -> a)"
