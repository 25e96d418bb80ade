"""``network``: a network put together from the reader's own parts, asked to read real digits.

Three questions, since a network may learn in spite of a wrong backward pass, and read digits
without a convolution: do the gradients belong to the forward pass, does a kernel slide over the
image and matter, and does the trained network read digits that it has not seen? The digits stand
somewhere on a larger sheet, where no linear model finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.network_probes import Weights, kernels, slopes
from cnnlib.check.network_report import NetworkReport
from cnnlib.check.sandbox import Budget, call
from cnnlib.check.sandbox.namespace_guard import world
from cnnlib.data import Dataset, digits

IMAGES, SHIFT, LEAST = 6, 2, 0.85
SLOW = (
    ". Loops over images and windows are too slow here (seven loops would need some ten minutes): "
    "loop over the nine taps, and let numpy treat all images and windows at once"
)


class _StoppedError(Exception):
    """One of the four functions gave nothing to go on with; says why."""


def shifted_digits(seed: int) -> Dataset:
    """Return the digits, each at a place of its own on a sheet of 12 x 12 pixels.

    Parameters
    ----------
    seed : int
        Draws the split and the places.

    Returns
    -------
    Dataset
        Images of shape (N, 12, 12, 1), up to two pixels from the middle along each axis.

    Examples
    --------
    >>> shifted_digits(0).x_train.shape
    (1437, 12, 12, 1)
    """
    data, rng = digits(seed=seed), np.random.default_rng([seed, SHIFT])
    x_train, x_test = (_placed(x, rng) for x in (data.x_train, data.x_test))
    return Dataset(x_train, data.y_train, x_test, data.y_test)


def _placed(x: Array, rng: np.random.Generator) -> Array:
    n, rows, columns, c = x.shape
    sheet = np.zeros((n, rows + 2 * SHIFT, columns + 2 * SHIFT, c))
    for image, out, (top, left) in zip(
        x, sheet, rng.integers(0, 2 * SHIFT + 1, (n, 2)), strict=True
    ):
        out[top : top + rows, left : left + columns] = image
    return sheet


def network(
    initial: Callable[..., Any],
    logits: Callable[..., Any],
    gradients: Callable[..., Any],
    train: Callable[..., Any],
    *,
    seed: int = 0,
    limit_s: float = 120.0,
    least: float = LEAST,
) -> NetworkReport:
    """Check a network that reads digits wherever they stand.

    Parameters
    ----------
    initial : callable
        ``initial(seed)`` returns the first weights, a dictionary of arrays. Kernels have the shape
        (KH, KW, C_in, C_out).
    logits : callable
        ``logits(weights, x)`` returns (N, 10) for images (N, 12, 12, 1).
    gradients : callable
        ``gradients(weights, x, y)`` returns the gradient of the mean cross-entropy for each array.
    train : callable
        ``train(x, y, seed)`` returns trained weights.
    seed : int
        Draws the split into training and test images and their places, and is handed on.
    limit_s : float
        Seconds of processor time that all calls together may take.
    least : float
        Accuracy on the test images that is asked for.

    Returns
    -------
    NetworkReport
        True when all gradients belong to the forward pass, a kernel slides over the image and
        matters, and the accuracy is reached.

    Notes
    -----
    Asked for in the chapter ``homework_network``. A convolution is recognised by its mixed second
    differences: how a pixel and a tap act together on the logits depends on where the window lies,
    which is pixel less tap, and on nothing else.
    """
    asked = _Asked(Budget(limit_s, "1,437 images"))
    data, rng = shifted_digits(seed), np.random.default_rng(seed)
    problems: dict[str, str] = {}
    found: dict[str, tuple[float, float]] = {}
    sliding: tuple[str, ...] = ()
    accuracy = without = None
    remarks: tuple[str, ...] = ()
    with world().as_it_was():
        try:
            x = data.x_train[:IMAGES] + rng.uniform(0, 0.2, data.x_train[:IMAGES].shape)
            start = _weights(asked(initial, seed), "initial")
            weights = {name: a + rng.normal(0, 0.1, a.shape) for name, a in start.items()}
            forward = lambda w, x: _logits(asked(logits, w, x), len(x))  # noqa: E731
            forward(weights, x)
            sliding = kernels(forward, weights, x, rng)
            back = _weights(asked(gradients, weights, x, data.y_train[:IMAGES]), "gradients")
            _same_shapes(back, weights)
            found = slopes(forward, back, weights, x, data.y_train[:IMAGES], rng)
        except _StoppedError as stopped:
            problems["gradients"] = str(stopped)
        if not sliding:
            problems["convolution"] = (
                "no array of weights slides over the image. Asked for is a convolution, whose "
                "kernel of shape (KH, KW, C_in, C_out) every window shares"
            )
        try:
            with _counted(train, gradients) as calls:
                trained = _weights(
                    asked(train, data.x_train, data.y_train, seed, slow=SLOW), "train"
                )
            remarks = () if calls[0] else (REMARK,)
            accuracy = _accuracy(asked, trained, logits, data)
            if sliding and set(sliding) <= set(trained):
                blank = {k: 0 * a if k in sliding else a for k, a in trained.items()}
                without = _accuracy(asked, blank, logits, data)
        except _StoppedError as stopped:
            problems["accuracy"] = str(stopped)
    return NetworkReport(seed, found, sliding, accuracy, without, least, problems, IMAGES, remarks)


REMARK = "train never calls gradients, so what it learns by has not been checked"


@contextmanager
def _counted(train: Callable[..., Any], gradients: Callable[..., Any]) -> Iterator[list[int]]:
    """Count how often training calls the gradients, where its own names can be looked at."""
    names = getattr(train, "__globals__", None)
    mine = [k for k, v in (names or {}).items() if v is gradients]
    calls = [0 if mine else 1]

    def spied(*args: Any, **keywords: Any) -> Any:
        calls[0] += 1
        return gradients(*args, **keywords)

    for name in mine:
        names[name] = spied  # type: ignore[index]
    try:
        yield calls
    finally:
        for name in mine:
            names[name] = gradients  # type: ignore[index]


class _Asked:
    """Calls the reader's functions, all within one budget of time."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def __call__(self, function: Callable[..., Any], *arguments: Any, slow: str = "") -> Any:
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
            if words.startswith("NotImplementedError"):
                raise _StoppedError(f"{name} is not written yet")
            late = slow if outcome.problem.cause == "never-ends" else ""
            raise _StoppedError(f"{name}: {words}{late}")
        if outcome.value is None:
            raise _StoppedError(f"{name} is not written yet: it returns None")
        return outcome.value


def _plain(value: Any) -> Any:
    """Copy what came back: arrays, alone or in a dictionary."""
    if isinstance(value, dict):
        return {str(name): np.array(array, dtype=float) for name, array in value.items()}
    return None if value is None else np.array(value, dtype=float)


def _accuracy(asked: _Asked, weights: Weights, logits: Callable[..., Any], data: Dataset) -> float:
    z = _logits(asked(logits, weights, data.x_test), len(data.x_test))
    return float((z.argmax(axis=1) == data.y_test.argmax(axis=1)).mean())


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
