"""Figures in the book's one look: draw with a ``plot_…`` function, finish with `show`.

Every plot function takes ``ax=`` and returns the axes it drew on. `show` turns axes or a
figure into a picture that follows the page's theme, and asks for an alternative text::

    from cnnlib import plots

    plots.show(plots.plot_kernels(w), alt="The 16 kernels of the first layer.")

Nothing is imported before it is used, so the colours (`cnnlib.plots.style`) need no matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnlib.plots.curves import plot_history, plot_step_errors
    from cnnlib.plots.figure import Picture, canvas, house_style, show
    from cnnlib.plots.grid import Grid, plot_grid, plot_row
    from cnnlib.plots.heat import plot_activations, plot_digits, plot_kernels, plot_tiles
    from cnnlib.plots.movie import save_movie
    from cnnlib.plots.sketch import Volume, plot_neurons, plot_volumes
    from cnnlib.plots.tables import plot_confusion, plot_matrix
    from cnnlib.plots.trace import plot_trace

_HOMES = {
    "curves": ("plot_history", "plot_step_errors"),
    "figure": ("Picture", "canvas", "house_style", "show"),
    "grid": ("Grid", "plot_grid", "plot_row"),
    "heat": ("plot_activations", "plot_digits", "plot_kernels", "plot_tiles"),
    "movie": ("save_movie",),
    "sketch": ("Volume", "plot_neurons", "plot_volumes"),
    "tables": ("plot_confusion", "plot_matrix"),
    "trace": ("plot_trace",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Grid",
    "Picture",
    "Volume",
    "canvas",
    "house_style",
    "plot_activations",
    "plot_confusion",
    "plot_digits",
    "plot_grid",
    "plot_history",
    "plot_kernels",
    "plot_matrix",
    "plot_neurons",
    "plot_row",
    "plot_step_errors",
    "plot_tiles",
    "plot_trace",
    "plot_volumes",
    "save_movie",
    "show",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
