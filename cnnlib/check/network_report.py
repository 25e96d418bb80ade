"""What the check of a whole network found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import cnnlib
from cnnlib.check.render.html import STYLE

RTOL = 1e-4
Slopes = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class NetworkReport:
    """Result of :func:`cnnlib.check.network`; true when everything passed.

    Attributes
    ----------
    seed : int
        Draws the split of the digits, their places, and what is handed to the functions.
    slopes : dict of str to (float, float)
        For each array of weights the measured and the returned slope along a random direction.
    kernels : tuple of str
        The arrays that were found to slide over the image.
    accuracy, without : float or None
        Share of the test images that were read correctly, with the trained weights and with the
        kernels set to 0; None where training gave no network.
    least : float
        What is asked for.
    problems : dict of str to str
        For each part that could not be judged, why.
    images : int
        How many images the slopes were measured with.
    remarks : tuple of str
        What else was seen.
    """

    seed: int
    slopes: Slopes
    kernels: tuple[str, ...]
    accuracy: float | None
    without: float | None
    least: float
    problems: Mapping[str, str]
    images: int
    remarks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether everything passed."""
        return all(passed == tried for passed, tried in self.score.values())

    @property
    def counts(self) -> bool:
        """Whether the kernels matter: without them the network fails."""
        return bool(self.kernels) and (self.without is None or self.without < self.least - 0.1)

    @property
    def score(self) -> dict[str, tuple[int, int]]:
        """For each part, how much was asked and how much of it passed."""
        right = sum(alike(*pair) for pair in self.slopes.values())
        enough = self.accuracy is not None and self.accuracy >= self.least
        gradients = (0, 1) if "gradients" in self.problems else (right, len(self.slopes))
        convolution = (int(self.counts and "convolution" not in self.problems), 1)
        return {
            "gradients": gradients,
            "convolution": convolution,
            "accuracy": (int(enough), 1),
        }

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
            "kernels": list(self.kernels),
            "accuracy": self.accuracy,
            "without": self.without,
            "problems": dict(self.problems),
            "remarks": list(self.remarks),
        }

    def _lines(self) -> list[str]:
        verdict = "everything passed" if self else "not right yet"
        words = [w for part, w in self.problems.items() if part != "convolution"]
        if (
            not self.slopes
            and self.accuracy is None
            and words
            and all("not written" in w for w in words)
        ):
            verdict = "not written yet"
        lines = [f"network: {verdict}  (cnnlib {cnnlib.__version__}, seed {self.seed})"]
        if verdict == "not written yet":
            return [*lines, *(f"{part}: {w}" for part, w in self.problems.items())]
        return [*lines, *self._about_gradients(), *self._about_kernels(), *self._about_accuracy()]

    def _about_gradients(self) -> list[str]:
        if "gradients" in self.problems:
            return [f"gradients: {self.problems['gradients']}"]
        passed, tried = self.score["gradients"]
        lines = [f"gradients: {passed} of {tried} arrays agree with the forward pass"]
        for name, pair in self.slopes.items():
            if not alike(*pair):
                lines.append(f"  {name}: slope {pair[0]:.6g} by nudging, {pair[1]:.6g} returned")
        return [*lines, *why(self.slopes, self.images)]

    def _about_kernels(self) -> list[str]:
        if "convolution" in self.problems:
            return [f"convolution: {self.problems['convolution']}"]
        found = ", ".join(self.kernels)
        lines = [f"convolution: {found} slides over the image" if found else ""]
        if self.without is not None:
            verdict = "as it should" if self.counts else "so the network does not need it"
            lines.append(f"  with {found} set to 0 it reads {self.without:.1%}, {verdict}")
        return [line for line in lines if line]

    def _about_accuracy(self) -> list[str]:
        lines = []
        if "accuracy" in self.problems:
            lines.append(f"accuracy: {self.problems['accuracy']}")
        if self.accuracy is not None:
            asked = f"{self.least:.0%} are asked for"
            lines.append(f"accuracy: {self.accuracy:.1%} of the test images, {asked}")
        return [*lines, *self.remarks]

    def __str__(self) -> str:
        """Return the report for a terminal."""
        return "\n".join(self._lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        head, *rest = self._lines()
        body = "".join(f"<p>{escape(line)}</p>" for line in rest)
        return (
            f"<style>{STYLE}</style>"
            f'<div class="cnn-report" role="group" aria-label="{escape(head)}">'
            f'<p class="cnn-head">{escape(head)}</p>{body}</div>'
        )


def alike(measured: float, returned: float) -> bool:
    """Whether two slopes agree."""
    return bool(abs(measured - returned) <= RTOL * max(abs(measured), abs(returned), 1e-3))


def why(slopes: Slopes, images: int) -> list[str]:
    """Say what the wrong slopes have in common, and where the way back goes wrong first."""
    wrong = {name: pair for name, pair in slopes.items() if not alike(*pair)}
    ratios = [returned / measured for measured, returned in wrong.values() if measured]
    if not ratios:
        return []
    for factor, words in (
        (
            images,
            f"{images} times too large: the loss is a mean over the {images} images, and "
            "nothing is divided by N",
        ),
        (1 / images, f"{images} times too small: N divides twice; it divides once, in the loss"),
        (-1.0, "of the wrong sign: a gradient points uphill, the minus belongs to the step"),
        (10.0, "10 times too large: does the number of classes multiply?"),
        (0.1, "10 times too small: do the classes divide? The loss is a sum over them"),
    ):
        if all(abs(ratio / factor - 1) < 1e-3 for ratio in ratios):
            whose = "all slopes are" if len(wrong) == len(slopes) else "these slopes are"
            return [f"  {whose} {words}"]
    if all(not returned for _, returned in wrong.values()):
        return ["  these gradients are zeros: is something returned before it is computed?"]
    return _where(slopes)


def _where(slopes: Slopes) -> list[str]:
    """Find the last array, nearest to the loss, whose slope is wrong."""
    names = list(slopes)
    bad = [number for number, name in enumerate(names) if not alike(*slopes[name])]
    good = names[bad[-1] + 1 :]
    if not good:
        return [f"  {names[bad[-1]]} is nearest to the loss: begin there"]
    return [
        f"  {', '.join(good)}: right. The way back goes wrong between there and {names[bad[-1]]}"
    ]
