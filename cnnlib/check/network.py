"""``network``: a network put together from the reader's own parts, asked to read real digits.

Two questions, since a network may learn in spite of a wrong backward pass: do the gradients belong
to the forward pass, and does the trained network read digits that it has not seen? The slopes come
from the reader's own forward pass, by central differences along a random direction for each array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

import cnnlib
from cnnlib.check.exercise import Array
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.sandbox import Budget, call
from cnnlib.check.sandbox.namespace_guard import world
from cnnlib.data import Dataset, digits
from cnnlib.ops import softmax_cross_entropy

STEP, RTOL, IMAGES = 1e-6, 1e-4, 6
Weights = dict[str, Array]
BARS = GRADIENTS | {"check"}


class _StoppedError(Exception):
    """One of the four functions gave nothing to go on with; says why."""


@dataclass(frozen=True)
class NetworkReport:
    """Result of :func:`network`; true when everything passed.

    Attributes
    ----------
    seed : int
        Draws the split of the digits and what is handed to the functions.
    slopes : dict of str to (float, float)
        For each array of weights the measured and the returned slope along a random direction.
    accuracy : float or None
        Share of the test images that were read correctly; None where training gave no network.
    least : float
        What is asked for.
    problems : dict of str to str
        For each part that could not be judged, why.
    """

    seed: int
    slopes: Mapping[str, tuple[float, float]]
    accuracy: float | None
    least: float
    problems: Mapping[str, str]

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        return all(passed == tried for passed, tried in self.score.values())

    @property
    def score(self) -> dict[str, tuple[int, int]]:
        """For both parts, how much was asked and how much of it passed."""
        right = sum(_alike(*pair) for pair in self.slopes.values())
        enough = self.accuracy is not None and self.accuracy >= self.least
        gradients = (0, 1) if "gradients" in self.problems else (right, len(self.slopes))
        return {"gradients": gradients, "accuracy": (int(enough), 1)}

    def raise_if_failed(self) -> None:
        """Raise an AssertionError with the report as its message, if anything is wrong."""
        if not self:
            raise AssertionError(str(self))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return {
            "function": "network",
            "passed": bool(self),
            "cnnlib": cnnlib.__version__,
            "seed": self.seed,
            "score": {part: list(pair) for part, pair in self.score.items()},
            "slopes": {name: list(pair) for name, pair in self.slopes.items()},
            "accuracy": self.accuracy,
            "problems": dict(self.problems),
        }

    def _lines(self) -> list[str]:
        verdict = "everything passed" if self else "not right yet"
        if not self.slopes and all("not written" in words for words in self.problems.values()):
            verdict = "not written yet"
        lines = [f"network: {verdict}  (cnnlib {cnnlib.__version__}, seed {self.seed})"]
        lines += [f"{part}: {words}" for part, words in self.problems.items()]
        if "gradients" not in self.problems:
            passed, tried = self.score["gradients"]
            lines.append(f"gradients: {passed} of {tried} arrays agree with the forward pass")
        for name, pair in self.slopes.items():
            if not _alike(*pair):
                lines.append(f"  {name}: slope {pair[0]:.6g} by nudging, {pair[1]:.6g} returned")
        if self.accuracy is not None:
            asked = f"{self.least:.0%} are asked for"
            lines.append(f"accuracy: {self.accuracy:.1%} of the test images, {asked}")
        return lines

    def __str__(self) -> str:
        """Return the report for a terminal."""
        return "\n".join(self._lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        from cnnlib.check.render.html import STYLE

        head, *rest = self._lines()
        body = "".join(f"<p>{escape(line)}</p>" for line in rest)
        return (
            f"<style>{STYLE}</style>"
            f'<div class="cnn-report" role="group" aria-label="{escape(head)}">'
            f'<p class="cnn-head">{escape(head)}</p>{body}</div>'
        )


def network(
    initial: Callable[..., Any],
    logits: Callable[..., Any],
    gradients: Callable[..., Any],
    train: Callable[..., Any],
    *,
    seed: int = 0,
    limit_s: float = 120.0,
    least: float = 0.95,
) -> NetworkReport:
    """Check a network that reads the bundled digits.

    Parameters
    ----------
    initial : callable
        ``initial(seed)`` returns the first weights, a dictionary of arrays.
    logits : callable
        ``logits(weights, x)`` returns (N, 10) for images (N, 8, 8, 1).
    gradients : callable
        ``gradients(weights, x, y)`` returns the gradient of the mean cross-entropy for each array.
    train : callable
        ``train(x, y, seed)`` returns trained weights.
    seed : int
        Draws the split into training and test images, and is handed on.
    limit_s : float
        Seconds that all calls together may take.
    least : float
        Accuracy on the test images that is asked for.

    Returns
    -------
    NetworkReport
        True when all gradients belong to the forward pass and the accuracy is reached.

    Notes
    -----
    Asked for in the chapter ``homework_network``.
    """
    asked = _Asked(Budget(limit_s))
    data = digits(seed=seed)
    problems: dict[str, str] = {}
    slopes: dict[str, tuple[float, float]] = {}
    accuracy = None
    with world().as_it_was():
        try:
            slopes = _slopes(asked, (initial, logits, gradients), data, seed)
        except _StoppedError as stopped:
            problems["gradients"] = str(stopped)
        try:
            accuracy = _accuracy(asked, train, logits, data, seed)
        except _StoppedError as stopped:
            problems["accuracy"] = str(stopped)
    return NetworkReport(seed, slopes, accuracy, least, problems)


class _Asked:
    """Calls the reader's functions, all within one budget of time."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        outcome = call(
            function,
            arguments,
            {},
            unpack=_plain,
            kinds=GRADIENTS,
            budget=self.budget,
            world=world(),
        )
        name = getattr(function, "__name__", "the function")
        if outcome.problem:
            words = f"{outcome.problem.words} {outcome.problem.where}".strip()
            unwritten = words.startswith("NotImplementedError")
            raise _StoppedError(f"{name} is not written yet" if unwritten else f"{name}: {words}")
        if outcome.value is None:
            raise _StoppedError(f"{name} is not written yet: it returns None")
        return outcome.value


def _copied(argument: Any) -> Any:
    """Copy the weights: a function may work in the dictionary it is given."""
    if isinstance(argument, dict):
        return {name: array.copy() for name, array in argument.items()}
    return argument


def _plain(value: Any) -> Any:
    """Copy what came back: arrays, alone or in a dictionary."""
    if isinstance(value, dict):
        return {str(name): np.array(array, dtype=float) for name, array in value.items()}
    return None if value is None else np.array(value, dtype=float)


def _slopes(
    asked: _Asked, functions: tuple[Callable[..., Any], ...], data: Dataset, seed: int
) -> dict[str, tuple[float, float]]:
    """Compare slopes at a point without kinks and ties: noise on the images and the weights."""
    initial, logits, gradients = functions
    rng = np.random.default_rng(seed)
    x = data.x_train[:IMAGES] + rng.uniform(0, 0.2, data.x_train[:IMAGES].shape)
    y = data.y_train[:IMAGES]
    start = _weights(asked(initial, seed), "initial")
    weights = {name: a + rng.normal(0, 0.1, a.shape) for name, a in start.items()}
    found = _weights(asked(gradients, weights, x, y), "gradients")
    _same_shapes(found, weights)

    def loss(name: str, move: Array) -> float:
        moved = {**weights, name: weights[name] + move}
        return softmax_cross_entropy(_logits(asked(logits, moved, x), len(x)), y)

    slopes = {}
    for name, array in weights.items():
        way = rng.normal(size=array.shape)
        measured = (loss(name, STEP * way) - loss(name, -STEP * way)) / (2 * STEP)
        slopes[name] = (float(measured), float((found[name] * way).sum()))
    return slopes


def _accuracy(
    asked: _Asked, train: Callable[..., Any], logits: Callable[..., Any], data: Dataset, seed: int
) -> float:
    weights = _weights(asked(train, data.x_train, data.y_train, seed), "train")
    z = _logits(asked(logits, weights, data.x_test), len(data.x_test))
    return float((z.argmax(axis=1) == data.y_test.argmax(axis=1)).mean())


def _alike(measured: float, returned: float) -> bool:
    return bool(abs(measured - returned) <= RTOL * max(abs(measured), abs(returned), 1e-3))


def _weights(value: Any, name: str) -> Weights:
    if not isinstance(value, dict) or not value:
        raise _StoppedError(f"{name} must return a dictionary of arrays")
    return value


def _same_shapes(found: Weights, weights: Weights) -> None:
    for name, array in weights.items():
        got = found[name].shape if name in found else "nothing"
        if got != array.shape:
            raise _StoppedError(f"gradients[{name!r}] must have shape {array.shape}, got {got}")


def _logits(value: Any, count: int) -> Array:
    if not isinstance(value, np.ndarray) or value.shape != (count, 10):
        shape = getattr(value, "shape", type(value).__name__)
        raise _StoppedError(f"logits must return shape {(count, 10)}, got {shape}")
    return value
