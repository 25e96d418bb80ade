"""DigitExplorer: a trained network in the page, every map and every delta of one digit."""

from __future__ import annotations

import base64
import copy
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import nn, plots
from cnnlib.nn.layer import Array
from cnnlib.trace.serialization import plain
from cnnlib.widgets.base import PageWidget
from cnnlib.widgets.layers import layer_rules, spelt

STEPS = 127  # whole numbers on each side of zero that a weight may become


class DigitExplorer(PageWidget):
    """Draw or choose a digit and follow it through a trained network, forwards and backwards.

    Parameters
    ----------
    network : Network
        Trained; of Conv2d, ReLU, MaxPool2d, AvgPool2d, Flatten and Dense layers.
    images : array_like of shape (N, H, W, 1)
        Digits to choose from, in sixteenths from 0 to 1; ten fit well.
    labels : sequence of int
        Their classes.
    start : int, default 0
        Which image to begin with.
    name : str, default "explorer"
        Short name on its page, for links such as ``#tv:explorer:layer=1;cell=9;way=forward``.
    title : str, optional
        Accessible name.

    Raises
    ------
    ValueError
        If images and labels differ in number, or a layer cannot be shown.

    Notes
    -----
    Used in the chapter ``one_digit``. A page has room for 60 kB, so the weights are rounded to 255
    levels per array. The attribute ``network`` is the rounded network: the page shows its numbers.
    """

    module: ClassVar[str] = "digit_explorer"
    renderer: ClassVar[str] = "renderDigitExplorer"
    sheets: ClassVar[tuple[str, ...]] = ("trace_view", "tables", "chart", "digit")
    page_state: ClassVar[tuple[str, ...]] = (
        "net",
        "image",
        "label",
        "layer",
        "cell",
        "way",
        "name",
        "title",
    )

    #: The network as rules and rounded weights, and the images to choose from.
    net = traitlets.Dict().tag(sync=True)
    #: Pixels of the digit shown, row by row.
    image: traitlets.List[float] = traitlets.List().tag(sync=True)
    #: Its class.
    label = traitlets.Int(0).tag(sync=True)
    #: Layer of the chosen cell: 0 is the image, l the result of layer l.
    layer = traitlets.Int(1).tag(sync=True)
    #: The chosen cell, as a flat number.
    cell = traitlets.Int(0).tag(sync=True)
    #: Whether the maps show activations or deltas.
    way = traitlets.Enum(("forward", "backward"), default_value="forward").tag(sync=True)
    #: Name in links.
    name = traitlets.Unicode().tag(sync=True)
    #: Accessible name.
    title = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        network: nn.Network,
        images: ArrayLike,
        labels: Sequence[int],
        *,
        start: int = 0,
        name: str = "explorer",
        title: str = "one digit through the network",
    ) -> None:
        """Round the weights and take the network apart into rules."""
        pixels = np.array(images, np.float64)
        if pixels.ndim != 4 or len(pixels) != len(labels) or not len(pixels):
            raise ValueError(
                f"images of shape {pixels.shape} and {len(labels)} labels must pair up"
            )
        self.network = rounded(network)
        steps = layer_rules(self.network, pixels[:1], _packed)
        choices: list[dict[str, Any]] = [
            {"name": f"{k}: a {label}", "levels": plain(np.round(x * 16)), "label": int(label)}
            for k, (x, label) in enumerate(zip(pixels, labels, strict=True))
        ]
        names = ["x, the image", *(step["name"] for step in steps)]
        chosen = choices[start]
        super().__init__(
            net={"steps": steps, "images": choices, "names": names},
            image=[level / 16 for level in chosen["levels"]],
            label=chosen["label"],
            name=name,
            title=title,
        )

    def still(self) -> str:
        """Return a figure of the digit."""
        shape = self.net["steps"][0]["input"]
        drawn = plots.plot_digits(np.reshape(self.image, shape), [self.label])
        return str(plots.show(drawn, alt=f"a handwritten {self.label}")._repr_html_())


def rounded(network: nn.Network) -> nn.Network:
    """Return a copy of a network with 255 levels per array of weights and biases of five decimals.

    Examples
    --------
    >>> network = nn.Network([nn.Dense(2, 1, rng=np.random.default_rng(0))])
    >>> len(np.unique(rounded(network).layers[0].params["w"] * 127)) <= 255
    True
    """
    copied = copy.deepcopy(network)
    for layer in copied.layers:
        for name, values in layer.params.items():
            step = _level(values)
            whole = np.round(values, 5) if name == "b" else np.round(values / step) * step
            layer.params[name] = whole
    return copied


def _level(weights: Array) -> float:
    """Return the distance between two levels."""
    return float(np.abs(weights).max(initial=0) / STEPS) or 1.0


def _packed(name: str, weights: Array) -> dict[str, Any]:
    """Pack an array: a bias as numbers, weights as one byte each."""
    if name == "b":
        return spelt(name, weights)
    scale = _level(weights)
    levels = np.round(weights / scale).astype(np.int8)
    text = base64.b64encode(levels.tobytes()).decode("ascii")
    return {"shape": list(weights.shape), "bytes": text, "scale": scale}
