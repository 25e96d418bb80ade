"""Cases for the backward pass of a pool, each adding one difficulty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case
from cnnlib.check.window import Pair
from cnnlib.ops.pool import pool_window

Size = int | Pair
# adds, N, (H, W), C, kernel_size, options
Geometry = tuple[str, int, Pair, int, Size, Mapping[str, Any]]

GEOMETRIES: tuple[Geometry, ...] = (
    ("one image, one channel", 1, (4, 6), 1, 2, {}),
    ("several channels", 1, (6, 4), 3, 2, {}),
    ("a batch", 3, (4, 6), 2, 2, {}),
    ("larger windows", 3, (3, 6), 2, 3, {}),
    ("rows and columns left over", 3, (5, 7), 2, 2, {}),
    ("as many rows of windows as columns", 3, (6, 7), 2, 2, {}),
    ("overlapping windows", 3, (5, 6), 2, 3, {"stride": 2}),
    ("windows one step apart", 3, (4, 5), 2, 2, {"stride": 1}),
    ("a stride larger than the window", 3, (7, 8), 2, 2, {"stride": 3}),
    ("padding", 3, (4, 5), 2, 3, {"stride": 2, "padding": 1}),
    ("whole-number pixels", 3, (4, 7), 2, 2, {}),
    ("windows that are not square", 3, (5, 7), 2, (2, 3), {}),
)


def case(seed: int, number: int, geometry: Geometry) -> Case:
    """Return one case; no two numbers of an image are equal, and none is near another."""
    adds, n, size, c, kernel_size, options = geometry
    rng = np.random.default_rng([seed, number])
    x = apart(rng, (n, *size, c))
    if "whole-number" in adds:
        # Odd numbers: none of them is 0.
        x = 2 * (rng.permutation(x.size).reshape(x.shape) - x.size // 3) + 1
    delta = rng.normal(size=(n, *windows(size, kernel_size, **options), c))
    arrays = {"delta": delta, "x": x, "kernel_size": kernel_size}
    return Case(adds, arrays, options, may_refuse=isinstance(kernel_size, tuple))


def apart(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return numbers between -2 and 2, each at a distance from the others."""
    places = rng.permutation(int(np.prod(shape))) + rng.uniform(0.0, 0.5, int(np.prod(shape)))
    return (4 * places / places.size - 2).reshape(shape)


def windows(
    size: Pair, kernel: Size, stride: int | None = None, padding: int = 0
) -> tuple[int, ...]:
    """Return the number of windows."""
    return pool_window(kernel, stride, padding).output_size(size)
