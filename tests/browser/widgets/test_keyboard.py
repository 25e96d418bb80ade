"""Without a mouse: keys alone, then fingers, and a drag."""

from __future__ import annotations

import pytest

from tests.browser.widgets import gallery
from tests.browser.widgets.test_contract import cell, root, sentence


def focused(page):
    return page.evaluate(
        "() => { const a = document.activeElement; return a.getAttribute('aria-label') || "
        "a.dataset.index || a.textContent.trim() }"
    )


def test_tab_visits_controls_in_the_order_in_which_they_are_read(show):
    page = show(gallery.small_convolution(controls=("stride",))).page
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        order.append(focused(page))
        if order[-1] == "Link":
            break
    assert order == [
        *("Forward", "dx, scatter", "dx, gather", "dw", "Window", "Network", "Matrix", "All"),
        "More",  # the sizes are behind it
        *("x[0,0], 1, times 1", "w[0,0], 1", "z[0,0], 37"),
        *("Previous step", "Play", "Next step", "Step", "Speed"),
        *("Reset", "Link"),  # Undo waits for a change, and z is not for changing
    ]


def test_tab_shows_where_it_is(show, theme):
    page = show(gallery.small_convolution(), theme=theme).page
    for _ in range(16):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, parseFloat(s.outlineWidth)] }"
        )
        assert outline[0] != "none"
        assert outline[1] >= 2


def test_a_value_can_be_changed_with_keys_alone(show):
    widget = root(show(gallery.small_convolution()))
    keys = widget.page.keyboard
    cell(widget, "x", "0,0,0,0").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        keys.press(key)
    assert focused(widget.page) == "x[0,1], 2, times 2"
    keys.press("PageUp")
    keys.press("PageUp")
    keys.press("PageDown")
    assert sentence(widget).startswith("z[0,0] = 1·1 + 3·2 +")
    keys.type("-1,5")
    keys.press("Enter")
    assert sentence(widget).startswith("z[0,0] = 1·1 + (−1.5)·2 +")
    assert focused(widget.page).startswith("x[0,1], −1.5")
    keys.press("Enter")
    keys.type("99")
    keys.press("Escape")
    assert cell(widget, "x", "0,0,1,0").inner_text() == "−1.5"


@pytest.mark.parametrize("view", ["alone", "all"])
@pytest.mark.parametrize("face", ["window", "network", "matrix"])
@pytest.mark.parametrize(("operand", "index"), [("x", "0,1,1,0"), ("w", "1,0,0,0")])
def test_a_number_can_be_changed_wherever_it_is_drawn(show, face, view, operand, index):
    if (face, operand) == ("network", "w"):
        return  # there it is a wire
    seen = show(gallery.small_convolution(view=face if view == "alone" else view))
    widget = root(seen)
    place = cell(widget, operand, index, face).last  # one weight has many entries in a matrix
    before = int(place.text_content())
    place.focus()
    for _ in range(3):
        widget.page.keyboard.press("PageUp")
    assert place.text_content() == str(before + 3)
    assert place.evaluate("n => n === document.activeElement")
    widget.page.keyboard.type("-2")
    widget.page.keyboard.press("Enter")
    assert place.text_content() == "−2"
    assert place.evaluate("n => n === document.activeElement")
    everywhere = widget.locator(f"[role=gridcell][data-operand={operand}][data-index='{index}']")
    assert set(everywhere.all_text_contents()) == {"−2"}
    if face != "window":
        widget.page.keyboard.press("ArrowDown")  # to the next one of this face
        held = "() => document.activeElement.closest('.cnn-face').className"
        assert face in widget.page.evaluate(held)


SHADOW = """async ([code, look, values]) => {
  const host = document.body.appendChild(document.createElement("div"));
  const inside = host.attachShadow({ mode: "open" });
  inside.innerHTML = `<style>${look}</style><div></div>`;
  const source = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(source);
  const model = { get: (key) => values[key], set: (key, value) => { values[key] = value; },
    on() {}, off() {}, save_changes() {} };
  widget.render({ model, el: inside.lastChild });
}"""


def test_within_a_shadow_root_as_marimo_draws_it(show):
    page = show(gallery.softmax()).page
    view = gallery.small_convolution(view="all")
    values = {name: getattr(view, name) for name in view.page_state}
    page.evaluate(SHADOW, [str(view._esm), str(view._css), values])
    widget = page.locator("[data-widget=trace-view]")
    assert widget.evaluate("n => getComputedStyle(n).borderTopColor") == "rgb(213, 217, 222)"
    place = cell(widget, "x", "0,1,1,0", "matrix")
    place.focus()
    for key in ("PageUp", "PageUp", "1", "2", "Enter"):  # the face is drawn anew, the focus stays
        page.keyboard.press(key)
    assert place.text_content() == "12"
    assert place.evaluate("n => n.getRootNode().activeElement === n")


def test_space_plays_and_arrows_step(show):
    widget = root(show(gallery.small_convolution()))
    cell(widget, "z", "0,0,0,0").focus()
    widget.page.keyboard.press("Space")
    assert widget.get_by_role("button", name="Pause").count() == 1
    widget.page.keyboard.press("Space")
    assert widget.get_by_role("button", name="Play").count() == 1
    widget.get_by_role("slider", name="Step").focus()
    widget.page.keyboard.press("Home")
    widget.page.keyboard.press("ArrowRight")
    assert widget.get_attribute("data-step") == "1"
    widget.get_by_role("button", name="Next step").focus()
    widget.page.keyboard.press("Space")
    assert widget.get_attribute("data-step") == "2"


def test_a_drag_is_one_change(show):
    widget = root(show(gallery.small_convolution(view="all")))
    place = cell(widget, "w", "0,1,0,0")
    box = place.bounding_box()
    mouse = widget.page.mouse
    mouse.move(box["x"] + 10, box["y"] + 10)
    mouse.down()
    mouse.move(box["x"] + 80, box["y"] + 10, steps=6)
    mouse.up()
    assert place.inner_text() == "7"
    assert "2·7" in sentence(widget)
    widget.get_by_role("button", name="Undo").click()
    assert place.inner_text() == "2"


def test_fingers_reach_everything(show):
    widget = root(show(gallery.channels(), viewport=(390, 844), has_touch=True, is_mobile=True))
    cell(widget, "x", "0,1,1,0").tap()
    widget.get_by_role("button", name="More", exact=True).tap()
    widget.get_by_role("button", name="Play").tap()
    widget.get_by_role("button", name="Pause").tap()
    widget.locator("summary", has_text="More").tap()
    widget.get_by_role("button", name="More padding").tap()
    assert widget.locator(".cnn-warning").inner_text() == ""


def test_every_step_is_announced_and_playing_is_not(show):
    widget = root(show(gallery.small_convolution()))
    live = widget.locator("[aria-live=polite]")
    widget.get_by_role("button", name="Next step").click()
    assert live.inner_text() == sentence(widget)
    said = live.inner_text()
    widget.get_by_label("Speed").select_option(label="fast")
    widget.get_by_role("button", name="Play").click()
    widget.page.wait_for_function("document.querySelector('[data-step]').dataset.step === '2'")
    assert live.inner_text() == said  # nobody could follow
    widget.get_by_role("button", name="Play").wait_for()
    assert live.inner_text() == sentence(widget)


def test_a_digit_is_painted_with_keys_and_with_a_finger(show):
    widget = show(gallery.explorer()).page.locator("[data-widget=digit-explorer]")
    widget.get_by_role("button", name="Clear").click()
    pixel = widget.locator("[data-operand=x][data-index='0,1,1,0']")
    widget.locator("[data-operand=x][data-index='0,0,0,0']").focus()
    for key in ("ArrowDown", "ArrowRight", "Space", "Space"):
        widget.page.keyboard.press(key)
    assert pixel.inner_text() == "0.5"
    widget.page.keyboard.press("Delete")
    assert pixel.inner_text() == ""
    pixel.click()
    assert pixel.inner_text() == "1"
    assert widget.get_by_label("Digit", exact=True).input_value() == ""
