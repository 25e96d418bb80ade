"""NetworkView: one tiny complete network, every number of it, forward, backward and learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import nn, plots
from cnnlib.trace.serialization import plain
from cnnlib.widgets.base import PageWidget
from cnnlib.widgets.layers import layer_rules, spelt

LAYERS = (nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.Flatten, nn.Dense)
#: The array that each layer returns.
RESULTS = ("z1", "a1", "pool", "flat", "z2")
WIDEST = 6  # rows and columns of the picture, and classes: more would not fit a phone

#: The page that derives a number, by the name of its array.
PAGES = {
    "z1": ("convolution_2d.html", "how a kernel slides"),
    "a1": ("relu.html", "ReLU and its relatives"),
    "pool": ("pooling.html", "max pooling"),
    "flat": ("flatten.html", "flattening"),
    "z2": ("mlp_deltas.html", "a dense layer"),
    "p": ("softmax.html", "softmax"),
    "loss": ("softmax.html", "cross-entropy"),
    "delta2": ("softmax.html", "why it is p − y"),
    "dw2": ("mlp_deltas.html#mlp-weights", "what a weight receives"),
    "db2": ("mlp_deltas.html#mlp-weights", "what a bias receives"),
    "dflat": ("mlp_deltas.html#r38-fingers", "counting on fingers"),
    "dpool": ("flatten.html", "the way back through flatten"),
    "da1": ("pooling.html", "winners and losers"),
    "delta1": ("relu.html", "the gate of ReLU"),
    "dw1": ("kernel_gradient.html", "the kernel's gradient"),
    "db1": ("kernel_gradient.html", "the bias's gradient"),
    "dx": ("rot180_full_convolution.html", "why the kernel is rotated"),
}


class NetworkView(PageWidget):
    """See a whole network at once, run it forwards and backwards, and let it learn a step.

    Parameters
    ----------
    network : Network
        Conv2d (one channel, one filter), ReLU, MaxPool2d, Flatten, Dense, in this order.
    x : array_like of shape (1, H, W, 1)
        The picture, at most 6x6.
    y : array_like of shape (1, K)
        Its label, one-hot; at most six classes.
    rate : float, default 0.01
        How far a step of learning goes against the gradient.
    classes : sequence of str, optional
        What the classes are called.
    name : str, default "spine"
        Short name on its page, for links to its states.
    title : str, optional
        Accessible name.
    pages : mapping of str to (address, words), optional
        Where a reader finds the derivation of the numbers of an array.

    Raises
    ------
    ValueError
        If the network has other layers, picture or label do not fit it, or are too large.

    Notes
    -----
    Used in the chapter ``one_network``. ``values`` and ``at`` are traits that follow the reader.

    Examples
    --------
    >>> view = NetworkView(*nn.tiny_network())
    >>> view.values["b1"], view.values["y"]
    ([1], [0, 0, 1])
    """

    module: ClassVar[str] = "network_view"
    renderer: ClassVar[str] = "renderNetworkView"
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "chart", "spine")
    page_state: ClassVar[tuple[str, ...]] = ("net", "values", "at", "chosen", "losses", "title")

    #: Everything the author fixed: the layers as rules, the first numbers, names and addresses.
    net = traitlets.Dict().tag(sync=True)
    #: The numbers that a reader may change, flat, by array: x, w1, b1, w2, b2, y.
    values = traitlets.Dict().tag(sync=True)
    #: How far the wave has come: counted in steps from the picture to the loss and back; -1 is the
    #: end of the way forward.
    at = traitlets.Int(-1).tag(sync=True)
    #: The number that is explained, such as ``"z1:0,1,2,0"``.
    chosen = traitlets.Unicode().tag(sync=True)
    #: The loss before each step of learning, and the latest.
    losses: traitlets.List[float] = traitlets.List().tag(sync=True)
    #: Accessible name.
    title = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        network: nn.Network,
        x: ArrayLike,
        y: ArrayLike,
        *,
        rate: float = 0.01,
        classes: Sequence[str] = (),
        name: str = "spine",
        title: str = "one network, every number of it",
        pages: Mapping[str, tuple[str, str]] = PAGES,
    ) -> None:
        """Check the network and take it apart into rules."""
        picture, label = np.array(x, np.float64), np.array(y, np.float64)
        _fits(network, picture, label)
        self.network = network
        first, last = network.layers[0].params, network.layers[-1].params
        values = {"x": picture, "w1": first["w"], "b1": first["b"]}
        values |= {"w2": last["w"], "b2": last["b"], "y": label}
        steps = layer_rules(network, picture, _shape_only)
        start = {name: plain(array) for name, array in values.items()}
        net = {
            "steps": [{**step, "name": out} for step, out in zip(steps, RESULTS, strict=True)],
            "shapes": {name: list(array.shape) for name, array in values.items()},
            "start": start,
            "rate": float(rate),
            "classes": [*classes] or [str(k) for k in range(label.size)],
            "name": name,
            "pages": {name: list(page) for name, page in pages.items()},
        }
        super().__init__(net=net, values=start, title=title)

    def still(self) -> str:
        """Return a figure of the way forward."""
        x, w, z, _, pool, *_, logits = self.network_arrays()
        conv = plots.Grid(x, "x"), "⋆", plots.Grid(w, "w"), "→", plots.Grid(z, "z")
        drawn = plots.plot_row(*conv, "→", plots.Grid(pool, "a"), "→", plots.Grid(logits.T, "z"))
        return str(plots.show(drawn, alt=self.title)._repr_html_())

    def network_arrays(self) -> list[np.ndarray]:
        """Return picture, kernel and the result of every layer, as planes."""
        x = np.reshape(self.net["start"]["x"], self.net["shapes"]["x"])
        first, *rest = self.network.forward_all(x)
        kernel = self.network.layers[0].params["w"][:, :, 0, 0]
        return [first[0, :, :, 0], kernel, *(a[0, :, :, 0] if a.ndim == 4 else a for a in rest)]


def _shape_only(name: str, values: np.ndarray) -> dict[str, Any]:
    """Leave the numbers out: they are among the values that a reader may change."""
    return {**spelt(name, values), "data": []}


def _fits(network: nn.Network, x: np.ndarray, y: np.ndarray) -> None:
    """Refuse what the picture of the network has no place for."""
    kinds = tuple(type(layer) for layer in network.layers)
    if kinds != LAYERS:
        wanted, got = (", ".join(kind.__name__ for kind in row) for row in (LAYERS, kinds))
        raise ValueError(f"network has the layers {got or 'none'}: build it of {wanted}")
    if x.ndim != 4 or x.shape[0] != 1 or x.shape[3] != 1 or max(x.shape) > WIDEST:
        raise ValueError(f"x has shape {x.shape}: pass one picture (1, H, W, 1), at most 6x6")
    if network.layers[0].params["w"].shape[2:] != (1, 1):
        shape = network.layers[0].params["w"].shape
        raise ValueError(f"network's kernel has shape {shape}: use one channel and one filter")
    classes = network.layers[-1].params["b"].size
    if (
        y.shape != (1, classes)
        or classes > WIDEST
        or sorted(y.ravel()) != [0] * (classes - 1) + [1]
    ):
        raise ValueError(
            f"y has shape {y.shape}: pass a one-hot row of {classes} classes, at most 6"
        )
