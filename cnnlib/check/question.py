"""The backward pass of a convolution, asked for with one thing changed.

A wrong gradient is often the right answer to a different question: the gradient of a forward pass
with another kernel, for another delta, with another stride. A :class:`Question` holds everything a
gradient depends on; a mistake is a function that changes it, and two mistakes are two changes.
The answers come from the forward pass by unit steps, so no backward pass is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Candidate, Case
from cnnlib.check.linear import pull_back
from cnnlib.check.window import USUAL, Pair, Slide, pair
from cnnlib.ops._forbidden import forbid_during_check

Change = Callable[["Question"], "Question"]
Gradient = Callable[["Question"], Array]


def dx(q: Question) -> Array:
    """Gradient for the input: a unit step in every cell of an image."""
    return pull_back(lambda images: q.slide.correlate(images, q.w), q.x.shape, q.delta)


def dw(q: Question) -> Array:
    """Gradient for the kernel: a unit step in every tap, one kernel for each."""
    kernel = (*q.slide.kernel, q.x.shape[3])
    taps = int(np.prod(kernel))
    response = q.slide.correlate(q.x, np.eye(taps).reshape(*kernel, taps))
    return np.tensordot(response, q.delta, ((0, 1, 2), (0, 1, 2))).reshape(*kernel, -1)


def db(q: Question) -> Array:
    """Gradient for the bias, which is added to every output of its filter."""
    return q.delta.sum(axis=(0, 1, 2))


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that the gradients of one convolution depend on.

    A sequence is an image one row high, and ``row`` is true. ``stride`` and ``padding`` stay those
    of the case; what a mistake makes of them stands in ``slide``.
    """

    delta: Array
    x: Array
    w: Array
    slide: Slide
    stride: Pair
    padding: Pair
    row: bool
    compute: dict[str, Gradient] = field(default_factory=lambda: {"dx": dx, "dw": dw, "db": db})
    after: tuple[Callable[[Array], Array], ...] = ()

    @classmethod
    def of(cls, case: Case) -> Question:
        """Read the arguments of a case."""
        delta = np.asarray(case["delta"], float)
        given, row = case.arrays, delta.ndim == 3
        x = np.asarray(given["x"] if "x" in given else np.zeros(given["input_shape"]), float)
        blank = (*given.get("kernel_size", ()), x.shape[-1], delta.shape[-1])
        w = np.asarray(given["w"] if "w" in given else np.zeros(blank), float)
        if row:
            delta, x, w = delta[:, None], x[:, None], w[None]
        stride, padding, dilation = (_pair(case, name, row=row) for name in USUAL)
        slide = Slide((w.shape[0], w.shape[1]), delta.shape[1:3], stride, dilation, padding)
        return cls(delta, x, w, slide, stride, padding, row)

    def but(self, **changed: Any) -> Question:
        """Return the same question with some of it changed."""
        moves = {
            key: changed.pop(key)
            for key in ("stride", "dilation", "padding", "kernel")
            if key in changed
        }
        return replace(self, slide=replace(self.slide, **moves), **changed)

    def then(self, finish: Callable[[Array], Array]) -> Question:
        """Return the same question with something done to its answer."""
        return replace(self, after=(*self.after, finish))

    def answer(self, part: str) -> Array:
        """Return one gradient."""
        return reduce(lambda found, finish: finish(found), self.after, self.compute[part](self))


@forbid_during_check("checker")
def right(case: Case, part: str) -> Array:
    """Return the gradient that is expected."""
    return _flat(Question.of(case).answer(part), case, part)


def single(cause: str, part: str, change: Change) -> Candidate:
    """Return the candidate for one mistake."""
    return Candidate(cause, part, lambda case: _flat(_asked(case, (change,), part), case, part))


def pairs(part: str, mistakes: Iterable[tuple[str, Change]]) -> list[Candidate]:
    """Return the candidates for two mistakes made together."""
    return [_together(part, one, two) for one, two in combinations(mistakes, 2) if one[0] != two[0]]


def _together(part: str, one: tuple[str, Change], two: tuple[str, Change]) -> Candidate:
    changes = (one[1], two[1])
    answer: Callable[[Case], Array] = lambda case: _flat(_asked(case, changes, part), case, part)  # noqa: E731
    return Candidate((one[0], two[0]), part, answer)


def _asked(case: Case, changes: tuple[Change, ...], part: str) -> Array:
    return reduce(lambda q, change: change(q), changes, Question.of(case)).answer(part)


def _flat(found: Array, case: Case, part: str) -> Array:
    """Take off the row axis that a sequence was given."""
    if case["delta"].ndim == 4 or part == "db" or found.ndim < 3:
        return found
    return found[:, 0] if part == "dx" else found[0]


def _pair(case: Case, name: str, *, row: bool) -> Pair:
    value = case.options.get(name, USUAL[name])
    return (USUAL[name], value) if row else pair(value)
