"""What tests, keyboards and screen readers may count on, and every control of every TraceView."""

from __future__ import annotations

import re

import numpy as np
import pytest

import cnnlib as c
from cnnlib.widgets import TraceView
from tests.browser.widgets import gallery


def root(seen, number=0):
    return seen.page.locator("[data-widget=trace-view]").nth(number)


def cell(widget, operand, index, face="window"):
    return widget.locator(
        f".cnn-{face} [role=gridcell][data-operand={operand}][data-index='{index}']"
    )


def press(widget, name):
    button = widget.get_by_role("button", name=name, exact=True)
    if not button.count():
        widget.locator("summary", has_text="More").click()  # what is not needed at first
    button.click()


def sentence(widget):
    return widget.locator(".cnn-sentence").inner_text()


def test_the_contract(show, origin):
    widget = root(show(gallery.channels()))
    for name in ("Play", "Next step", "Previous step", "Undo", "Reset", "Link"):
        button = widget.get_by_role("button", name=name, exact=True)
        assert button.evaluate("b => b.tagName") == "BUTTON"
    steps = widget.get_by_role("slider", name="Step")
    assert (steps.get_attribute("min"), steps.get_attribute("max")) == ("0", "26")
    for operand, shape in (("x", (1, 5, 4, 2)), ("w", (3, 2, 2, 3)), ("z", (1, 3, 3, 3))):
        cells = widget.locator(f"[role=gridcell][data-operand={operand}]")
        indices = cells.evaluate_all("nodes => nodes.map((n) => n.dataset.index)")
        assert sorted(indices) == sorted(",".join(map(str, at)) for at in np.ndindex(shape))


def test_play_moves_the_window_and_pause_stops_it(show, origin):
    widget = root(show(gallery.small_convolution()))
    widget.get_by_label("Speed").select_option(label="fast")
    lit = "[...document.querySelectorAll('.cnn-on[data-operand=x]')].map((n) => n.dataset.index)"
    before = widget.page.evaluate(lit)
    press(widget, "Play")
    widget.page.wait_for_function("document.querySelector('[data-step]').dataset.step === '3'")
    assert widget.page.evaluate(lit) != before
    assert cell(widget, "z", "0,1,1,0").inner_text() == "77"
    widget.get_by_role("button", name="Play", exact=True).wait_for()  # it stops at the end
    press(widget, "Play")  # and begins again
    press(widget, "Pause")
    here = widget.get_attribute("data-step")
    widget.page.wait_for_timeout(600)
    assert widget.get_attribute("data-step") == here


def test_steps_go_both_ways_round_and_can_be_scrubbed(show):
    widget = root(show(gallery.small_convolution()))
    press(widget, "Previous step")
    assert sentence(widget) == "z[1,1] = 5·1 + 6·2 + 8·3 + 9·4 = 77"
    press(widget, "Next step")
    assert sentence(widget) == "z[0,0] = 1·1 + 2·2 + 4·3 + 5·4 = 37"
    widget.get_by_role("slider", name="Step").fill("2")
    assert sentence(widget) == "z[1,0] = 4·1 + 5·2 + 7·3 + 8·4 = 67"
    assert widget.locator(".cnn-live").inner_text() == sentence(widget)


@pytest.mark.parametrize("number", range(len(gallery.traces())))
def test_every_control_can_be_pressed_in_every_state(show, number):
    """Press every button, choice and list twice over, and end where the author began."""
    view = gallery.traces()[number]
    widget = root(show(view))
    begin = widget.locator(".cnn-stage").inner_text()
    pressed = widget.evaluate(
        """async (root) => {
          const frame = () => new Promise(requestAnimationFrame);
          let pressed = 0;
          for (let round = 0; round < 2; round++) {
            for (const b of [...root.querySelectorAll("button")]) {
              if (b.disabled || !b.isConnected || b.textContent === "Link") continue;
              b.click();
              pressed++;
              await frame();
            }
            for (const list of root.querySelectorAll("select")) for (const o of list.options) {
              list.value = o.value;
              list.dispatchEvent(new Event("change", { bubbles: true }));
            }
          }
          return pressed;
        }"""
    )
    assert pressed >= 2 * 12
    press(widget, "Reset")
    assert widget.locator(".cnn-stage").inner_text() == begin


def test_switching_faces_keeps_the_step(show):
    widget = root(show(gallery.small_convolution(step=2)))
    words = sentence(widget)
    for face in ("Network", "Matrix", "All", "Window"):
        press(widget, face)
        assert sentence(widget) == words
        pressed = widget.get_by_role("group", name="View").locator("[aria-pressed=true]")
        assert pressed.all_inner_texts() == [face]


def test_pointing_at_a_cell_lights_it_in_every_face_with_all_it_is_wired_to(show):
    widget = root(show(gallery.small_convolution(view="all")))
    for face in (".cnn-window", ".cnn-network", ".cnn-matrix"):
        place = widget.locator(f"{face} [data-operand=x][data-index='0,1,1,0']")
        place.hover(force=True)
        hot = "n => n.querySelectorAll('.cnn-hot[data-operand=x][data-index=\"0,1,1,0\"]').length"
        assert widget.evaluate(hot) == 3
        kin = widget.locator(".cnn-window .cnn-kin[data-operand=z]")
        assert kin.count() == 4  # the middle pixel is heard by all four
    widget.page.mouse.move(0, 0)
    assert widget.locator(".cnn-hot, .cnn-kin").count() == 0


def test_a_weight_is_lit_at_every_place_it_is_shared(show):
    widget = root(show(gallery.small_convolution(view="all")))
    cell(widget, "w", "1,0,0,0").hover()
    assert widget.locator(".cnn-matrix td.cnn-hot").count() == 4
    assert widget.locator(".cnn-network .cnn-wire.cnn-hot:not(.cnn-on)").count() == 4


def test_edits_can_be_undone_one_by_one_and_reset(show):
    widget = root(show(gallery.small_convolution(controls=gallery.EVERY_SIZE)))
    start = sentence(widget)
    edit(widget, "x", "0,0,0,0", "-2.5")
    assert sentence(widget) == "z[0,0] = (−2.5)·1 + 2·2 + 4·3 + 5·4 = 33.5"
    edit(widget, "w", "1,1,0,0", "0")
    press(widget, "More stride")
    press(widget, "dx, gather")
    press(widget, "Undo")
    assert widget.locator(".cnn-setting output").first.inner_text() == "1"
    press(widget, "Undo")
    press(widget, "Forward")
    assert sentence(widget) == "z[0,0] = (−2.5)·1 + 2·2 + 4·3 + 5·4 = 33.5"
    press(widget, "Undo")
    assert sentence(widget) == start
    assert widget.get_by_role("button", name="Undo").is_disabled()
    edit(widget, "x", "0,0,0,0", "8")
    press(widget, "Matrix")
    press(widget, "Reset")
    assert sentence(widget) == start
    press(widget, "Undo")  # even Reset can be taken back
    assert sentence(widget).startswith("z[0,0] = 8·1")
    assert widget.locator(".cnn-matrix").count() == 1


def edit(widget, operand, index, typed):
    cell(widget, operand, index).click()
    widget.get_by_label("Value of").fill(typed)
    widget.get_by_label("Value of").press("Enter")


def test_what_is_no_number_is_refused_in_words(show):
    widget = root(show(gallery.small_convolution()))
    before = sentence(widget)
    edit(widget, "x", "0,0,0,0", "seven")
    assert sentence(widget) == before
    assert "“seven” is not a number" in widget.locator(".cnn-editor").inner_text()


def test_a_window_that_does_not_fit_is_said_and_leaves_the_page_alive(show):
    widget = root(show(gallery.small_convolution(controls=gallery.EVERY_SIZE)))
    for _ in range(3):
        press(widget, "More kernel size")
    assert "does not fit" in widget.locator(".cnn-warning").inner_text()
    press(widget, "dx, gather")
    press(widget, "More padding")
    press(widget, "More padding")
    assert widget.locator(".cnn-warning").inner_text() == ""
    assert re.match(r"dx\[0,0\] = .+ = ", sentence(widget))


@pytest.mark.parametrize("ties", ["first", "split", "all"])
def test_the_tie_policy_says_how_much_gradient_is_routed(show, ties):
    x = np.array([[2, 2, 1, 0], [2, 1, 0, 0]], float).reshape(1, 2, 4, 1)
    view = TraceView(
        c.trace_max_pool2d(x, 2), delta=[[[[6], [3]]]], direction="dx-gather", controls=["ties"]
    )
    widget = root(show(view))
    press(widget, ties)
    routed = {"first": "9", "split": "9", "all": "21"}[ties]
    said = widget.locator(".cnn-totals").inner_text()
    assert said == f"sum of delta = 9, sum of dx = {routed}"


def test_a_view_the_author_closed_cannot_be_edited(show):
    widget = root(show(gallery.small_convolution(editable=False)))
    cell(widget, "x", "0,0,0,0").click()
    widget.page.keyboard.press("PageUp")
    assert cell(widget, "x", "0,0,0,0").inner_text() == "1"
    assert (
        widget.get_by_label("Value").count() == 0 or not widget.get_by_label("Value").is_visible()
    )


def test_only_the_passes_on_offer_stand_there(show):
    widget = root(show(gallery.small_convolution(directions=["forward", "dw"])))
    offered = widget.get_by_role("group", name="Direction").get_by_role("button")
    assert offered.all_inner_texts() == ["Forward", "dw"]
