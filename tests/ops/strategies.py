"""What hypothesis draws: geometries that fit, and arrays of whole numbers so that == is exact."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.ops.geometries import Geometry
from tests.oracles import count_windows

SEEDS = st.integers(0, 2**32 - 1)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["same", "valid", "full", "first"]),
    st.lists(st.integers(-2, 3), max_size=4),
    st.tuples(st.integers(-2, 3), st.integers(-2, 3)),
    st.tuples(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), st.integers(-1, 3)),
    st.just(1j),
    st.just(np.array([1, 2])),
)


def whole_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Small integers as floats: sums of their products are exact in float64."""
    return rng.integers(-9, 10, shape).astype(float)


def _pair(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def paddings(draw: st.DrawFn, stride: tuple[int, int]) -> Any:
    """Any form of padding that goes with this stride."""
    words = ["valid", "full"] + (["same"] if stride == (1, 1) else [])
    forms = (st.integers(0, 3), _pair(0, 3), st.tuples(_pair(0, 3), _pair(0, 3)))
    return draw(st.one_of(*forms, st.sampled_from(words)))


@st.composite
def convolutions(draw: st.DrawFn) -> Geometry:
    """A convolution whose kernel fits its input, empty batches included."""
    kernel, stride, dilation = draw(_pair(1, 4)), draw(_pair(1, 4)), draw(_pair(1, 3))
    padding = draw(paddings(stride))
    c_in, c_out = draw(_pair(1, 3))
    size = []
    for k, d in zip(kernel, dilation, strict=True):
        size.append(draw(st.integers((k - 1) * d + 1, (k - 1) * d + 5)))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    return Geometry((draw(st.integers(0, 3)), *size, c_in), (*kernel, c_in, c_out), options)


@st.composite
def poolings(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, int], dict[str, Any]]:
    """Shape, kernel and options of a pooling that fits."""
    kernel, stride = draw(_pair(1, 4)), draw(_pair(1, 4))
    sides = [st.tuples(st.integers(0, k // 2), st.integers(0, k // 2)) for k in kernel]
    padding = draw(st.tuples(*sides))
    size = [draw(st.integers(k, k + 4)) for k in kernel]
    assert all(
        count_windows(n, k, s, p, 1)
        for n, k, s, p in zip(size, kernel, stride, padding, strict=True)
    )
    shape = (draw(st.integers(0, 3)), *size, draw(st.integers(1, 3)))
    return shape, kernel, {"stride": stride, "padding": padding}
