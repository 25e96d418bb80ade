"""``conv2d_backward``: the cases, and everything that is known to go wrong."""

from __future__ import annotations

import numpy as np

from cnnlib.check.barred import GRADIENTS
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.exercises._conv_mistakes import candidates
from cnnlib.check.question import right
from cnnlib.trace import Trace, trace_conv2d

Pair = tuple[int, int]
PARTS = ("dx", "dw", "db")

# adds, N, (H, W), C_in, C_out, (KH, KW), options. No two sizes of a case agree without need, the
# output is square where a transposed delta would otherwise crash, and each adds one difficulty.
Geometry = tuple[str, int, Pair, int, int, Pair, dict[str, int]]
GEOMETRIES: tuple[Geometry, ...] = (
    ("one image, one channel", 1, (4, 5), 1, 1, (2, 3), {}),
    ("several channels and filters", 1, (5, 4), 2, 3, (3, 2), {}),
    ("a batch", 3, (4, 6), 2, 4, (2, 3), {}),
    ("as many filters as channels, a square kernel", 2, (5, 6), 3, 3, (2, 2), {}),
    ("padding", 2, (4, 5), 2, 3, (3, 2), {"padding": 1}),
    ("a stride", 2, (5, 7), 2, 3, (3, 3), {"stride": 2}),
    ("a stride that leaves rows over", 2, (6, 8), 3, 2, (3, 3), {"stride": 2}),
    ("stride, padding and rows left over", 3, (7, 6), 2, 3, (2, 3), {"stride": 3, "padding": 1}),
    ("a stride larger than the kernel", 2, (8, 7), 1, 2, (2, 1), {"stride": 3}),
    ("whole-number pixels", 2, (4, 5), 2, 3, (2, 3), {"padding": 1}),
    ("dilation", 2, (6, 7), 2, 3, (2, 3), {"dilation": 2}),
)


def cases(seed: int) -> list[Case]:
    """Return the cases of ``conv2d_backward``."""
    return [_case(seed, number, *row) for number, row in enumerate(GEOMETRIES)]


def _case(
    seed: int,
    number: int,
    adds: str,
    n: int,
    size: Pair,
    c_in: int,
    c_out: int,
    kernel: Pair,
    options: dict[str, int],
) -> Case:
    rng = np.random.default_rng([seed, number])
    x: Array = rng.normal(size=(n, *size, c_in))
    w: Array = rng.normal(size=(*kernel, c_in, c_out))
    if adds == "whole-number pixels":
        x, w = rng.integers(0, 10, x.shape), rng.integers(-4, 5, w.shape)
    delta = rng.normal(size=(n, *_out(size, kernel, **options), c_out))
    return Case(adds, {"delta": delta, "x": x, "w": w}, {"stride": 1, "padding": 0, **options})


def _out(size: Pair, kernel: Pair, stride: int = 1, padding: int = 0, dilation: int = 1) -> Pair:
    rows, columns = (
        (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1
        for n, k in zip(size, kernel, strict=True)
    )
    return rows, columns


def expected(case: Case) -> dict[str, Array]:
    """Return the three gradients, from forward passes."""
    return {part: right(case, part) for part in PARTS}


def _trace(case: Case, part: str) -> Trace:
    forward = trace_conv2d(case["x"], case["w"], np.zeros(case["w"].shape[3]), **case.options)
    return forward.backward(case["delta"], part[1:])


EXERCISE = Exercise(
    name="conv2d_backward",
    signature="conv2d_backward(delta, x, w, *, stride=1, padding=0, dilation=1)",
    parts=PARTS,
    like={"dx": "x", "dw": "w", "db": "delta's last axis"},
    cases=cases,
    expected=expected,
    candidates=candidates(),
    defaults={"stride": 1, "padding": 0, "dilation": 1},
    optional=("dilation",),
    barred=GRADIENTS,
    upstream="delta",
    trace=_trace,
)
