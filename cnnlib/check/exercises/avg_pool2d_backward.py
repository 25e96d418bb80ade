"""``avg_pool2d_backward``: every cell of a window receives an equal part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.exercises._pool_cases import GEOMETRIES, case
from cnnlib.check.exercises._pool_mistakes import COMMON, Change
from cnnlib.check.exercises._pool_question import Pool, average, collect, every, first
from cnnlib.check.exercises.combine import candidates
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.linear import pull_back
from cnnlib.check.other_calls import CHANNELS_FIRST
from cnnlib.check.wiring import pool_backward
from cnnlib.ops import avg_pool2d
from cnnlib.trace import trace_avg_pool2d


def cases(seed: int) -> list[Case]:
    """Return the cases of ``avg_pool2d_backward``."""
    return [case(seed, number, geometry) for number, geometry in enumerate(GEOMETRIES)]


def expected(case: Case) -> dict[str, Array]:
    """Return dx from unit steps through the forward pass, which is linear."""
    pool: Callable[[Array], Array] = lambda steps: avg_pool2d(  # noqa: E731
        steps, case["kernel_size"], **case.options
    )
    return {"dx": pull_back(pool, case["x"].shape, case["delta"])}


def _asked(case: Case) -> Pool:
    return Pool.of(case, average)


def _share(share: Callable[[Pool], Array]) -> Change:
    return lambda q: replace(q, share=share)


def _divided(count: Callable[[Pool], Any]) -> Change:
    """Divide by another number than that of the cells in a window."""
    return lambda q: replace(q, share=lambda r: q.share(r) * np.prod(r.read.kernel) / count(r))


def _inside(q: Pool) -> Array:
    """How many cells of each window lie in the image."""
    here = q.read.patches(np.ones((1, *q.x.shape[1:3], 1)))
    return here.sum(axis=(3, 4), keepdims=True)


def _windows_averaged(q: Pool) -> Pool:
    """Divide each cell by the number of windows that see it."""
    ones = replace(q, delta=np.ones(q.delta.shape), share=lambda r: np.ones_like(average(r)))
    return q.then(lambda g: g / np.maximum(collect(ones), 1))


def _pooled(q: Pool) -> Array:
    return np.asarray((q.seen(0.0) * q.share(q)).sum(axis=(3, 4)))


MISTAKES: list[tuple[str, Change]] = [
    ("average-not-divided", _divided(lambda q: 1)),
    ("average-wrong-count", _divided(lambda q: q.read.kernel[0])),
    ("average-wrong-count", _divided(lambda q: q.read.kernel[1])),
    ("average-wrong-count", _divided(lambda q: q.read.kernel[0] ** 2)),
    ("average-wrong-count", _divided(lambda q: q.read.kernel[1] ** 2)),
    ("average-wrong-count", _divided(lambda q: sum(q.read.kernel))),
    ("average-wrong-count", _divided(lambda q: np.prod(q.read.kernel) ** 2)),
    ("average-wrong-count", _divided(lambda q: np.prod(q.read.kernel) * q.x.shape[3])),
    ("average-wrong-count", _divided(lambda q: np.prod(q.stride))),
    ("average-wrong-count", _divided(lambda q: np.prod(q.read.out))),
    ("average-wrong-count", _divided(lambda q: np.prod(q.size))),
    ("padding-not-counted", _divided(_inside)),
    ("overlap-averaged", _windows_averaged),
    ("maximum-for-average", _share(first)),
    ("maximum-for-average", _share(every)),
    ("value-for-slope", lambda q: replace(q, share=lambda r: q.share(r) * r.seen(0.0))),
    ("returns-value", lambda q: replace(q, compute=_pooled)),
    *COMMON,
]

EXERCISE = Exercise(
    name="avg_pool2d_backward",
    signature="avg_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0)",
    parts=("dx",),
    like={"dx": "x"},
    cases=cases,
    expected=expected,
    candidates=candidates("dx", _asked, MISTAKES, varied=["overwritten"]),
    forbidden=GRADIENTS,
    wiring=pool_backward(),
    others=(CHANNELS_FIRST,),
    upstream="delta",
    trace=lambda case, part: trace_avg_pool2d(
        case["x"], case["kernel_size"], **case.options
    ).backward(case["delta"], "x"),
)
