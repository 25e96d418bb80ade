"""SoftmaxView: why the gradient of softmax with cross-entropy is p - y, by hand."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import ops, plots
from cnnlib.trace.serialization import plain
from cnnlib.widgets.base import PageWidget


class SoftmaxView(PageWidget):
    """Drag the logits of one example; see p, the loss, p - y and the full Jacobian.

    Parameters
    ----------
    z : array_like of shape (K,)
        Logits, of any size.
    y : array_like of shape (K,)
        Label, one-hot or soft; sums to 1.
    jacobian : bool, default False
        Whether the Jacobian is unfolded at first.
    title : str, optional
        Accessible name.

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.softmax_cross_entropy` does for this row.

    Notes
    -----
    Used in the chapter ``softmax``. The page computes as :func:`cnnlib.softmax` does, with the
    largest logit subtracted, so that logits of 1000 and -1000 are no trouble.

    Examples
    --------
    >>> SoftmaxView([2, 1, 0], [0, 1, 0]).z
    [2, 1, 0]
    """

    module: ClassVar[str] = "softmax_view"
    renderer: ClassVar[str] = "renderSoftmaxView"
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "tables")
    page_state: ClassVar[tuple[str, ...]] = ("z", "y", "start", "jacobian_open", "title")

    #: Logits.
    z: traitlets.List[float] = traitlets.List().tag(sync=True)
    #: Label.
    y: traitlets.List[float] = traitlets.List().tag(sync=True)
    #: What Reset returns to.
    start = traitlets.Dict().tag(sync=True)
    #: Whether the Jacobian is unfolded at first.
    jacobian_open = traitlets.Bool(False).tag(sync=True)
    #: Accessible name.
    title = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        z: ArrayLike,
        y: ArrayLike,
        *,
        jacobian: bool = False,
        title: str = "softmax and cross-entropy of one example",
    ) -> None:
        """Check logits and label with the operation itself."""
        ops.softmax_cross_entropy(np.asarray(z)[None], np.asarray(y)[None])
        start: dict[str, Any] = {"z": plain(np.asarray(z, float)), "y": plain(np.asarray(y, float))}
        super().__init__(**start, start=start, jacobian_open=jacobian, title=title)

    def still(self) -> str:
        """Return a figure of p - y for the current logits."""
        z, y = np.array([self.z], float), np.array([self.y], float)
        delta = ops.softmax_cross_entropy_backward(z, y)
        drawn = plots.plot_grid(np.round(delta, 4), role="delta", label="p − y")
        return str(plots.show(drawn, alt=f"p − y for the logits {self.z}")._repr_html_())
