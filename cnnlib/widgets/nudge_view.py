"""NudgeView: a gradient is the answer of the loss to a nudge."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import plots
from cnnlib.trace import Trace
from cnnlib.trace.serialization import plain, to_dict
from cnnlib.widgets.base import PageWidget


class NudgeView(PageWidget):
    """Nudge one input or weight of a trace and watch ``loss = ½ Σ (result - target)²``.

    Parameters
    ----------
    trace : Trace
        The operation; its operands are the numbers that can be nudged.
    target : array_like, shape of the result
        Where the result should be.
    operand : str, optional
        Operand of the number chosen at first; by default the last one.
    index : tuple of int, optional
        Its index; by default the first cell.
    title : str, optional
        Accessible name.

    Raises
    ------
    ValueError
        If ``target`` has another shape than the result, or the cell does not exist.

    Notes
    -----
    Used in the chapter ``mlp_deltas``. The curve is drawn by evaluating the trace with the number
    changed; the slope comes from its backward pass, the measured one from a central difference.

    Examples
    --------
    >>> from cnnlib import trace_dense
    >>> NudgeView(trace_dense([[1, 2]], [[3], [4]]), target=[[10]], operand="w").cell
    {'operand': 'w', 'index': [0, 0]}
    """

    module: ClassVar[str] = "nudge_view"
    renderer: ClassVar[str] = "renderNudgeView"
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "chart")
    extras: ClassVar[tuple[str, ...]] = ("settings",)
    page_state: ClassVar[tuple[str, ...]] = ("state", "cell", "nudge")

    #: What the author fixed.
    state = traitlets.Dict().tag(sync=True)
    #: The number chosen: ``{"operand": "w", "index": [0, 0]}``.
    cell = traitlets.Dict().tag(sync=True)
    #: How far it is nudged.
    nudge = traitlets.Float(0.0).tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        target: ArrayLike,
        *,
        operand: str = "",
        index: tuple[int, ...] = (),
        title: str = "nudge a number, watch the loss",
    ) -> None:
        """Check target and cell and fix the starting state."""
        goal = np.array(target, np.float64)
        if goal.shape != trace.shape:
            raise ValueError(
                f"target has shape {goal.shape} but the result of {trace.op} has shape "
                f"{trace.shape}: pass one number per output cell"
            )
        operand = operand or list(trace.operands)[-1]
        if operand not in trace.operands:
            raise ValueError(f"operand={operand!r}: choose among {', '.join(trace.operands)}")
        place = tuple(index) or (0,) * trace.operands[operand].ndim
        trace.at(*place, of=operand)  # refuses a cell that does not exist
        state = {
            "trace": to_dict(trace),
            "delta": plain(np.zeros(trace.shape)),
            "target": plain(goal),
            "title": title,
        }
        self.trace = trace
        super().__init__(state=state, cell={"operand": operand, "index": list(place)})

    def still(self) -> str:
        """Return a figure of the trace with the chosen number at its starting value."""
        drawn = plots.plot_trace(self.trace, 0)
        return str(plots.show(drawn, alt=self.state["title"])._repr_html_())
