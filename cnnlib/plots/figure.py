"""Figures that follow the theme of the page and are described in words.

A figure is drawn once, with matplotlib, in the colours of the light theme. `show` turns it
into inline SVG in which every colour is a CSS variable (with the light colour as fallback,
so JupyterLab shows it too), text stays text in the page's own typeface, and an alternative
text is required. In a chapter, a cell that ends in `show` becomes a numbered figure that
can be referred to by its name, because MyST-NB wraps the output of such a cell::

    ```{code-cell} ipython3
    ---
    mystnb:
      figure:
        caption: The four wires into one output cell.
        name: fig-four-wires
    ---
    plots.show(plots.plot_grid(x, role="x"), alt="A 3 by 3 grid of the numbers 1 to 9.")
    ```

The text then says ``{numref}`fig-four-wires` ``. Draw several axes with `canvas`::

    fig, axes = plots.canvas(columns=2)
    plots.plot_history(history, "loss", ax=axes[0])
    plots.plot_history(history, "accuracy", ax=axes[1])
    plots.show(fig, alt="…")
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlib.plots.svg import LIGHT, themed

INK, SOFT, LINE, CARD = (LIGHT[f"cnn-{name}"] for name in ("ink", "soft", "line", "card"))

RC: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: measured alike everywhere
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.labelcolor": SOFT,
    "axes.linewidth": 1.0,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "cnnlib",
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.color": LINE,
    "ytick.labelcolor": SOFT,
    "ytick.major.size": 0,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the book's matplotlib style to whatever is drawn inside the ``with`` block."""
    with mpl.rc_context(RC):
        yield


def canvas(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 5.4,
    height: float | None = None,
    **subplots: Any,
) -> tuple[Figure, Any]:
    """Make a figure in the book's style, with a grid of axes.

    It is no pyplot figure: nothing is shown unasked and nothing has to be closed.

    Parameters
    ----------
    rows, columns : int
        How many axes.
    width, height : float
        Size in inches; by default each axes is about three quarters as high as wide.
    **subplots
        Handed to :meth:`matplotlib.figure.Figure.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : Axes, or array of Axes

    Examples
    --------
    >>> figure, axes = canvas(columns=2)
    >>> axes.shape
    (2,)
    """
    height = 0.72 * width * rows / columns if height is None else height
    with house_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, **subplots)


class Picture:
    """A finished figure: themed SVG with its alternative text; notebooks display it."""

    def __init__(self, svg: str, alt: str) -> None:
        self.svg = svg
        self.alt = alt

    def __repr__(self) -> str:
        """Show the words, where pictures cannot be shown."""
        return f"<figure: {self.alt}>"

    def _repr_html_(self) -> str:
        scrolls = ' tabindex="0" role="group"' if "min-width:" in self.svg else ""
        return f'<div class="cnn-figure"{scrolls}>{self.svg}</div>'


def show(drawing: Axes | Figure, *, alt: str) -> Picture:
    """Turn a figure into a picture that follows the theme and is described in words.

    Parameters
    ----------
    drawing : Axes or Figure
        What to show; of axes, the whole figure they are on. A pyplot figure is closed.
    alt : str
        What the figure shows, in words, for readers who do not see it.

    Returns
    -------
    picture : Picture
        The last expression of a cell displays it. ``picture.svg`` is the SVG text: the
        same figure gives the same text, byte for byte.

    Raises
    ------
    TypeError
        If ``drawing`` is neither axes nor figure.
    ValueError
        If ``alt`` is empty.

    Examples
    --------
    >>> figure, axes = canvas()
    >>> show(figure, alt="An empty pair of axes.")
    <figure: An empty pair of axes.>
    """
    figure = drawing.figure if isinstance(drawing, Axes) else drawing
    if not isinstance(figure, Figure):
        raise TypeError(
            f"drawing must be matplotlib axes or a figure, not {type(drawing).__name__}: "
            "pass what a plot function returned"
        )
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must say in words what the figure shows, got {alt!r}")
    picture = Picture(themed(_svg(figure), alt), alt)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return picture


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with house_style():
        figure.savefig(
            buffer, format="svg", metadata=no_metadata, bbox_inches="tight", pad_inches=0.04
        )
    return buffer.getvalue()
