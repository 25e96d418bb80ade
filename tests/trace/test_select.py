"""A part of a trace is the same part of the operation, forward and backward."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnlib as c
from cnnlib.trace import MAX_TERMS, Dim, Group, Rule, Terms, Trace
from cnnlib.trace.rule import index
from tests.ops.geometries import CONV1D, CONV2D, POOL, Geometry
from tests.ops.strategies import SEEDS, convolutions
from tests.trace import operations as op

Rows = dict[tuple[Any, ...], float]


def spans(size: int) -> list[int | slice]:
    """The first place, the last, and a stretch between them."""
    return [0, -1, slice(size // 3, size // 3 + max(1, size // 2))]


def place(wanted: int | slice, size: int) -> slice:
    return wanted if isinstance(wanted, slice) else slice(wanted % size, wanted % size + 1)


def sizes(trace: Trace) -> dict[str, int]:
    return trace.rule.resolve({name: a.shape for name, a in trace.operands.items()})


def of_the_result(trace: Trace) -> list[str]:
    return [next(iter(dim.axes)) for dim in trace.rule.groups[0].out]


def keeps_a_part_of_the_result(trace: Trace, axis: str, wanted: int | slice) -> None:
    """The part's result is a slice, and its gradients are those of a delta masked to the slice."""
    d = of_the_result(trace).index(axis)
    where = (slice(None),) * d + (place(wanted, trace.shape[d]),)
    part = trace.select(**{axis: wanted})
    np.testing.assert_allclose(part.replay(), trace.replay()[where], atol=1e-12)
    delta = np.random.default_rng(part.replay().size).normal(size=trace.shape)
    masked = np.zeros(trace.shape)
    masked[where] = delta[where]
    for name in trace.operands:
        whole = trace.backward(masked, name).replay()
        small = part.backward(delta[where], name).replay()
        embedded = np.zeros(whole.shape)
        embedded[found(part.operands[name], trace.operands[name])] = small
        np.testing.assert_allclose(embedded, whole, atol=1e-12, err_msg=name)


def found(part: np.ndarray, whole: np.ndarray) -> tuple[slice, ...]:
    """Where a part of an array of different numbers comes from."""
    if part.size == 0:
        return tuple(slice(0, n) for n in part.shape)
    start = np.argwhere(whole == part.flat[0])[0]
    where = tuple(slice(int(s), int(s) + n) for s, n in zip(start, part.shape, strict=True))
    np.testing.assert_array_equal(whole[where], part)
    return where


@pytest.mark.parametrize("geometry", [*CONV2D.values(), *CONV1D.values()], ids=[*CONV2D, *CONV1D])
@pytest.mark.parametrize("flip", [False, True], ids=["cross_correlation", "convolution"])
def test_a_part_of_the_result_of_a_convolution(
    geometry: Geometry, flip: bool, rng: np.random.Generator
) -> None:
    trace = op.conv(geometry, rng, bias=True, flip=flip).trace
    for axis, size in zip(of_the_result(trace), trace.shape, strict=True):
        for wanted in spans(size):
            keeps_a_part_of_the_result(trace, axis, wanted)


@pytest.mark.parametrize(("shape", "kernel", "options"), POOL.values(), ids=POOL)
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_a_part_of_the_result_of_a_pooling(
    kind: str, shape: Any, kernel: Any, options: Any, rng: np.random.Generator
) -> None:
    trace = op.pool(kind, rng.normal(size=shape), kernel, options).trace
    for axis, size in zip(of_the_result(trace), trace.shape, strict=True):
        for wanted in spans(size):
            keeps_a_part_of_the_result(trace, axis, wanted)


def rows(trace: Trace) -> list[tuple[float, ...]]:
    """What every row multiplies, in numbers: the same in a part and in the whole."""
    found = []
    for group in trace.terms:
        values = [trace.operands[name].flat[cells] for name, cells in group.cells.items()]
        found += list(zip(group.coef.tolist(), *(v.tolist() for v in values), strict=True))
    return found


@given(convolutions(), st.booleans(), st.data(), SEEDS)
def test_the_parts_along_any_axis_hold_all_rows_once(
    geometry: Geometry, flip: bool, data: st.DataObject, seed: int
) -> None:
    if geometry.x[0] == 0:
        return
    geometry = geometry._replace(x=(1, *geometry.x[1:]))
    trace = op.conv(geometry, np.random.default_rng(seed), bias=False, flip=flip).trace
    if trace.rule.count({name: a.shape for name, a in trace.operands.items()}) > MAX_TERMS:
        trace = trace.select(c=0, k=0)
    axis = data.draw(st.sampled_from(sorted(sizes(trace))))
    cut = data.draw(st.integers(1, max(1, sizes(trace)[axis] - 1)))
    halves = [slice(0, cut), slice(cut, None)] if cut < sizes(trace)[axis] else [slice(0, cut)]
    parts = [row for half in halves for row in rows(trace.select(**{axis: half}))]
    assert sorted(parts) == sorted(rows(trace))


@pytest.mark.parametrize("axis", ["a", "b", "c"])
def test_parts_along_a_summed_axis_add_up(axis: str, rng: np.random.Generator) -> None:
    trace = op.conv(CONV2D["everything"], rng, bias=False, flip=True).trace
    delta = rng.normal(size=trace.shape)
    parts = [trace.select(**{axis: q}) for q in range(sizes(trace)[axis])]
    assert all(part.shape == trace.shape for part in parts)
    np.testing.assert_allclose(sum(part.replay() for part in parts), trace.replay(), atol=1e-12)
    dw = np.concatenate([p.backward(delta, "w").replay() for p in parts], axis="abc".index(axis))
    np.testing.assert_allclose(dw, trace.backward(delta, "w").replay(), atol=1e-12)


def test_a_part_of_an_average_keeps_the_shares_of_the_whole(rng: np.random.Generator) -> None:
    trace = c.trace_avg_pool2d(rng.normal(size=(1, 5, 6, 2)), (2, 3), stride=(2, 1))
    parts = [trace.select(a=a, b=b) for a in range(2) for b in range(3)]
    np.testing.assert_allclose(sum(part.replay() for part in parts), trace.replay(), atol=1e-12)


def test_a_part_of_a_window_has_other_winners_and_is_refused(rng: np.random.Generator) -> None:
    trace = c.trace_max_pool2d(rng.normal(size=(1, 4, 4, 1)), 2)
    with pytest.raises(ValueError, match=r"winner is decided over all of axis 'b'.*n, i, j, c"):
        trace.select(b=1)


@pytest.mark.parametrize(
    "part", [{"n": 1}, {"i": slice(1, 3)}, {"j": 2}, {"c": 1}, {"i": 0, "c": 0}], ids=str
)
def test_a_part_flattened_leaves_no_gaps(part: Any, rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 2))
    where = tuple(place(part.get(a, slice(None)), n) for a, n in zip("nijc", x.shape, strict=True))
    small = c.trace_flatten(x).select(**part)
    np.testing.assert_array_equal(small.replay(), x[where].reshape(len(x[where]), -1))


def test_a_window_that_sees_only_padding_reads_nothing() -> None:
    trace = c.trace_conv2d(np.ones((1, 3, 4, 1)), np.ones((2, 2, 1, 1)), padding=2)
    corner = trace.select(i=0, j=0)
    assert corner.operands["x"].size == 0
    np.testing.assert_array_equal(corner.replay(), np.zeros((1, 1, 1, 1)))


def test_an_operand_read_twice_keeps_what_either_reading_needs(rng: np.random.Generator) -> None:
    """out[i] = x[i] * w + sum over a of x[2i + a]: one operand, two indices along one axis."""
    window = Dim({"i": 2, "a": 1})
    groups = (
        Group(index("i"), {"x": (window,)}),
        Group(index("i"), {"x": (Dim({"i": -1}, (0, 4)),)}),
    )
    x = rng.normal(size=7)
    trace = Trace("twice", {"x": x}, (3,), Rule(("i", "a"), groups, {"a": 3, "i": 3}))
    for wanted in (0, 1, 2, slice(1, 3)):
        where = place(wanted, 3)
        np.testing.assert_array_equal(trace.select(i=wanted).replay(), trace.replay()[where])


def test_an_operand_read_whole_elsewhere_stays_whole(rng: np.random.Generator) -> None:
    """out[i] = x[i] + sum over k of x[k]: a part of i needs all of x, read from further on."""
    groups = (Group(index("i"), {"x": index("i")}), Group(index("i"), {"x": index("k")}))
    x = rng.normal(size=4)
    trace = Trace("own and all", {"x": x}, (4,), Rule(("i", "k"), groups))
    part = trace.select(i=slice(1, 3))
    np.testing.assert_array_equal(part.operands["x"], x)
    np.testing.assert_allclose(part.replay(), x[1:3] + x.sum())
    np.testing.assert_array_equal(part.backward([1, 10], "x").replay(), [11, 12, 21, 11])


def test_too_large_a_trace_says_how_to_narrow_it() -> None:
    trace = c.trace_conv2d(np.ones((2, 20, 30, 3)), np.ones((5, 5, 3, 4)))
    with pytest.raises(ValueError, match=r"249600 terms.*10000.*select\(n=0\).*n \(2\), i \(16\)"):
        trace.replay()
    part = trace.select(n=0, k=0, i=slice(0, 3))
    np.testing.assert_array_equal(part.replay(), np.full((1, 3, 26, 1), 75.0))


def test_the_cap_is_the_same_for_rows_and_rules() -> None:
    z = np.ones((1, MAX_TERMS))
    assert len(c.trace_relu(z)) == MAX_TERMS
    with pytest.raises(ValueError, match="10001 terms"):
        c.trace_relu(np.ones((1, MAX_TERMS + 1))).replay()
    every = np.arange(MAX_TERMS)
    assert len(Trace("copy", {"x": every}, every.shape, Terms(every, {"x": every}))) == MAX_TERMS
    cells = np.arange(MAX_TERMS + 1)
    with pytest.raises(ValueError, match=r"10001 terms.*give fewer rows"):
        Trace("copy", {"x": cells}, cells.shape, Terms(cells, {"x": cells}))


@pytest.mark.parametrize(
    ("axes", "error", "says"),
    [
        ({"q": 0}, ValueError, "no axis 'q': choose among n"),
        ({"i": 3}, ValueError, "i=3 is not among its 3 places"),
        ({"i": -4}, ValueError, "i=-4"),
        ({"i": 1.5}, TypeError, "whole"),
        ({"i": True}, TypeError, "whole"),
        ({"i": "1"}, TypeError, "whole"),
        ({"i": slice(2, 2)}, ValueError, "at least one"),
        ({"i": slice(0, 3, 2)}, ValueError, "step 1"),
    ],
)
def test_bad_selections_are_refused(axes: Any, error: Any, says: str) -> None:
    trace = c.trace_conv2d(np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 1)))
    with pytest.raises(error, match=says):
        trace.select(**axes)
    with pytest.raises(ValueError, match="before going backward"):
        trace.backward(np.ones(trace.shape), "x").select(i=0)
