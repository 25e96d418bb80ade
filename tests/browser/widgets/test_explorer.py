"""The digit explorer as a place: wave, gradient over the digit, descent, address, undo."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib as c
from tests.browser.widgets import gallery
from tests.browser.widgets.test_other_widgets import agree, read

QUIET = {"reduced_motion": "reduce"}
PIXELS = "root => [...root.querySelectorAll('.cnn-pixel')].map(n => n.ariaLabel)"
HASH = """canvas => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width,
  canvas.height); return data.reduce((a, b, k) => (a * 31 + b * (k % 7)) % 1e9, 0); }"""


def opened(show, **options):
    return show(gallery.explorer(), **options).page.locator("[data-widget=digit-explorer]")


def press(widget, name):
    widget.get_by_role("button", name=name, exact=True).click()


def test_the_cells_of_the_maps_are_large_enough(show):
    """A map of eight by eight is at least 96 pixels wide: twelve for each cell."""
    widget = opened(show, **QUIET)
    first = widget.locator(".cnn-column-canvas").first
    box = first.bounding_box()
    assert box["width"] >= 4 * 96
    assert box["height"] >= 4 * 96
    assert widget.locator(".cnn-zoom-cell").count() == 64


def test_the_way_back_is_a_wave_that_can_be_scrubbed(show):
    widget = opened(show, **QUIET)
    columns = widget.locator(".cnn-column-canvas")
    there = [column.evaluate(HASH) for column in columns.all()]
    veil = widget.locator(".cnn-veil").evaluate(HASH)
    wave = widget.get_by_label("Wave", exact=True)
    wave.fill("45")
    half = [column.evaluate(HASH) for column in columns.all()]
    assert half[0] == there[0]
    assert half[-1] != there[-1]
    wave.fill("100")
    back = [column.evaluate(HASH) for column in columns.all()]
    assert all(one != other for one, other in zip(there, back, strict=True))
    assert widget.locator(".cnn-veil").evaluate(HASH) != veil
    wave.fill("0")
    assert [column.evaluate(HASH) for column in columns.all()] == there


def test_the_gradient_lies_over_the_digit_at_its_size(show):
    widget = opened(show, **QUIET)
    veil, paper = (widget.locator(kind).bounding_box() for kind in (".cnn-veil", ".cnn-paper"))
    for key in ("x", "y", "width", "height"):
        assert veil[key] == pytest.approx(paper[key], abs=1)


def test_pixels_descend_until_the_network_reads_the_label(show):
    view = gallery.explorer()
    widget = show(view, **QUIET).page.locator("[data-widget=digit-explorer]")
    images = view.net["images"]
    five = next(k for k, image in enumerate(images) if image["label"] == 5)
    widget.get_by_label("Digit", exact=True).select_option(str(five))
    widget.get_by_label("Label", exact=True).select_option("3")
    before = widget.evaluate(PIXELS)
    press(widget, "Descend")
    p = [float(s.replace("e−", "e-")) for s in read(widget, "p")]
    assert int(np.argmax(p)) == 3
    assert "after" in widget.locator(".cnn-small-curve").get_attribute("aria-label")
    after = widget.evaluate(PIXELS)
    assert after != before
    pixels = [float(s.rsplit(": ", 1)[1]) for s in after]
    assert all(0 <= v <= 1 for v in pixels)
    widget.page.keyboard.press("Control+z")
    assert widget.evaluate(PIXELS) == before


def test_a_drawing_stands_in_the_address(show):
    view = gallery.explorer()
    seen = show(view, **QUIET)
    widget = seen.page.locator("[data-widget=digit-explorer]")
    press(widget, "Clear")
    for row in range(1, 7):
        widget.locator(f"[data-operand=x][data-index='0,{row},4,0']").click()
    widget.locator("[data-operand=x][data-index='0,0,0,0']").focus()
    widget.page.keyboard.press("Space")
    seen.page.wait_for_function("location.hash.includes('image=3c')")
    again = show(view, address=seen.page.evaluate("location.hash"), **QUIET)
    other = again.page.locator("[data-widget=digit-explorer]")
    assert other.evaluate(PIXELS) == widget.evaluate(PIXELS)
    x = np.zeros((1, 8, 8, 1))
    x[0, 1:7, 4], x[0, 0, 0] = 1, 0.25
    agree(read(other, "p"), c.softmax(view.network.forward(x)))


def test_an_address_of_nonsense_does_no_harm(show):
    odd = "#tv:explorer:layer=x;cell=1e9;label=77;image=zz;way=up"
    widget = opened(show, address=odd, **QUIET)
    assert widget.locator(".cnn-pixel").count() == 64


def test_many_pixels_of_one_stroke_are_drawn_once_a_frame(show):
    widget = opened(show, **QUIET)
    press(widget, "Clear")
    frames = widget.evaluate(
        """async (root) => {
          const pixels = [...root.querySelectorAll(".cnn-pixel")];
          const loss = root.querySelector("[data-operand=loss]");
          let written = 0;
          const watch = new MutationObserver(() => { written += 1; });
          watch.observe(loss, { childList: true, characterData: true, subtree: true });
          const send = (type, node) => {
            const { x, y } = node.getBoundingClientRect();
            node.dispatchEvent(new PointerEvent(type, { bubbles: true, buttons: 1, clientX: x + 5,
              clientY: y + 5, pointerType: "mouse" }));
          };
          send("pointerdown", pixels[9]);
          for (let k = 10; k < 15; k++) send("pointermove", pixels[k]);
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return written;
        }"""
    )
    assert frames <= 2  # the first pixel at once, the other five together
    assert sum(": 1" in label for label in widget.evaluate(PIXELS)) == 6


@pytest.mark.parametrize("width", [390, 1100])
def test_the_classes_stay_in_sight_beside_the_maps(show, width):
    widget = opened(show, viewport=(width, 844), **QUIET)
    strip = widget.locator(".cnn-strip")
    strip.evaluate("n => { n.scrollLeft = n.scrollWidth }")
    side = widget.locator(".cnn-side").bounding_box()
    assert side["x"] >= 0
    assert side["x"] + side["width"] <= width
    assert widget.page.evaluate("document.documentElement.scrollWidth") <= width
