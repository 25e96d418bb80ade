"""A pass as an animation in a file, for slides: one picture a step, with its line of arithmetic."""

from __future__ import annotations

import os
import tempfile
from math import prod
from pathlib import Path

from matplotlib import animation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cnnlib.plots.figure import house_style
from cnnlib.plots.trace import plot_trace
from cnnlib.trace import Trace


def save_movie(
    trace: Trace,
    path: str | os.PathLike[str],
    *,
    by: str | None = None,
    seconds: float = 1.0,
    dpi: int = 110,
) -> Path:
    """Write every step of a trace into one animated picture.

    Parameters
    ----------
    trace : Trace
        The pass to show, forward or backward.
    path : path-like
        Where to write; the ending says how: ``.gif``, ``.webp`` or ``.apng`` with Pillow, ``.html``
        as a page of pictures, and what FFmpeg writes (``.mp4``) where it is installed.
    by : str, optional
        An operand to step through instead of the output, as for :func:`plot_trace`.
    seconds : float, default 1.0
        How long each step is shown.
    dpi : int, default 110
        Pixels an inch.

    Returns
    -------
    path : Path
        The file, written completely or not at all.

    Raises
    ------
    ValueError
        If no writer knows the ending of ``path``, or ``seconds`` is not above 0.

    Examples
    --------
    >>> from cnnlib import trace_dense
    >>> trace = trace_dense([[1, 2]], [[3, 4], [5, 6]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_movie(trace, Path(folder) / "dense.gif").name
    'dense.gif'
    """
    target = Path(path)
    if seconds <= 0:
        raise ValueError(f"seconds must be above 0, got {seconds}")
    writer = _writer(target, 1 / seconds)
    steps = prod(trace.operands[by].shape if by else trace.shape)
    with house_style():
        figure = plot_trace(trace, 0, by=by).figure
        assert isinstance(figure, Figure)
        FigureCanvasAgg(figure)
        axes = figure.axes[0]

        def draw(step: int) -> list[object]:
            axes.clear()
            plot_trace(trace, step, by=by, ax=axes)
            return []

        movie = animation.FuncAnimation(figure, draw, frames=steps)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            whole = Path(folder) / target.name
            look = {"facecolor": "white"}  # a slide may be dark
            movie.save(str(whole), writer=writer, dpi=dpi, savefig_kwargs=look)
            whole.replace(target)
    return target


def _writer(path: Path, fps: float) -> animation.AbstractMovieWriter:
    """Return matplotlib's writer for the ending of a file."""
    kind = path.suffix.lower()
    if kind in (".gif", ".webp", ".apng"):
        return animation.PillowWriter(fps=fps)  # type: ignore[arg-type]
    if kind == ".html":
        return animation.HTMLWriter(fps=fps, embed_frames=True)  # type: ignore[arg-type]
    if kind in (".mp4", ".webm", ".mkv") and animation.writers.is_available("ffmpeg"):
        return animation.FFMpegWriter(fps=fps)  # type: ignore[arg-type]
    raise ValueError(f"path: cannot write {path.name!r}: end it in .gif (or .mp4, with FFmpeg)")
