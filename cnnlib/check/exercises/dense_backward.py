"""``dense_backward``: delta carried back through ``z = x @ w + b``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array, Candidate, Case, Exercise
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.linear import pull_back
from cnnlib.check.wiring import dense_backward
from cnnlib.ops import dense
from cnnlib.trace import trace_dense

ARGUMENTS = ("delta", "x", "w")

# adds, N, M_in, M_out
SIZES = (
    ("one example", 1, 2, 3),
    ("a batch", 4, 3, 2),
    ("as many outputs as inputs", 2, 3, 3),
    ("as many examples as inputs and outputs", 3, 3, 3),
    ("whole-number inputs", 5, 4, 3),
)


def cases(seed: int) -> list[Case]:
    """Return the cases of ``dense_backward``."""
    return [_case(seed, number, *row) for number, row in enumerate(SIZES)]


def _case(seed: int, number: int, adds: str, n: int, m_in: int, m_out: int) -> Case:
    rng = np.random.default_rng([seed, number])
    x: Array = rng.normal(size=(n, m_in))
    w: Array = rng.normal(size=(m_in, m_out))
    if adds == "whole-number inputs":
        x, w = rng.integers(0, 10, x.shape), rng.integers(-4, 5, w.shape)
    return Case(adds, {"delta": rng.normal(size=(n, m_out)), "x": x, "w": w})


def expected(case: Case) -> dict[str, Array]:
    """Return the three gradients, from forward passes."""
    arrays = [case[name] for name in ARGUMENTS]
    return {part: gradient(*arrays) for part, gradient in RIGHT.items()}


def _dx(delta: Array, x: Array, w: Array) -> Array:
    return pull_back(lambda steps: dense(steps, w), x.shape, delta)


def _dw(delta: Array, x: Array, w: Array) -> Array:
    """Put a unit weight in each row, every one with an output of its own."""
    response = dense(x, np.eye(x.shape[1]))
    return np.tensordot(response, delta, ((0,), (0,)))


def _db(delta: Array, x: Array, w: Array) -> Array:
    """Take a unit step in every bias."""
    response = dense(0.0 * x, 0.0 * w, np.ones(w.shape[1]))
    return np.asarray((response * delta).sum(axis=0))


Gradient = Callable[[Array, Array, Array], Array]
RIGHT: dict[str, Gradient] = {"dx": _dx, "dw": _dw, "db": _db}


def _mistake(cause: str, part: str, gradient: Gradient) -> Candidate:
    return Candidate(
        cause, part, lambda case: gradient(*(np.asarray(case[k], float) for k in ARGUMENTS))
    )


def _delta(cause: str, change: Callable[[Array], Array]) -> list[Candidate]:
    """Return the candidates for a mistake in delta, which spoils all parts alike."""
    return [_mistake(cause, part, _before(right, change)) for part, right in RIGHT.items()]


def _factor(cause: str, factor: Callable[[int], float]) -> list[Candidate]:
    """Return the candidates for a factor that depends on the batch size."""
    return [_mistake(cause, part, _scaled(right, factor)) for part, right in RIGHT.items()]


def _before(right: Gradient, change: Callable[[Array], Array]) -> Gradient:
    return lambda d, x, w: right(change(d), x, w)


def _scaled(right: Gradient, factor: Callable[[int], float]) -> Gradient:
    return lambda d, x, w: right(d, x, w) * factor(len(d))


def _first(delta: Array) -> Array:
    return delta * (np.arange(len(delta)) == 0)[:, None]


def _last(delta: Array) -> Array:
    return delta * (np.arange(len(delta)) == len(delta) - 1)[:, None]


CANDIDATES = (
    *_delta("delta-ignored", np.ones_like),
    *_delta("delta-rotated", lambda d: d[::-1, ::-1]),
    *_delta("delta-transposed", lambda d: d.T.reshape(d.shape)),
    *_delta("first-example-only", _first),
    *_delta("overwritten", _last),
    _mistake("weights-transposed", "dx", lambda d, x, w: _dx(d, x, w.T)),
    _mistake("weights-transposed", "dx", lambda d, x, w: _dx(d, x, w.reshape(w.shape[::-1]).T)),
    _mistake("weights-transposed", "dw", lambda d, x, w: _dw(d, x.T, w)),
    _mistake("weights-transposed", "dw", lambda d, x, w: _dw(d, x, w).T),
    _mistake("bias-not-summed", "db", lambda d, x, w: d),
    _mistake("bias-not-summed", "db", lambda d, x, w: d.sum(axis=1)),
    _mistake("bias-not-summed", "db", lambda d, x, w: d.sum()),
    _mistake("bias-averaged", "db", lambda d, x, w: d.mean(axis=0)),
    *_factor("divided-by-batch", lambda n: 1 / n),
    *_factor("divided-by-batch-twice", lambda n: 1 / n**2),
    *_factor("multiplied-by-batch", lambda n: n),
    *_factor("sign-flipped", lambda n: -1.0),
)

EXERCISE = Exercise(
    name="dense_backward",
    signature="dense_backward(delta, x, w)",
    parts=tuple(RIGHT),
    like={"dx": "x", "dw": "w", "db": "the last axis of delta"},
    cases=cases,
    expected=expected,
    candidates=CANDIDATES,
    forbidden=GRADIENTS,
    wiring=dense_backward(),
    upstream="delta",
    trace=lambda case, part: trace_dense(
        case["x"], case["w"], np.zeros(case["w"].shape[1])
    ).backward(case["delta"], part[1:]),
)
