"""TraceView: watch an operation work, forward and backward, one product at a time."""

from __future__ import annotations

from collections.abc import Iterable
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

    Raises
    ------
    ValueError
        If a word is not known, ``delta`` has another shape than the result, or the trace is
        larger than a page can draw or has an empty result.

    Notes
    -----
    ``step``, ``view``, ``direction``, ``edits`` and ``geometry`` are traits that follow the reader.

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
    extras: ClassVar[tuple[str, ...]] = ("settings", "alignment")
    sheets: ClassVar[tuple[str, ...]] = ("trace_view",)
    page_state: ClassVar[tuple[str, ...]] = (
        "state",
        "step",
        "view",
        "direction",
        "edits",
        "geometry",
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
    ) -> None:
        """Check what the author asked for and fix the starting state."""
        every = [*passes(trace), f"d{next(iter(trace.operands))}-both"]
        offered = [*directions] if directions is not None else [*passes(trace)]
        _known(offered, every, "directions")
        _known([direction], every if directions is None else offered, "direction")
        offered += [direction] * (direction not in offered)
        _known([view], VIEWS, "view")
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
            "start": {"step": step, "view": view, "direction": direction},
        }
        self.trace, self.delta = trace, upstream
        super().__init__(state=state, step=step, view=view, direction=direction)

    def needs(self) -> tuple[str, ...]:
        """Return the controls where there are any, and sliding windows where one slides."""
        wanted = {"settings": bool(self.state["controls"]), "alignment": _slides(self.trace)}
        return tuple(name for name in self.extras if wanted[name])

    def still(self) -> str:
        """Return a figure of the current step, drawn by matplotlib from the same trace."""
        shown, by = self.trace, None
        if self.direction != "forward":
            wrt, _, reading = self.direction[1:].partition("-")
            shown = self.trace.backward(self.delta, wrt)
            incoming = "delta2" if "delta2" in shown.operands else "delta"
            by = incoming if reading == "scatter" else None
        steps = shown.operands[by].size if by else int(np.prod(shown.shape))
        step = min(max(0, self.step), steps - 1)  # as the page does
        figure = plots.show(plots.plot_trace(shown, step, by=by), alt=self.state["title"])
        return str(figure._repr_html_())


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
