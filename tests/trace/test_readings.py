"""One list of rows, read by output cell, by input cell, under other names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.trace import Dim, Group, Rule, Terms, Trace
from cnnlib.trace.rule import index
from tests import oracles
from tests.ops.geometries import CONV2D, Geometry
from tests.trace import operations as op


@pytest.mark.parametrize("geometry", CONV2D.values(), ids=CONV2D)
def test_the_terms_of_a_cell_are_the_wires_of_the_definition(
    geometry: Geometry, rng: np.random.Generator
) -> None:
    """Every output cell, and for every pixel who listens to it, against loops over all wires."""
    trace = op.conv(geometry, rng, bias=False, flip=False).trace
    x, w = trace.operands["x"], trace.operands["w"]
    by_out: dict[Any, list[Any]] = {}
    by_pixel: dict[Any, list[Any]] = {}
    options = geometry.numbers
    wires = list(
        oracles.wires(
            x.shape[1:3], w.shape[:2], options["stride"], options["edges"], options["dilation"]
        )
    )
    channel, k = w.shape[2] - 1, w.shape[3] - 1
    for (i, j), (row, col), (a, b) in wires:
        value = x[0, row, col, channel] * w[a, b, channel, k]
        by_out.setdefault((0, i, j, k), []).append(value)
        by_pixel.setdefault((0, row, col, channel), []).append(((0, i, j, k), value))
    one = trace.select(c=channel, k=k)
    for cell in np.ndindex(1, *one.shape[1:3], 1):
        assert [t.product for t in one.at(*cell)] == by_out.get((*cell[:3], k), [])
    for cell in np.ndindex(1, *x.shape[1:3], 1):
        pixel = (*cell[:3], channel)
        heard = [t for t in trace.at(*pixel, of="x") if t.out[3] == k]
        assert sorted((t.out, t.product) for t in heard) == sorted(by_pixel.get(pixel, []))


def test_a_term_names_its_cells_and_numbers() -> None:
    x, w = np.arange(1, 10).reshape(1, 3, 3, 1), np.arange(1, 5).reshape(2, 2, 1, 1)
    first, *_, last = c.trace_conv2d(x, w, [10]).at(0, 1, 0, 0)
    assert first == ((0, 1, 0, 0), 1.0, {"x": ((0, 1, 0, 0), 4.0), "w": ((0, 0, 0, 0), 1.0)}, 4.0)
    assert last == ((0, 1, 0, 0), 1.0, {"b": ((0,), 10.0)}, 10.0)


def test_the_terms_of_a_cell_add_up_to_its_number(rng: np.random.Generator) -> None:
    trace = op.conv(CONV2D["everything"], rng, bias=True, flip=True).trace.select(n=1)
    z, dw = trace.replay(), trace.backward(rng.normal(size=trace.shape), "w")
    for whole, result in ((trace, z), (dw, dw.replay())):
        sums = [sum(t.product for t in whole.at(*cell)) for cell in np.ndindex(result.shape)]
        np.testing.assert_allclose(sums, result.ravel(), atol=1e-12)


def test_a_weight_is_heard_once_by_every_window(rng: np.random.Generator) -> None:
    trace = c.trace_conv2d(rng.normal(size=(2, 5, 4, 1)), rng.normal(size=(2, 3, 1, 2)))
    outs = [t.out for t in trace.at(1, 2, 0, 1, of="w")]
    assert outs == [(n, i, j, 1) for n in range(2) for i in range(4) for j in range(2)]


def test_a_cell_that_no_window_covers_is_heard_by_nobody() -> None:
    trace = c.trace_conv2d(np.ones((1, 6, 6, 1)), np.ones((3, 3, 1, 1)), stride=2)
    assert trace.at(0, 5, 0, 0, of="x") == []
    assert trace.backward(np.ones(trace.shape), "x").at(0, 5, 0, 0) == []


def test_a_loser_is_listed_and_adds_nothing() -> None:
    trace = c.trace_max_pool2d(np.array([[1.0, -np.inf], [3, 2]]).reshape(1, 2, 2, 1), 2)
    assert [(t.coef, t.product) for t in trace.at(0, 0, 0, 0)] == [(0, 0), (0, 0), (1, 3), (0, 0)]


def test_a_single_number_has_the_empty_index() -> None:
    (term,) = c.trace_relu(4).at()
    assert term == ((), 1.0, {"z": ((), 4.0)}, 4.0)


@pytest.mark.parametrize(
    ("cell", "of", "error", "says"),
    [
        ((0, 2, 0, 0), "", ValueError, r"cell \(0, 2, 0, 0\) is not in z of shape \(1, 2, 3, 1\)"),
        ((0, -1, 0, 0), "", ValueError, "each from 0"),
        ((0, 0), "", ValueError, "give 4 numbers"),
        ((0, 4, 0, 0), "x", ValueError, "not in x"),
        ((0, 0.5, 0, 0), "", TypeError, "whole"),
        ((0, 0, 0, 0), "q", ValueError, "of='q' is not an array of conv2d: choose one of x, w, z"),
    ],
)
def test_cells_that_are_not_there_are_refused(cell: Any, of: str, error: Any, says: str) -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 4, 1)), np.ones((2, 2, 1, 1)))
    with pytest.raises(error, match=says):
        trace.at(*cell, of=of)


def test_rows_that_occur_twice_count_twice(rng: np.random.Generator) -> None:
    x, w, delta = rng.normal(size=3), rng.normal(size=2), rng.normal(size=2)
    rows = Terms([0, 0, 1, 0], {"x": [2, 2, 0, 1], "w": [0, 0, 1, 1]}, [1, 1, 1, -3])
    trace = Trace("twice", {"x": x, "w": w}, (2,), rows)
    op.close(trace.replay(), np.array([2 * x[2] * w[0] - 3 * x[1] * w[1], x[0] * w[1]]))
    expected = [delta[1] * w[1], -3 * delta[0] * w[1], 2 * delta[0] * w[0]]
    op.close(trace.backward(delta, "x").replay(), np.array(expected))
    op.close(trace.matrix(), np.array([[0, -3 * w[1], 2 * w[0]], [w[1], 0, 0]]))


def test_a_square_reads_its_array_under_two_names(rng: np.random.Generator) -> None:
    x, delta, every = rng.normal(size=4), rng.normal(size=4), np.arange(4)
    square = Trace("square", {"x": x, "y": x}, (4,), Terms(every, {"x": every, "y": every}))
    op.close(square.replay(), x**2)
    op.close(sum(square.backward(delta, name).replay() for name in "xy"), 2 * x * delta)


def test_a_toy_operation_needs_nothing_but_its_rows(rng: np.random.Generator) -> None:
    """tanh of the alternating sum along anti-diagonals of x, each weighed with a shared w."""
    x, w = rng.normal(size=(3, 4)), rng.normal(size=3)
    cells = list(np.ndindex(x.shape))
    rows = Terms(
        [i + j for i, j in cells],
        {"x": np.arange(12), "w": [i for i, _ in cells]},
        [(-1.0) ** j for _, j in cells],
    )

    def forward(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        return Trace("anti-diagonals", {"x": x, "w": w}, (6,), rows, post="tanh").replay()

    def backward(delta: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, ...]:
        trace = Trace("anti-diagonals", {"x": x, "w": w}, (6,), rows, post="tanh")
        return trace.backward(delta, "x").replay(), trace.backward(delta, "w").replay()

    by_hand = np.zeros(6)
    for i, j in cells:
        by_hand[i + j] += (-1) ** j * x[i, j] * w[i]
    op.close(forward(x, w), np.tanh(by_hand))
    assert c.check_gradient(forward, backward, x, w, rng=rng)


@pytest.mark.parametrize("post", ["identity", "exp", "log", "reciprocal", *ACTIVATIONS])
def test_every_closing_function_has_the_slope_of_its_differences(
    post: str, rng: np.random.Generator
) -> None:
    every = np.arange(5)

    def trace(x: np.ndarray) -> Trace:
        return Trace(post, {"x": x}, (5,), Terms(every, {"x": every}), post=post)

    x = rng.uniform(0.5, 2, 5)
    assert c.check_gradient(
        lambda x: trace(x).replay(), lambda d, x: trace(x).backward(d, "x").replay(), x, rng=rng
    )


def test_a_gradient_is_a_trace_with_gradients_of_its_own(rng: np.random.Generator) -> None:
    """dx is linear in delta and in w: what it hands back to delta is the forward pass."""
    pair = op.conv(CONV2D["everything"], rng, bias=True, flip=False)
    delta, direction = (
        rng.normal(size=pair.result.shape),
        rng.normal(size=pair.trace.operands["x"].shape),
    )
    dx = pair.trace.backward(delta, "x")
    assert list(dx.operands) == ["delta", "w"]
    moved = {"x": direction, "w": pair.trace.operands["w"]}
    forward = c.trace_conv2d(**moved, **CONV2D["everything"].options)
    op.close(dx.backward(direction, "delta").replay(), forward.replay())
    again = dx.backward(direction, "w")
    assert list(again.operands) == ["delta2", "delta"]
    op.close(again.replay(), forward.backward(delta, "w").replay())


@pytest.mark.parametrize(
    ("delta", "wrt", "error", "says"),
    [
        (np.ones((1, 2, 2, 1)), "x", ValueError, r"\(1, 2, 2, 1\).*conv2d.*\(1, 2, 3, 1\)"),
        (np.ones((1, 2, 3, 1)), "b", ValueError, "wrt='b' is not an array.*x, w"),
        (np.ones((1, 2, 3, 1)), "z", ValueError, "choose one of x, w"),
        (np.ones((1, 2, 3, 1), complex), "x", TypeError, "real"),
        ([[[["a"] for _ in range(3)] for _ in range(2)]], "x", TypeError, "real"),
    ],
)
def test_bad_deltas_are_refused(delta: Any, wrt: str, error: Any, says: str) -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 4, 1)), np.ones((2, 2, 1, 1)))
    with pytest.raises(error, match=says):
        trace.backward(delta, wrt)


RENAMED = {
    "rule": lambda rng: c.trace_conv2d(
        rng.normal(size=(1, 4, 5, 1)), rng.normal(size=(2, 3, 1, 1))
    ),
    "winner": lambda rng: c.trace_max_pool2d(rng.integers(0, 3, (1, 4, 4, 1)), 2, ties="all"),
    "positive": lambda rng: c.trace_relu(rng.normal(size=(2, 3))).renamed(z="x", a="z"),
    "rows": lambda rng: Trace(
        "rows", {"x": rng.normal(size=3)}, (1,), Terms([0, 0], {"x": [2, 1]})
    ),
}


@pytest.mark.parametrize("make", RENAMED.values(), ids=RENAMED)
def test_new_names_change_no_number(make: Any, rng: np.random.Generator) -> None:
    trace = make(rng)
    new = trace.renamed(x="a", z="z2")
    delta = rng.normal(size=trace.shape)
    assert (next(iter(new.operands)), new.out, new.op) == ("a", "z2", trace.op)
    np.testing.assert_array_equal(new.replay(), trace.replay())
    np.testing.assert_array_equal(
        new.backward(delta, "a").replay(), trace.backward(delta, "x").replay()
    )
    assert Trace.from_json(new.to_json()).to_json() == new.to_json()
    assert "x" not in new.layout
    assert (new.layout.get("a"), new.layout.get("z2")) == (
        trace.layout.get("x"),
        trace.layout.get("z"),
    )
    assert new.renamed(a="x", z2="z").to_json() == trace.to_json()


def test_two_arrays_can_swap_names(rng: np.random.Generator) -> None:
    trace = c.trace_conv2d(rng.normal(size=(1, 4, 5, 2)), rng.normal(size=(2, 3, 2, 1)))
    swapped = trace.renamed(x="w", w="x")
    np.testing.assert_array_equal(swapped.replay(), trace.replay())
    np.testing.assert_array_equal(swapped.operands["w"], trace.operands["x"])
    assert swapped.layout["w"] == (1, 2)


def test_a_new_name_takes_the_place_of_one_that_stood_for_nothing() -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1)))
    assert trace.layout["b"] == (None, 0)  # for a bias that is not there
    assert trace.renamed(w="b").layout["b"] == trace.layout["w"] == (0, 1)


def test_rows_are_copies(rng: np.random.Generator) -> None:
    out, cells, coef = np.array([0, 1]), np.array([1, 0]), np.array([2.0, 3.0])
    rows = Terms(out, {"x": cells}, coef)
    out[:], cells[:], coef[:] = 1, 1, 0
    np.testing.assert_array_equal(Trace("rows", {"x": [5, 7]}, (2,), rows).replay(), [14, 15])


def test_a_rule_whose_window_does_not_fit_has_no_cells() -> None:
    slide = Group(index("i"), {"x": (Dim({"i": 1, "a": 1}),), "w": index("a")})
    rule = Rule(("i", "a"), (slide,))
    assert rule.resolve({"x": (2,), "w": (9,)}) == {"a": 9, "i": 0}
    assert rule.shape({"x": (2,), "w": (9,)}) == (0,)
    diagonal = Group((Dim({"i": 1, "j": 1}),), {"x": index("ij")})
    assert Rule(("i", "j"), (diagonal,)).shape({"x": (0, 0)}) == (0,)


@pytest.mark.parametrize(
    ("names", "says"),
    [({"q": "a"}, "no array q, only x, w, z"), ({"x": "w"}, "share a symbol"),
     ({"x": "a", "w": "a"}, "share a symbol"), ({"z": "x"}, "share a symbol")],
)  # fmt: skip
def test_bad_names_are_refused(names: dict[str, str], says: str) -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 4, 1)), np.ones((2, 2, 1, 1)))
    with pytest.raises(ValueError, match=says):
        trace.renamed(**names)
