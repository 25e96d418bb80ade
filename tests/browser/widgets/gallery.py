"""Pages of many widgets without building the book, and the widgets that stand on them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from unittest.mock import patch

import numpy as np

import cnnlib as c
from cnnlib import nn
from cnnlib.data import Dataset, digits
from cnnlib.plots.style import stylesheet
from cnnlib.widgets import (
    DigitExplorer,
    NetworkView,
    NudgeView,
    SoftmaxView,
    TraceView,
    TrainingReplay,
    WaveView,
    snapshots,
)
from cnnlib.widgets.base import PageWidget
from cnnlib.widgets.page import files

EVERY_SIZE = ("stride", "padding", "dilation", "kernel size")
PLAIN = (
    "body { margin: 0; color: var(--cnn-ink); background: var(--cnn-page); font: 16px sans-serif }"
)
COLUMN = "main { max-width: 760px; margin: 20px auto; padding: 0 12px }"


def page(*widgets: PageWidget, theme: str = "light", still: bool = False) -> str:
    """Return a page with these widgets, as the book's extension would make it."""
    body = "".join(_html(widget, still) for widget in widgets)
    script, look = files(body)
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>gallery</title>'
        '<link rel="icon" href="data:,">'
        f"<style>{stylesheet()}{look}{PLAIN}{COLUMN}</style></head>"
        f"<body><main><h1>gallery</h1>{body}</main>"
        f"<script>{script}</script></body></html>"
    )


def _html(widget: PageWidget, still: bool) -> str:
    """Return a widget's HTML; the figure for pages without scripts takes time to draw."""
    if still:
        return widget.page_html()
    with patch.object(type(widget), "still", lambda self: ""):
        return widget.page_html()


def small_convolution(**options: object) -> TraceView:
    """Return the 3x3 input and 2x2 kernel of the chapters, with deltas in powers of ten."""
    trace = c.trace_conv2d(
        np.arange(1, 10).reshape(1, 3, 3, 1), np.arange(1, 5).reshape(2, 2, 1, 1)
    )
    options = {"delta": 10.0 ** np.arange(4).reshape(1, 2, 2, 1), "name": "small", **options}
    return TraceView(trace, **options)  # type: ignore[arg-type]


def channels(**options: object) -> TraceView:
    """Return a strided, padded convolution of two channels with three filters."""
    rng = np.random.default_rng(0)
    trace = c.trace_conv2d(
        rng.integers(-4, 5, (1, 5, 4, 2)),
        rng.integers(-2, 3, (3, 2, 2, 3)),
        [1, 2, 3],
        stride=2,
        padding=1,
    )
    options = {"name": "channels", "controls": EVERY_SIZE, **options}
    return TraceView(trace, **options)  # type: ignore[arg-type]


def pooling(**options: object) -> TraceView:
    """Return a max pooling with ties."""
    x = np.random.default_rng(0).integers(0, 4, (1, 4, 6, 1))
    options = {"name": "pooling", "controls": ("ties", "kernel size", "stride"), **options}
    return TraceView(c.trace_max_pool2d(x, 2), **options)  # type: ignore[arg-type]


def traces() -> list[TraceView]:
    """Return TraceViews of every operation, in every direction and view."""
    line = c.trace_conv1d(np.reshape([2, 0, -1, 3, 1], (1, 5, 1)), [[[1]], [[2]], [[3]]], flip=True)
    dense = c.trace_dense([[1, 2, 3]], [[1, -1], [2, 0.5], [0.25, 3]], [10, 20])
    signs = c.trace_relu(np.random.default_rng(1).integers(-4, 5, (1, 3, 4, 1)))
    return [
        small_convolution(step=1, controls=EVERY_SIZE),
        small_convolution(name="scatter", direction="dx-scatter", step=1),
        small_convolution(name="gather", direction="dx-gather", step=4),
        small_convolution(name="kernel", direction="dw", step=1),
        small_convolution(name="wires", view="network", step=2),
        small_convolution(name="band", view="matrix", direction="dx-gather", step=4),
        small_convolution(name="every", view="all", step=2),
        channels(step=1),
        pooling(step=1, direction="dx-scatter"),
        TraceView(line, 1, name="line"),
        TraceView(dense, 1, "all", name="dense", direction="db"),
        TraceView(signs, 5, name="signs"),
        TraceView(c.trace_flatten(np.arange(6).reshape(1, 2, 3, 1)), 2, "all", name="flat"),
        small_convolution(name="both", direction="dx-both", step=2, controls=("stride",)),
        TraceView(c.trace_avg_pool2d(np.arange(16).reshape(1, 4, 4, 1), 2), 2, name="average"),
    ]


def nudge() -> NudgeView:
    """Return a dense layer of which one weight can be nudged."""
    trace = c.trace_dense([[1, -2, 0.5]], [[1, -1], [2, 0.5], [0.25, 3]], [0.5, -1])
    return NudgeView(trace, target=[[1, 2]], operand="w", index=(1, 0))


def softmax(z: Iterable[float] = (2, 1, -1), y: Iterable[float] = (0, 1, 0)) -> SoftmaxView:
    """Return a SoftmaxView with its Jacobian unfolded."""
    return SoftmaxView(list(z), list(y), jacobian=True)


@functools.cache
def trained() -> tuple[nn.Network, nn.History]:
    """Return a network that has seen a few digits, and the record of it."""
    data, rng = digits(), np.random.default_rng(0)
    network = nn.digit_network(rng=rng)
    history = nn.train(
        network,
        Dataset(data.x_train[:200], data.y_train[:200], data.x_test[:60], data.y_test[:60]),
        nn.Adam(0.003),
        epochs=4,
        batch_size=50,
        rng=rng,
        progress=False,
        record=snapshots(data.x_test[:60], data.y_test[:60]),
    )
    return network, history


def explorer() -> DigitExplorer:
    """Return the DigitExplorer of that network with ten digits."""
    data = digits()
    return DigitExplorer(trained()[0], data.x_test[:10], data.y_test[:10].argmax(1))


def network() -> NetworkView:
    """Return the small network that opens the book."""
    return NetworkView(*nn.tiny_network(), classes=["— level", "| upright", "╱ slanted"])


def wave() -> WaveView:
    """Return a digit that the trained network reads, as a picture that moves."""
    data = digits()
    return WaveView(trained()[0], data.x_test[3:4], int(data.y_test[3].argmax()))


def replay() -> TrainingReplay:
    """Return the TrainingReplay of that training."""
    return TrainingReplay(trained()[1], epoch=2)


def others() -> list[PageWidget]:
    """Return one of each widget that is not a TraceView."""
    return [softmax(), nudge(), replay(), explorer(), network(), wave()]
