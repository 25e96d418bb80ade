"""Controls: rows and columns apart, padding by name, the place kept, and no page too large."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets import gallery
from tests.browser.widgets.expected import grow, same
from tests.browser.widgets.test_contract import press, root, sentence


def values(widget, operand):
    """Return what stands in the cells of an array, by index."""
    cells = widget.locator(f".cnn-window [data-operand={operand}]").all()
    return {n.get_attribute("data-index"): n.text_content() for n in cells}


def holds(widget, operand, array):
    """Whether the page shows exactly these numbers."""
    found = values(widget, operand)
    expected = {",".join(map(str, at)): array[at] for at in np.ndindex(array.shape)}
    return found.keys() == expected.keys() and all(same(found[k], v) for k, v in expected.items())


def to_the_end(widget):
    steps = widget.get_by_role("slider", name="Step")
    steps.fill(steps.get_attribute("max"))


@pytest.fixture
def lopsided(rng):
    x = rng.integers(-9, 10, (1, 6, 7, 1)).astype(float)
    w = rng.integers(-9, 10, (3, 2, 1, 1)).astype(float)
    return x, w, TraceView(c.trace_conv2d(x, w), name="s", controls=gallery.EVERY_SIZE)


def test_rows_and_columns_are_set_apart(show, lopsided):
    x, w, view = lopsided
    widget = root(show(view))
    press(widget, "rows")
    press(widget, "More stride")
    press(widget, "columns")
    for name in ("More padding", "More padding", "More dilation"):
        press(widget, name)
    to_the_end(widget)
    options = {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 2)}
    z = c.conv2d(x, w, **options)
    assert holds(widget, "z", z)
    outputs = widget.locator(".cnn-setting output").all_inner_texts()
    assert outputs == ["2 × 1", "0 × 2", "1 × 2", "3 × 2"]
    press(widget, "dx, gather")
    to_the_end(widget)
    delta = grow(view.delta, z.shape)
    assert holds(widget, "dx", c.conv2d_backward(delta, x, w, **options).dx)
    press(widget, "both")
    press(widget, "Less stride")  # from 2 x 1 to 1 x 1
    assert widget.locator(".cnn-setting output").first.inner_text() == "1"


@pytest.mark.parametrize("name", ["valid", "same", "full"])
def test_padding_has_names(show, lopsided, name):
    x, w, view = lopsided
    widget = root(show(view))
    press(widget, name)
    to_the_end(widget)
    assert holds(widget, "z", c.conv2d(x, w, padding=name))
    press(widget, "rows")
    press(widget, "Less kernel size")  # the words follow the kernel
    to_the_end(widget)
    assert holds(widget, "z", c.conv2d(x, w[:2], padding=name))


def test_another_window_keeps_the_place(show, lopsided):
    *_, view = lopsided
    widget = root(show(view))
    widget.get_by_role("slider", name="Step").fill("14")
    assert sentence(widget).startswith("z[2,2] = ")
    press(widget, "More padding")
    assert sentence(widget).startswith("z[2,2] = ")
    press(widget, "More stride")
    press(widget, "More stride")
    assert sentence(widget).startswith("z[1,2] = ")  # row 2 is gone
    press(widget, "Undo")
    press(widget, "dx, gather")
    widget.get_by_role("slider", name="Step").fill("30")
    before = sentence(widget).split(" = ")[0]
    press(widget, "Less stride")
    assert sentence(widget).split(" = ")[0] == before  # x has not changed


def test_a_grown_delta_has_numbers_of_its_own(show):
    widget = root(show(gallery.small_convolution(direction="dx-gather", controls=["padding"])))
    press(widget, "full")
    numbers = [int(text) for text in values(widget, "delta").values()]
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 100, 1000]
    assert numbers[:2] == [1, 10]
    assert numbers[4:6] == [100, 1000]


def test_too_many_terms_are_refused_in_words_and_nothing_breaks(show, rng):
    x, w = rng.integers(-9, 10, (1, 22, 22, 1)), rng.integers(-3, 4, (4, 4, 1, 1))
    widget = root(show(TraceView(c.trace_conv2d(x, w), controls=["kernel size", "padding"])))
    press(widget, "More kernel size")
    assert widget.locator(".cnn-warning").inner_text() == ""  # 18 * 18 * 25 = 8100
    press(widget, "full")
    said = widget.locator(".cnn-warning").inner_text()
    assert said.startswith("That would be 16900 terms, and a page draws at most 10000: make")
    press(widget, "Next step")
    press(widget, "valid")
    assert widget.locator(".cnn-warning").inner_text() == ""


def test_a_link_carries_both_axes(show, lopsided):
    x, w, view = lopsided
    widget = root(
        show(view, address="#tv:s:step=0;g.stride=2,3;g.padding=same;g.kernel%20size=1,2")
    )
    assert widget.locator(".cnn-warning").inner_text() == ""
    to_the_end(widget)
    padded = c.conv2d(x, w[:1], padding="same")  # the names fit a stride of 1, so skip by hand
    assert holds(widget, "z", padded[:, ::2, ::3])
