"""WaveView: one image through a trained network as a picture that moves, there and back."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from cnnlib import nn, ops, plots
from cnnlib.nn.layer import Array
from cnnlib.trace.serialization import plain
from cnnlib.widgets.base import PageWidget


class WaveView(PageWidget):
    """Let a wave run through a network: activations to the right, then deltas to the left.

    Parameters
    ----------
    network : Network
        Trained.
    x : array_like of shape (1, H, W, 1)
        The image.
    label : int
        Its class.
    title : str, optional
        Accessible name.

    Raises
    ------
    ValueError
        If `x` is not one image, or `label` no class of the network.

    Notes
    -----
    Used on the page ``intro``. What is drawn: the image, the result of every layer that is followed
    by another kind (convolutions after their ReLU), and the probabilities; on the way back the
    gradient of the loss for the same cells. Shades have 255 levels; the probabilities are exact.

    Examples
    --------
    >>> network = nn.digit_network(rng=np.random.default_rng(0))
    >>> view = WaveView(network, np.ones((1, 8, 8, 1)), 3)
    >>> [layer["shape"] for layer in view.picture["layers"]]
    [[8, 8, 1], [8, 8, 16], [8, 8, 32], [4, 4, 32], [1, 1, 64]]
    """

    module: ClassVar[str] = "wave_view"
    renderer: ClassVar[str] = "renderWaveView"
    sheets: ClassVar[tuple[str, ...]] = ("wave",)
    page_state: ClassVar[tuple[str, ...]] = ("picture", "title")

    #: Layers as shades there and back, probabilities, label and loss.
    picture = traitlets.Dict().tag(sync=True)
    #: Accessible name.
    title = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        network: nn.Network,
        x: ArrayLike,
        label: int,
        *,
        title: str = "one digit runs through a network, and its error runs back",
    ) -> None:
        """Run the network there and back."""
        image = np.array(x, np.float64)
        if image.ndim != 4 or image.shape[0] != 1 or image.shape[3] != 1:
            raise ValueError(f"x has shape {image.shape}: pass one image (1, H, W, 1)")
        there = network.forward_all(image)
        classes = there[-1].shape[1]
        if not 0 <= label < classes:
            raise ValueError(f"label={label} is no class: choose one from 0 to {classes - 1}")
        y = np.eye(classes)[[label]]
        back = network.backward_all(ops.softmax_cross_entropy_backward(there[-1], y))
        self.image = image
        picture: dict[str, Any] = {
            "layers": [_shades(there[k], back[k]) for k in _shown(network)],
            "p": plain(ops.softmax(there[-1])),
            "label": int(label),
            "loss": float(ops.softmax_cross_entropy(there[-1], y)),
        }
        super().__init__(picture=picture, title=title)

    def still(self) -> str:
        """Return a figure of the image."""
        drawn = plots.plot_digits(self.image, [self.picture["label"]])
        return str(plots.show(drawn, alt=self.title)._repr_html_())


def _shown(network: nn.Network) -> list[int]:
    """Return which arrays of ``forward_all`` are drawn: no sum that an activation follows."""
    kinds = [type(layer).__name__ for layer in network.layers]
    follows = [*kinds[1:], "softmax"]
    hidden = ("Flatten", "Dense", "Conv2d")
    drawn = [k + 1 for k, kind in enumerate(kinds) if kind not in hidden or follows[k] == "Conv2d"]
    return [0, *(k for k in drawn if k < len(kinds))]


def _shades(there: Array, back: Array) -> dict[str, Any]:
    """Return an array and its gradient as bytes, scaled to the largest of each."""
    shape = [*there.shape[1:]] if there.ndim == 4 else [1, 1, there.shape[1]]
    return {"shape": shape, "there": _bytes(there), "back": _bytes(back)}


def _bytes(values: Array) -> str:
    most = float(np.abs(values).max(initial=0)) or 1.0
    levels = np.round(values / most * 127).astype(np.int8)
    return base64.b64encode(levels.tobytes()).decode("ascii")
