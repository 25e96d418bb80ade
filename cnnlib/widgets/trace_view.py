"""TraceView: watch an operation work, forward and backward, one product at a time."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from cnnlib import plots
from cnnlib.trace import Trace
from cnnlib.trace.serialization import plain, to_dict
from cnnlib.widgets.base import PageWidget
from cnnlib.widgets.controls import make_controls

VIEWS = ("window", "network", "matrix", "all")
CAPTION = "Press ▶ or step through it; click any number to change it."


class TraceView(PageWidget):
    """Play a trace: the window slides, the arithmetic stands below, every number can be changed.

    Parameters
    ----------
    trace : Trace
        What to show; at most 10 000 terms.
    step : int, default 0
        Step to start at.
    view : {"window", "network", "matrix", "all"}, default "window"
        Which face to show: a window on grids, wires, a banded matrix, or all three.
    direction : str, default "forward"
        ``forward``, ``d<first operand>-scatter``, ``d<first operand>-gather`` or ``d<operand>``:
        for a convolution ``dx-scatter``, ``dx-gather``, ``dw``, ``db``. ``dx-both`` shows scatter
        and gather one above the other, on the same numbers.
    delta : array_like, shape of the result, optional
        Upstream gradient of the backward passes; by default a pattern of small numbers.
    name : str, optional
        Short name of the widget on its page, used in links to its states.
    title : str, optional
        Accessible name.
    controls : iterable of str, optional
        Any of ``stride``, ``padding``, ``dilation``, ``kernel size``, ``ties``. Where the window
        moves in two directions, a reader may set rows and columns apart.
    directions : iterable of str, optional
        The passes on offer; by default all but ``d<first operand>-both``, which is offered
        where it is named here or in ``direction``.
    editable : bool, default True
        Whether the reader may change numbers.
    caption : str, optional
        What a reader can do first, shown above the picture; by default how to play and change it.
    turn : bool, default False
        Whether a handle turns the kernel in a pass that gathers: at 0 degrees the page shows what
        an unrotated kernel gives, and which numbers are wrong.
    angle : int, default 180
        Angle of the kernel in such a pass, 0 to 180.

    Raises
    ------
    ValueError
        If a word is not known, ``angle`` is not from 0 to 180, ``delta`` has another shape than the
        result, or the trace is larger than a page can draw or has an empty result.

    Notes
    -----
    ``step``, ``view``, ``direction``, ``edits``, ``geometry`` and ``angle`` are traits that follow
    the reader.

    Examples
    --------
    >>> import numpy as np
    >>> from cnnlib import trace_conv2d
    >>> trace = trace_conv2d(np.arange(9).reshape(1, 3, 3, 1), np.ones((2, 2, 1, 1)))
    >>> TraceView(trace, step=2, direction="dx-gather").direction
    'dx-gather'
    """

    module: ClassVar[str] = "trace_view"
    renderer: ClassVar[str] = "renderTraceView"
    extras: ClassVar[tuple[str, ...]] = ("settings", "alignment", "turning")
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "stage")
    page_state: ClassVar[tuple[str, ...]] = (
        "state",
        "step",
        "view",
        "direction",
        "edits",
        "geometry",
        "angle",
    )

    #: Everything the author fixed: the trace, delta, controls, and the state Reset returns to.
    state = traitlets.Dict().tag(sync=True)
    #: Step shown, counted from 0.
    step = traitlets.Int(0).tag(sync=True)
    #: Face shown.
    view = traitlets.Enum(VIEWS, default_value="window").tag(sync=True)
    #: Pass shown.
    direction = traitlets.Unicode("forward").tag(sync=True)
    #: Values the reader changed: ``{"x": {"0,1,2,0": 5.0}}``.
    edits = traitlets.Dict().tag(sync=True)
    #: Settings the reader changed: ``{"stride": 2}``; ``{"stride": "2,1"}`` for rows, columns.
    geometry = traitlets.Dict().tag(sync=True)
    #: Angle of a kernel that a reader can turn, in degrees.
    angle = traitlets.Int(180, min=0, max=180).tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        step: int = 0,
        view: str = "window",
        *,
        direction: str = "forward",
        delta: ArrayLike | None = None,
        name: str = "",
        title: str = "",
        controls: Iterable[str] = (),
        directions: Iterable[str] | None = None,
        editable: bool = True,
        caption: str | None = None,
        turn: bool = False,
        angle: int = 180,
    ) -> None:
        """Check what the author asked for and fix the starting state."""
        every = [*passes(trace), f"d{next(iter(trace.operands))}-both"]
        offered = [*directions] if directions is not None else [*passes(trace)]
        _known(offered, every, "directions")
        _known([direction], every if directions is None else offered, "direction")
        offered += [direction] * (direction not in offered)
        _known([view], VIEWS, "view")
        if not 0 <= angle <= 180:
            raise ValueError(f"angle must be from 0 to 180 degrees, got {angle}")
        _drawable(trace)
        upstream = _delta(trace, delta)
        state = {
            "trace": to_dict(trace),
            "delta": plain(upstream),
            "name": name,
            "title": title or str(trace.op),
            "controls": make_controls(trace, controls),
            "directions": offered,
            "editable": editable,
            "caption": CAPTION if caption is None else caption,
            "turn": turn,
            "start": {"step": step, "view": view, "direction": direction, "angle": angle},
        }
        self.trace, self.delta = trace, upstream
        super().__init__(state=state, step=step, view=view, direction=direction, angle=angle)

    def needs(self) -> tuple[str, ...]:
        """Return the controls where there are any, and sliding windows where one slides."""
        wanted = {
            "settings": bool(self.state["controls"]),
            "alignment": _slides(self.trace),
            "turning": bool(self.state["turn"]),
        }
        return tuple(name for name in self.extras if wanted[name])

    def still(self) -> str:
        """Return a figure of the current step, drawn by matplotlib from the same trace."""
        shown, by = self._pass()
        steps = shown.operands[by].size if by else int(np.prod(shown.shape))
        step = min(max(0, self.step), steps - 1)  # as the page does
        figure = plots.show(plots.plot_trace(shown, step, by=by), alt=self.state["title"])
        return str(figure._repr_html_())

    def save(self, path: str | PathLike[str], *, seconds: float = 1.0) -> Path:
        """Write the pass that is shown as an animation, for slides.

        Parameters
        ----------
        path : path-like
            Where to write, such as ``"rot180.gif"``; ``.mp4`` needs FFmpeg.
        seconds : float, default 1.0
            How long each step is shown.

        Returns
        -------
        path : Path
            The file, written completely or not at all.

        Raises
        ------
        ValueError
            If no writer knows the ending of ``path``, or ``seconds`` is not above 0.

        Notes
        -----
        The numbers are those of the trace the widget was made of; what a reader changed in it is
        not in the file.
        """
        shown, by = self._pass()
        return plots.save_movie(shown, path, by=by, seconds=seconds)

    def _pass(self) -> tuple[Trace, str | None]:
        """Return the trace of the pass that is shown, and the operand it scatters by, if any."""
        if self.direction == "forward":
            return self.trace, None
        wrt, _, reading = self.direction[1:].partition("-")
        shown = self.trace.backward(self.delta, wrt)
        incoming = "delta2" if "delta2" in shown.operands else "delta"
        return shown, incoming if reading == "scatter" else None


def _slides(trace: Trace) -> bool:
    """Return whether an index of the first group is anything but one loop axis."""
    dims = [d for cells in trace.rule.groups[0].cells.values() for d in cells] if trace.rule else []
    return not all(dim.direct for dim in dims)


def passes(trace: Trace) -> list[str]:
    """Return the names of the passes a trace offers, the forward pass first."""
    first, *rest = trace.operands
    return ["forward", f"d{first}-scatter", f"d{first}-gather", *(f"d{name}" for name in rest)]


def _drawable(trace: Trace) -> None:
    """Refuse a trace that is too large, or leaves nothing to draw, before a page is built of it."""
    len(trace)
    if 0 in trace.shape:
        raise ValueError(f"trace: {trace.op} gives an empty result {trace.shape}: pass an image")


def _known(words: Iterable[str], choices: Iterable[str], name: str) -> None:
    for word in words:
        if word not in choices:
            raise ValueError(f"{name}={word!r} is not known: choose among {', '.join(choices)}")


def _delta(trace: Trace, delta: ArrayLike | None) -> NDArray[np.float64]:
    if delta is None:
        cells = np.arange(int(np.prod(trace.shape)))
        return np.asarray((7 * cells + 3) % 9 - 4, np.float64).reshape(trace.shape)
    upstream = np.array(delta, np.float64)
    if upstream.shape != trace.shape:
        raise ValueError(
            f"delta has shape {upstream.shape} but the result of {trace.op} has shape "
            f"{trace.shape}: pass one number per output cell"
        )
    return upstream
