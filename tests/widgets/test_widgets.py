"""The Python side of the widgets: what they accept, what they offer a page, what they follow."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from traitlets import TraitError

import cnnlib as c
from cnnlib import nn
from cnnlib.data import Dataset
from cnnlib.trace import Trace
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
from cnnlib.widgets.trace_view import passes

X, W, B = np.arange(12.0).reshape(1, 3, 4, 1), np.ones((2, 3, 1, 1)), np.array([0.5])


def conv() -> Trace:
    return c.trace_conv2d(X, W, B)


def pool() -> Trace:
    return c.trace_max_pool2d(X, (3, 2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "cube"}, r"view='cube' is not known: choose among window, network, matrix, all"),
        ({"direction": "dx"}, r"direction='dx' is not known: choose among forward, dx-scatter"),
        ({"direction": "dx"}, r"dx-gather, dw, db, dx-both$"),
        ({"direction": "dw", "directions": ["forward"]}, r"choose among forward$"),
        ({"directions": ["back"]}, r"directions='back' is not known"),
        ({"delta": np.ones((1, 2))}, r"delta has shape \(1, 2\) but the result of conv2d has"),
        ({"controls": ["speed"]}, r"controls: 'speed' is not known: choose among stride"),
        ({"controls": ["ties"]}, r"controls: conv2d has no ties to set: leave 'ties' out"),
    ],
)
def test_a_trace_view_refuses_with_the_word_and_the_remedy(options, message):
    with pytest.raises(ValueError, match=message):
        TraceView(conv(), **options)


def test_a_page_needs_only_what_its_traces_can_do():
    """Controls where there are any, sliding windows where a window slides."""
    assert TraceView(conv(), controls=["stride"]).needs() == ("settings", "alignment")
    assert TraceView(pool()).needs() == ("alignment",)
    assert TraceView(conv().backward(np.ones((1, 2, 2, 1)), "x")).needs() == ()
    assert TraceView(c.trace_dense(np.ones((1, 2)), np.ones((2, 2)))).needs() == ()
    assert NudgeView(conv(), np.zeros((1, 2, 2, 1))).needs() == ()


def test_a_trace_view_refuses_what_it_could_not_draw():
    with pytest.raises(ValueError, match=r"10.?000"):
        TraceView(c.trace_conv2d(np.ones((1, 60, 60, 1)), np.ones((3, 3, 1, 1))))
    with pytest.raises(ValueError, match="empty result"):
        TraceView(c.trace_relu(np.ones((0, 3))))
    with pytest.raises(ValueError, match="dilation to set"):
        TraceView(c.trace_dense(np.ones((1, 2)), np.ones((2, 2))), controls=["dilation"])


def test_traits_refuse_what_no_page_could_show():
    view = TraceView(conv())
    with pytest.raises(TraitError):
        view.view = "cube"
    with pytest.raises(TraitError):
        view.step = "three"


def test_what_a_reader_changes_is_a_synchronised_trait():
    synced = set(TraceView(conv()).keys)
    assert {"step", "view", "direction", "edits", "geometry"} <= synced


def test_passes_name_the_first_gradient_twice():
    assert passes(conv()) == ["forward", "dx-scatter", "dx-gather", "dw", "db"]
    assert passes(pool()) == ["forward", "dx-scatter", "dx-gather"]


@pytest.mark.parametrize(
    ("trace", "name", "value", "places"),
    [
        (conv, "stride", [1, 1], 2),
        (conv, "padding", [0, 0], 2),
        (conv, "dilation", [1, 1], 2),
        (conv, "kernel size", [2, 3], 2),
        (pool, "kernel size", [3, 2], 2),
        (pool, "stride", [3, 2], 2),
        (pool, "ties", ["first"], 1),
    ],
)
def test_a_control_starts_at_the_trace_s_own_value_and_knows_its_places(trace, name, value, places):
    (control,) = TraceView(trace(), controls=[name]).state["controls"]
    assert control["value"] == value
    assert len(control["set"]) == places


def every() -> list:
    rng = np.random.default_rng(0)
    network = nn.Network([nn.Conv2d(1, 2, 3, rng=rng), nn.ReLU(), nn.Flatten()])
    network.layers.append(nn.Dense(72, 10, rng=rng))
    images = rng.integers(0, 17, (3, 8, 8, 1)) / 16
    views = [TraceView(conv(), 1, direction=direction) for direction in passes(conv())]
    pools = [TraceView(pool(), direction=direction) for direction in passes(pool())]
    return [
        *(*views, *pools),
        TraceView(conv(), 4, direction="dx-both"),
        TraceView(conv().backward(np.ones((1, 2, 2, 1)), "x"), direction="ddelta-scatter"),
        SoftmaxView([1000, -1000, 0], [0, 0, 1]),
        NudgeView(conv(), np.zeros((1, 2, 2, 1))),
        DigitExplorer(network, images, [1, 2, 3], start=1),
        replay(),
        NetworkView(*nn.tiny_network()),
        WaveView(network, images[:1], 4),
    ]


def tiny(**changed: np.ndarray) -> NetworkView:
    return NetworkView(**{**nn.tiny_network()._asdict(), **changed})


def replay() -> TrainingReplay:
    rng = np.random.default_rng(0)
    x, y = rng.random((6, 8, 8, 1)), np.eye(10)[:6]
    network = nn.Network([nn.Conv2d(1, 2, 3, rng=rng), nn.Flatten(), nn.Dense(72, 10, rng=rng)])
    history = nn.train(
        network,
        Dataset(x, y, x, y),
        nn.SGD(0.1),
        epochs=2,
        batch_size=3,
        rng=rng,
        record=snapshots(x, y),
        progress=False,
    )
    return TrainingReplay(history)


@pytest.mark.parametrize("number", range(16))
def test_a_page_gets_state_and_a_figure_and_jupyter_gets_the_live_view(number):
    widget = every()[number]
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    html = data["text/html"]
    place, state, still = re.fullmatch(
        r'<div class="cnn-host" data-module="(\w+)" data-needs="[\w ]*">'
        r'<script type="application/json">(.*)</script>'
        r"<noscript>(.*)</noscript></div>",
        html,
        re.DOTALL,
    ).groups()
    assert place == widget.module
    assert json.loads(state).keys() == set(widget.page_state)
    assert "<svg" in still
    assert 'role="img"' in still or "<title" in still or "aria-label" in still


def test_a_title_cannot_break_out_of_the_page():
    html = TraceView(conv(), title="</script><script>alert(1)</script>").page_html()
    state = html.split("<noscript>")[0]
    assert state.count("</script>") == 1
    assert "\\u003c/script>" in state


def test_the_pixels_of_a_digit_explorer_are_those_of_the_image_it_starts_with():
    explorer = next(w for w in every() if isinstance(w, DigitExplorer))
    assert explorer.label == 2
    assert explorer.image == [level / 16 for level in explorer.net["images"][1]["levels"]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SoftmaxView([1, 2], [1, 1]), "sum"),
        (lambda: SoftmaxView([1, np.nan], [1, 0]), "NaN|nan"),
        (lambda: NudgeView(conv(), [1, 2]), r"target has shape \(2,\)"),
        (lambda: NudgeView(conv(), np.ones((1, 2, 2, 1)), operand="k"), "choose among x, w, b"),
        (lambda: NudgeView(conv(), np.ones((1, 2, 2, 1)), operand="b", index=(7,)), "7"),
        (lambda: TrainingReplay(nn.History()), "record=snapshots"),
        (lambda: TrainingReplay(replay().history, epoch=9), "epoch must be from 0 to 2, got 9"),
        (lambda: NetworkView(nn.Network([]), [], []), "has the layers none: build it of Conv2d"),
        (lambda: tiny(x=np.ones((1, 7, 5, 1))), r"x has shape \(1, 7, 5, 1\): pass one picture"),
        (lambda: tiny(y=np.full((1, 3), 1 / 3)), r"pass a one-hot row of 3 classes"),
        (lambda: tiny(y=np.eye(4)[:1]), r"y has shape \(1, 4\)"),
        (lambda: WaveView(nn.Network([]), np.ones((8, 8)), 0), r"x has shape \(8, 8\): pass one"),
        (
            lambda: WaveView(nn.Network([nn.Flatten()]), np.ones((1, 1, 2, 1)), 2),
            "choose one from 0",
        ),
        (lambda: DigitExplorer(nn.Network([]), np.ones((2, 8, 8, 1)), [1]), "must pair up"),
    ],
)
def test_the_other_widgets_refuse_bad_input(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
