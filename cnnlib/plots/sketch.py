"""Sketches of whole layers: neurons with their wires, and arrays with channels as sheets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from cnnlib.plots.figure import CARD, INK, SOFT, canvas, house_style
from cnnlib.plots.style import role_of
from cnnlib.plots.svg import LIGHT

Places = Sequence[tuple[float, float]]


def plot_neurons(
    layers: Sequence[Sequence[str]], weights: Sequence[ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """Draw a dense network: a column of neurons for each layer, a wire for each weight.

    Parameters
    ----------
    layers : sequence of sequences of str
        What stands in each neuron, layer by layer from left to right.
    weights : sequence of array_like of shape (M_in, M_out)
        The numbers on the wires between neighbouring layers.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the weights do not fit the numbers of neurons.

    Examples
    --------
    >>> ax = plot_neurons([["2", "−1"], ["7"]], [[[3], [-1]]])
    >>> [text.get_text() for text in ax.texts]
    ['3', '−1', '2', '−1', '7']
    """
    matrices = [np.atleast_2d(w) for w in weights]
    needed = [(len(left), len(right)) for left, right in pairwise(layers)]
    shapes = [w.shape for w in matrices]
    if shapes != needed:
        raise ValueError(
            f"weights have the shapes {shapes}, the layers {needed}: give (in, out) each"
        )
    spots = [[(2.4 * n, len(v) / 2 - k) for k in range(len(v))] for n, v in enumerate(layers)]
    with house_style():
        ax = ax or canvas(width=1.9 * len(layers), height=0.8 * max(map(len, layers)))[1]
        for (left, right), w in zip(pairwise(spots), matrices, strict=True):
            _wires(ax, left, right, w)
        for places, words in zip(spots, layers, strict=True):
            for place, word in zip(places, words, strict=True):
                box = {"boxstyle": "round,pad=0.4", "facecolor": CARD, "edgecolor": SOFT}
                ax.text(*place, word, ha="center", va="center", color=INK, bbox=box)
        tall = max(map(len, layers)) / 2
        ax.set(xlim=(-0.7, 2.4 * len(layers) - 1.7), ylim=(-tall + 0.4, tall + 0.6))
        ax.axis("off")
    return ax


def _wires(ax: Axes, left: Places, right: Places, w: Any) -> None:
    """Draw a wire for each weight; the numbers stand before the wires cross."""
    colour = LIGHT["sym-w"]
    for q, m in np.ndindex(w.shape):
        ends = np.array([left[q], right[m]])
        ax.plot(*ends.T, color=colour, linewidth=1, zorder=0)
        number = f"{w[q, m]:g}".replace("-", "−")
        box = {"boxstyle": "square,pad=0.1", "facecolor": CARD, "edgecolor": "none"}
        x, y = np.array([0.78, 0.22]) @ ends
        ax.text(x, y, number, ha="center", va="center", color=colour, bbox=box)


class Volume(NamedTuple):
    """An array of rows, columns and channels, to be drawn as so many sheets.

    Attributes
    ----------
    shape : (rows, columns, channels)
        How large each sheet is, and how many there are.
    name : str
        What the array is called; gives its colour.
    label : str
        What stands below.
    """

    shape: tuple[int, int, int]
    name: str
    label: str


SHIFT = 0.28  # by how much each sheet is moved from the one before


def plot_volumes(*parts: Volume | str, ax: Axes | None = None) -> Axes:
    """Draw arrays with their channels as stacks of sheets, and signs between them.

    Parameters
    ----------
    *parts : Volume or str
        From left to right.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes of a fitting size by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Examples
    --------
    >>> image, sheet = Volume((5, 5, 3), "x", "(5, 5, 3)"), Volume((3, 3, 1), "z", "(3, 3)")
    >>> ax = plot_volumes(image, "→", sheet)
    >>> len(ax.patches), [text.get_text() for text in ax.texts]
    (4, ['(5, 5, 3)', '→', '(3, 3)'])
    """
    sizes = [_size(part) for part in parts]
    wide, tall = sum(width for width, _ in sizes), max(height for _, height in sizes)
    with house_style():
        ax = ax or canvas(width=min(0.24 * wide, 7), height=0.24 * (tall + 1.6))[1]
        left = 0.0
        for part, (width, _) in zip(parts, sizes, strict=True):
            if isinstance(part, str):
                ax.text(left + width / 2, tall / 2, part, ha="center", va="center", color=SOFT)
            else:
                _sheets(ax, part, left)
            left += width
        ax.set(xlim=(-0.2, wide + 0.2), ylim=(-1.6, tall + 0.2), aspect="equal")
        ax.axis("off")
    return ax


def _size(part: Volume | str) -> tuple[float, float]:
    if isinstance(part, str):
        return 1.6 + 0.3 * len(part), 0
    rows, columns, channels = part.shape
    behind = SHIFT * (channels - 1)
    return max(columns + behind, 0.55 * len(part.label)) + 0.4, rows + behind


def _sheets(ax: Axes, volume: Volume, left: float) -> None:
    role, (rows, columns, channels) = role_of(volume.name), volume.shape
    fill, edge = LIGHT[f"sym-{role}-tint"], LIGHT[f"sym-{role}"]
    width, _ = _size(volume)
    start = left + (width - columns - SHIFT * (channels - 1)) / 2
    for behind in reversed(range(channels)):
        corner = (start + SHIFT * behind, SHIFT * behind)
        sheet = Rectangle(corner, columns, rows, facecolor=fill, edgecolor=edge, linewidth=0.8)
        ax.add_patch(sheet)
    ax.text(left + width / 2, -0.9, volume.label, ha="center", va="center",
            color=edge, size=8)  # fmt: skip
