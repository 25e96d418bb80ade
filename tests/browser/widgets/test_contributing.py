"""The recipes of CONTRIBUTING.md, drawn and played in Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from cnnlib.ops import activations
from cnnlib.ops._activation import ACTIVATIONS, Activation
from cnnlib.ops._forbidden import FORBIDDEN
from cnnlib.trace.elementwise import elementwise
from cnnlib.widgets import TraceView
from tests.browser.widgets.test_contract import edit, press, root
from tests.browser.widgets.test_toy_operations import check_result, play_to_the_end
from tests.contributing import block


@pytest.fixture
def silu() -> Iterator[Activation]:
    """The activation of CONTRIBUTING.md, for the length of a test."""
    answers = dict(FORBIDDEN)
    exec(block("An activation in one entry"), {**vars(activations)})
    try:
        yield ACTIVATIONS["silu"]
    finally:
        del ACTIVATIONS["silu"]
        FORBIDDEN.clear()
        FORBIDDEN.update(answers)


def test_the_activation_is_drawn_played_edited_and_read_backwards(show, silu) -> None:
    z = np.array([[-1.0, 0.5, 2.0]])
    view = TraceView(elementwise(silu, z), name="silu")
    widget = root(show(view))
    edit(widget, "z", "0,1", "-0.25")
    z[0, 1] = -0.25
    play_to_the_end(widget)
    check_result(widget, "window", "a", silu.value(z))
    press(widget, "dz, gather")
    play_to_the_end(widget)
    check_result(widget, "window", "dz", view.delta * silu.slope(z))


def test_the_widget_test_of_contributing_passes_as_printed(show) -> None:
    scope: dict[str, object] = {}
    exec(compile(block("A widget test"), "test_name.py", "exec"), scope)
    scope["test_upsample_is_edited_and_played"](show)  # type: ignore[operator]
