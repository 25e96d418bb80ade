"""``max_pool2d_backward``: delta goes to the winner of each window.

Where several cells are largest the maximum has no derivative and somebody has to choose. Asked by
``ties``, a function has to follow. Not asked, it may give delta to the first or to the last of them
or split it, and the report tells which; it may not give all of it to each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.exercises._max_mistakes import MISTAKES
from cnnlib.check.exercises._pool_cases import GEOMETRIES, apart, case, windows
from cnnlib.check.exercises._pool_question import (
    Pool,
    every,
    first,
    first_in_column,
    last,
    split,
)
from cnnlib.check.exercises.combine import candidates
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.other_calls import CHANNELS_FIRST
from cnnlib.check.window import Pair
from cnnlib.check.wiring import pool_backward
from cnnlib.ops import max_pool2d
from cnnlib.trace import trace_max_pool2d

SIZE, KERNEL, STRIDE = (5, 6), 3, 2
POLICIES = ("first", "split", "all")


def cases(seed: int) -> list[Case]:
    """Return the cases of ``max_pool2d_backward``."""
    plain = [case(seed, number, geometry) for number, geometry in enumerate(GEOMETRIES)]
    rng = np.random.default_rng([seed, len(plain)])
    return [
        *plain,
        _of(
            rng,
            "windows below zero",
            apart(rng, (3, 4, 6, 2)) - [[[3]], [[3]], [[0]], [[0]]],
            2,
            {},
        ),
        _below_zero(rng),
        _by_a_hair(rng),
        _of(rng, "ties", 1.0 + rng.integers(0, 2, (3, 4, 6, 2)), 2, {}),
        _tied(rng, "ties in windows that overlap", {}),
        *(_tied(rng, f"ties={policy!r}", {"ties": policy}) for policy in POLICIES),
    ]


def _below_zero(rng: np.random.Generator) -> Case:
    options = {"stride": STRIDE, "padding": 1}
    x = apart(rng, (3, *SIZE, 2)) - 3
    return _of(rng, "numbers below zero beside the padding", x, KERNEL, options)


def _by_a_hair(rng: np.random.Generator) -> Case:
    """Return large numbers that are close to each other, and not equal."""
    x = 1e5 + rng.permutation(72).reshape(3, 4, 6, 1) / 64
    return _of(rng, "winners that lead by a hair", x, 2, {})


def _tied(rng: np.random.Generator, adds: str, options: dict[str, str]) -> Case:
    """Return an image in which many windows hold their largest number twice or more."""
    x = 1.0 + rng.integers(0, 3, (3, *SIZE, 2))
    x[:, :3, :3] = 5.0
    return _of(rng, adds, x, KERNEL, {"stride": STRIDE, **options})


def _of(
    rng: np.random.Generator, adds: str, x: Array, kernel: int, options: Mapping[str, object]
) -> Case:
    geometry = {k: int(str(v)) for k, v in options.items() if k != "ties"}
    out = windows((x.shape[1], x.shape[2]), kernel, **geometry)
    delta = rng.normal(size=(len(x), *out, x.shape[3]))
    return Case(adds, {"delta": delta, "x": x, "kernel_size": kernel}, options)


def expected(case: Case) -> dict[str, Array]:
    """Return dx from steps through the forward pass, one image after another."""
    policy = case.options.get("ties", "first")
    pairs = zip(case["x"].astype(float), case["delta"], strict=True)
    return {"dx": np.stack([_image(image, delta, case, policy) for image, delta in pairs])}


def _image(image: Array, delta: Array, case: Case, policy: str) -> Array:
    if policy == "first":
        # Lowered by a hair from cell to cell, the first of several equal numbers is the largest.
        order = np.arange(image[..., 0].size).reshape(*image.shape[:2], 1)
        slopes = _slopes(image - HAIR * order, case)
    else:
        slopes = _slopes(image, case)
    if policy == "split":
        slopes = slopes / slopes.sum(axis=0)
    return np.tensordot(slopes, delta, delta.ndim).reshape(image.shape)


# Powers of two, so that steps are exact beside large numbers too; the step is within the lead.
HAIR, STEP = 2.0**-16, 2.0**-18


def _slopes(image: Array, case: Case) -> Array:
    """Raise every cell a little: where it wins, alone or with others, the output follows."""
    steps = STEP * np.eye(image.size).reshape(image.size, *image.shape)
    options = {k: v for k, v in case.options.items() if k != "ties"}
    z, before = (
        max_pool2d(images, case["kernel_size"], **options)
        for images in (image + steps, image[None])
    )
    return np.asarray((z - before) / STEP)


def _asked(case: Case) -> Pool:
    return Pool.of(case, {"split": split, "all": every}.get(case.options.get("ties", ""), first))


def _convention(cause: str, share: Callable[[Pool], Array]) -> Candidate:
    """Count another policy as right where none is asked for."""

    def answer(case: Case) -> Array | None:
        return None if "ties" in case.options else Pool.of(case, share).answer()

    return Candidate(cause, "dx", answer)


def _any_winner(case: Case, part: str, got: Array) -> str:
    """Count as right whatever hands all of delta to cells that are largest in their windows."""
    if "ties" in case.options or "ties" not in case.adds or got.shape != case["x"].shape:
        return ""
    q = Pool.of(case, every)
    shares, size = q.share(q), q.size
    pairs = np.ndindex(len(q.x), q.x.shape[3])
    return "ties-any" if all(_handed_out(q, shares, got, size, *pair) for pair in pairs) else ""


def _handed_out(q: Pool, shares: Array, got: Array, size: Pair, n: int, c: int) -> bool:
    """Whether some sharing among the winners, which sums to 1 in each window, gives what came."""
    delta, won = q.delta[n, ..., c], np.argwhere(shares[n, ..., c])
    one_by_one = np.zeros((size[0] * size[1] + delta.size, len(won)))
    for number, (i, j, a, b) in enumerate(won):
        row = i * q.write.stride[0] + a - q.write.padding[0]
        column = j * q.write.stride[1] + b - q.write.padding[1]
        one_by_one[row * size[1] + column, number] = delta[i, j]
        one_by_one[size[0] * size[1] + i * delta.shape[1] + j, number] = 1.0
    asked = np.concatenate([got[n, ..., c].ravel(), np.ones(delta.size)])
    share, *_ = np.linalg.lstsq(one_by_one, asked, rcond=None)
    return bool(np.allclose(one_by_one @ share, asked, atol=1e-8))


EXERCISE = Exercise(
    name="max_pool2d_backward",
    signature='max_pool2d_backward(delta, x, kernel_size, *, stride=None, padding=0, ties="first")',
    parts=("dx",),
    like={"dx": "x"},
    cases=cases,
    expected=expected,
    candidates=candidates("dx", _asked, MISTAKES, varied=["overwritten"]),
    conventions=(
        _convention("ties-split", split),
        _convention("ties-last", last),
        _convention("ties-column", first_in_column),
    ),
    accepts=_any_winner,
    optional=("ties",),
    forbidden=GRADIENTS,
    wiring=pool_backward(),
    others=(CHANNELS_FIRST,),
    upstream="delta",
    trace=lambda case, part: trace_max_pool2d(
        case["x"], case["kernel_size"], **case.options
    ).backward(case["delta"], "x"),
)
