"""Tables of numbers: the banded matrix of a layer, and who was taken for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from cnnlib.plots import _check
from cnnlib.plots.figure import INK, SOFT, canvas, house_style
from cnnlib.plots.grid import MIDDLE
from cnnlib.plots.style import role_of
from cnnlib.plots.svg import LIGHT
from cnnlib.plots.text import alike, ems

INCHES = 0.36


def plot_matrix(
    matrix: ArrayLike,
    role: str = "w",
    *,
    rows: Sequence[object] = (),
    columns: Sequence[object] = (),
    row_role: str = "z",
    column_role: str = "x",
    wired: ArrayLike | None = None,
    highlight: Iterable[tuple[int, int]] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix whose empty places are dots: a layer as rows of shared weights.

    Parameters
    ----------
    matrix : array_like of shape (R, C)
        The numbers.
    role : str
        Name of the array the numbers come from; gives the colour.
    rows, columns : sequence of length R and C, optional
        What to write beside each row and above each column.
    row_role, column_role : str
        Names of the arrays these come from.
    wired : array_like of bool, shape (R, C), optional
        Which places hold a weight; by default those that are not zero.
    highlight : iterable of (row, column)
        Places that are lit, for example all that share one weight.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes of a fitting size by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If shapes and counts do not fit together.

    Examples
    --------
    >>> ax = plot_matrix([[1, 2, 0], [0, 1, 2]], columns=["x0", "x1", "x2"])
    >>> [text.get_text() for text in ax.texts]
    ['1', '2', '·', '·', '1', '2', 'x0', 'x1', 'x2']
    """
    values = _check.numbers(matrix, "matrix", 2)
    mask = values != 0 if wired is None else np.asarray(wired, dtype=bool)
    if mask.shape != values.shape:
        raise ValueError(f"wired has shape {mask.shape}, the matrix {values.shape}: pass one each")
    rows, columns = _labels(rows, len(values), "rows"), _labels(columns, values.shape[1], "columns")
    lit = {_check.inside(cell, values.shape, "highlight") for cell in highlight}
    with house_style():
        ax = _table_axes(values.shape, rows, columns, ax)
        texts = [t if m else "·" for t, m in zip(alike(values.flat), mask.flat, strict=True)]
        for cell, text in zip(np.ndindex(values.shape), texts, strict=True):
            fill = f"sym-{role_of(role)}-{'lit' if cell in lit else 'tint'}" if mask[cell] else None
            _cell(ax, cell, text, fill, strong=cell in lit, edge=f"sym-{role_of(role)}")
        _write_labels(ax, rows, columns, values.shape, row_role, column_role)
    return ax


def plot_confusion(
    matrix: ArrayLike, labels: Sequence[object] = (), *, ax: Axes | None = None
) -> Axes:
    """Draw how often each class (row) was taken for each class (column).

    Right answers are green, mistakes vermilion, and the count stands in each place.

    Parameters
    ----------
    matrix : array_like of int, shape (K, K)
        Counts, a row for each true class.
    labels : sequence of length K, optional
        Names of the classes; 0, 1, 2 … by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes of a fitting size by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the matrix is not square, holds anything but counts, or labels are too many or few.

    Examples
    --------
    >>> ax = plot_confusion([[5, 0], [1, 4]])
    >>> [text.get_text() for text in ax.texts][:4]
    ['5', '·', '1', '4']
    """
    counts = _check.finite(matrix, "matrix", 2)
    size = len(counts)
    if counts.shape != (size, size):
        raise ValueError(f"a confusion matrix is square, got shape {counts.shape}")
    if (counts < 0).any() or (counts != counts.round()).any():
        raise ValueError("a confusion matrix holds counts: whole numbers, none negative")
    names = _labels(labels or range(size), size, "labels")
    with house_style():
        ax = _table_axes(counts.shape, names, names, ax, heading=True)
        for (row, column), count in np.ndenumerate(counts):
            role = "sym-z" if row == column else "sym-delta"
            fill = f"{role}-tint" if row == column else f"{role}-lit"
            wrong = bool(count) and row != column
            text = f"{count:.0f}" if count else "·"
            _cell(ax, (row, column), text, fill if count else None, strong=wrong, edge=role)
        _write_labels(ax, names, names, counts.shape, "ink", "ink")
        middle = size / 2
        ax.text(middle, -1.25, "taken for", size=9, color=SOFT, **MIDDLE)
        ax.text(-1.25, middle, "true class", size=9, color=SOFT, rotation=90, **MIDDLE)
    return ax


def _labels(labels: Any, count: int, name: str) -> list[str]:
    found = [str(label) for label in labels]
    if found and len(found) != count:
        raise ValueError(f"{name} has {len(found)} entries for {count} places: pass one each")
    return found


def _table_axes(
    shape: tuple[int, ...],
    rows: list[str],
    columns: list[str],
    ax: Axes | None,
    *,
    heading: bool = False,
) -> Axes:
    left = 0.3 + 0.55 * max(map(ems, rows)) if rows else 0.1
    top = 0.9 if columns else 0.1
    left, top = (max(left, 1.6), 1.6) if heading else (left, top)
    width, height = shape[1] + left + 0.1, shape[0] + top + 0.1
    if ax is None:
        figure, ax = canvas(width=width * INCHES, height=height * INCHES)
        figure.set_layout_engine("none")
        ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(-left, shape[1] + 0.1), ylim=(shape[0] + 0.1, -top), aspect="equal")
    ax.axis("off")
    return ax


def _cell(ax: Axes, cell: Any, text: str, fill: str | None, *, strong: bool, edge: str) -> None:
    row, column = cell
    if fill:
        box = FancyBboxPatch(
            (column + 0.05, row + 0.05), 0.9, 0.9, boxstyle="round,pad=0,rounding_size=0.13",
            facecolor=LIGHT[fill], edgecolor=(LIGHT[edge], 1.0 if strong else 0.0), linewidth=1.1,
        )  # fmt: skip
        ax.add_patch(box)
    size = min(9.5, 0.78 * INCHES * 72 / ems(text))
    weight = "bold" if strong else "normal"
    ax.text(
        column + 0.5, row + 0.5, text,
        size=size, color=INK if fill else SOFT, weight=weight, **MIDDLE,
    )  # fmt: skip


def _write_labels(
    ax: Axes,
    rows: list[str],
    columns: list[str],
    shape: tuple[int, ...],
    row_role: str,
    column_role: str,
) -> None:
    look: dict[str, Any] = {"size": 8.5, "weight": "bold", "va": "center_baseline"}
    for row, text in enumerate(rows):
        colour = LIGHT[f"sym-{role_of(row_role)}"]
        ax.text(-0.2, row + 0.5, text, ha="right", color=colour, **look)
    for column, text in enumerate(columns):
        colour = LIGHT[f"sym-{role_of(column_role)}"]
        ax.text(column + 0.5, -0.35, text, ha="center", color=colour, **look)
