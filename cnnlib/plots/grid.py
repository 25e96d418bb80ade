"""Grids of numbered cells: the picture behind every formula of the book.

A `Grid` is a matrix with a name; the name gives it its colour. `plot_row` sets grids and
signs side by side, as in ``x ⋆ w = z``; `plot_grid` draws one. Cells that take part in the
current step are lit, and the number that multiplies a cell stands small in its corner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from cnnlib.plots import _check
from cnnlib.plots.figure import CARD, INK, SOFT, canvas, house_style
from cnnlib.plots.style import role_of
from cnnlib.plots.svg import LIGHT
from cnnlib.plots.text import alike, ems

Cell = tuple[int, int]
INCHES = 0.46  # the side of a cell, when the figure is ours
BOX = 0.92  # the part of its place that a cell fills
LABEL = 0.62  # the room for a name above a grid


@dataclass(frozen=True)
class Grid:
    """A matrix to draw, and what is to be seen on it.

    Parameters
    ----------
    values : array_like of shape (rows, columns) or (columns,)
        The numbers, written into the cells.
    name : str
        What the array is called (``"x"``, ``"w"``, ``"delta"`` …); gives the colour.
    label : str, optional
        What stands above; the name by default, ``""`` for nothing.
    highlight : collection of (row, column)
        Cells that are lit.
    notes : mapping of (row, column) to str
        Small text in the corner of a cell, such as ``"×3"``.
    notes_name : str
        The array the notes come from; gives their colour.
    ghosts : collection of (row, column)
        Cells drawn dashed, such as padding.
    blank : collection of (row, column)
        Cells whose number is not known yet.

    Examples
    --------
    >>> Grid([[1, 2], [3, 4]], "w", highlight=[(0, 1)]).shape
    (2, 2)
    """

    values: ArrayLike
    name: str = "x"
    label: str | None = None
    highlight: Collection[Cell] = ()
    notes: Mapping[Cell, str] = field(default_factory=dict)
    notes_name: str = "w"
    ghosts: Collection[Cell] = ()
    blank: Collection[Cell] = ()

    def __post_init__(self) -> None:
        """Check every cell that is spoken of; keep the numbers as a matrix."""
        matrix = np.atleast_2d(_check.numbers(self.values, self.name, 1, 2))
        object.__setattr__(self, "values", matrix)
        for part in ("highlight", "ghosts", "blank"):
            cells = {_check.inside(c, matrix.shape, part) for c in getattr(self, part)}
            object.__setattr__(self, part, cells)
        notes = {_check.inside(c, matrix.shape, "notes"): t for c, t in self.notes.items()}
        object.__setattr__(self, "notes", notes)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = np.shape(self.values)
        return rows, columns


def plot_grid(
    values: ArrayLike,
    role: str = "x",
    *,
    label: str | None = None,
    highlight: Collection[Cell] = (),
    notes: Mapping[Cell, str] | None = None,
    notes_role: str = "w",
    ghosts: Collection[Cell] = (),
    blank: Collection[Cell] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw one grid of numbered cells; the arguments are those of `Grid`.

    Returns
    -------
    ax : matplotlib.axes.Axes
        The axes drawn on; new ones of a fitting size unless given.

    Raises
    ------
    TypeError, ValueError
        If ``values`` is no matrix of numbers, or a cell lies outside it.

    Examples
    --------
    >>> ax = plot_grid([[1, -2]], role="w")
    >>> [text.get_text() for text in ax.texts]
    ['w', '1', '−2']
    """
    notes = notes or {}
    grid = Grid(values, role, label, highlight, notes, notes_role, ghosts, blank)
    return plot_row(grid, ax=ax)


Part = Grid | str | Sequence[Grid]


def plot_row(*parts: Part, caption: Iterable[tuple[str, str]] = (), ax: Axes | None = None) -> Axes:
    """Draw grids and signs side by side, centred on one line.

    Parameters
    ----------
    *parts : Grid, str or sequence of Grid
        From left to right, for example ``Grid(x, "x"), "⋆", Grid(w, "w"), "=", Grid(z, "z")``;
        the grids of a sequence, such as the channels of one array, stand one below another.
    caption : iterable of (str, str), optional
        A line below, in pieces of text with the name of the array each belongs to.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes of a fitting size by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If a part is neither a grid nor a string, or there is none.

    Examples
    --------
    >>> ax = plot_row(Grid([[1, 2]], "x"), "⊙", Grid([[3, 4]], "w"), "=", Grid([[3, 8]], "z"))
    >>> [text.get_text() for text in ax.texts]
    ['x', '1', '2', '⊙', 'w', '3', '4', '=', 'z', '3', '8']
    """
    caption, stacks = list(caption), [_stack(part) for part in parts]
    if not any(isinstance(stack, tuple) for stack in stacks):
        raise TypeError("plot_row needs at least one Grid among its parts")
    width, height = sum(map(_width, stacks)), max(map(_height, stacks))
    below = 0.95 if caption else 0.0
    with house_style():
        ax = ax or _own_axes(width, height + LABEL + below)
        _frame(ax, width, height, below)
        _place(ax, stacks, height, _cell_points(ax))
        if caption:
            write_line(ax, caption, width / 2, height + 0.45)
    return ax


Stack = str | tuple[Grid, ...]


def _stack(part: Part) -> Stack:
    if isinstance(part, str):
        return part
    grids = (part,) if isinstance(part, Grid) else tuple(part)
    for grid in grids:
        if not isinstance(grid, Grid):
            raise TypeError(f"a part is a Grid or a string, not {type(grid).__name__}: wrap it")
    return grids


def _width(stack: Stack) -> float:
    if isinstance(stack, str):
        return 0.62 + 0.2 * len(stack)
    return max((grid.shape[1] for grid in stack), default=0)


def _height(stack: Stack) -> float:
    if isinstance(stack, str):
        return 0
    return sum(grid.shape[0] + LABEL for grid in stack) - LABEL


def _own_axes(width: float, height: float) -> Axes:
    figure, ax = canvas(width=width * INCHES, height=height * INCHES)
    figure.set_layout_engine("none")
    ax.set_position((0, 0, 1, 1))
    return ax


def _frame(ax: Axes, width: float, height: float, below: float) -> None:
    ax.set(xlim=(0, width), ylim=(height + below, -LABEL), aspect="equal")
    ax.axis("off")


def _cell_points(ax: Axes) -> float:
    """Measure the side of a cell in points, to fit the type to it."""
    ax.apply_aspect()
    wide = abs(ax.transData.transform((1, 0)) - ax.transData.transform((0, 0)))[0]
    return float(wide * 72 / ax.figure.dpi)


def _place(ax: Axes, stacks: Iterable[Stack], height: float, points: float) -> None:
    left = 0.0
    for stack in stacks:
        width, top = _width(stack), (height - _height(stack)) / 2
        if isinstance(stack, str):
            ax.text(left + width / 2, top, stack, size=0.5 * points, color=SOFT, **MIDDLE)
            stack = ()
        for grid in stack:
            _draw(ax, grid, left + (width - grid.shape[1]) / 2, top, points)
            top += grid.shape[0] + LABEL
        left += width


MIDDLE: dict[str, Any] = {"ha": "center", "va": "center_baseline"}


def _draw(ax: Axes, grid: Grid, left: float, top: float, points: float) -> None:
    role = role_of(grid.name)
    label = grid.name if grid.label is None else grid.label
    texts = alike(np.ravel(grid.values))
    size = _type_size(texts, points)
    ax.text(
        left + grid.shape[1] / 2, top - 0.28, label,
        size=min(10.0, 0.32 * points), color=LIGHT[f"sym-{role}"], weight="bold", **MIDDLE,
    )  # fmt: skip
    for cell, text in zip(np.ndindex(grid.shape), texts, strict=True):
        row, column = cell
        ax.add_patch(_box(cell, grid, role, left + column, top + row))
        if cell in grid.blank:
            continue
        lit = cell in grid.highlight
        ghost = cell in grid.ghosts and not lit
        ax.text(
            left + column + 0.5, top + row + (0.44 if cell in grid.notes else 0.5), text,
            size=size, color=SOFT if ghost else INK, weight="bold" if lit else "normal", **MIDDLE,
        )  # fmt: skip
    small = min(0.225, *(0.8 / ems(note) for note in grid.notes.values()), 1.0) * points
    for (row, column), note in grid.notes.items():
        ax.text(
            left + column + 0.88, top + row + 0.88, note, ha="right", va="baseline",
            size=small, weight="bold", color=LIGHT[f"sym-{role_of(grid.notes_name)}"],
        )  # fmt: skip


def _box(cell: Any, grid: Grid, role: str, x: float, y: float) -> FancyBboxPatch:
    lit, ghost = cell in grid.highlight, cell in grid.ghosts
    edge = LIGHT[f"sym-{role}"]
    fill = LIGHT[f"sym-{role}-lit" if lit else f"sym-{role}-tint"]
    gap = (1 - BOX) / 2
    return FancyBboxPatch(
        (x + gap, y + gap), BOX, BOX,
        boxstyle="round,pad=0,rounding_size=0.13",
        facecolor=CARD if ghost and not lit else fill,
        edgecolor=(edge, 1.0 if lit else 0.45 if ghost else 0.28),
        linewidth=1.6 if lit else 0.9,
        linestyle=(0, (2.5, 2)) if ghost else "solid",
    )  # fmt: skip


def _type_size(texts: Iterable[str], points: float) -> float:
    """Fit the longest number into its cell; all numbers of a grid have one size."""
    return min(11.0, 0.36 * points, 0.78 * points / max(ems(text) for text in texts))


def write_line(ax: Axes, runs: Iterable[tuple[str, str]], x: float, y: float) -> None:
    """Write one centred line, given as pieces of text and the array each belongs to."""
    runs = list(runs)
    line = ax.text(x, y, "".join(text for text, _ in runs), size=10, color=INK, **MIDDLE)
    # One text, so that it reads well aloud and in any typeface; `show` colours its pieces.
    line.set_gid("runs:" + ".".join(f"{role_of(name)}-{len(text)}" for text, name in runs))
