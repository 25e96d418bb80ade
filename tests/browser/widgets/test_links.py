"""The address bar carries what a reader sees, and a link opens it again."""

from __future__ import annotations

import pytest

from tests.browser.widgets import gallery
from tests.browser.widgets.test_contract import edit, press, root, sentence


def stage(widget):
    return widget.locator(".cnn-stage").inner_text() + sentence(widget)


def test_a_link_shows_another_reader_exactly_the_same(show, origin):
    seen = show(gallery.channels(), gallery.small_convolution())
    widget = root(seen)
    edit(widget, "x", "0,1,2,1", "-3.25")
    press(widget, "More stride")
    press(widget, "Less kernel size")
    press(widget, "dx, gather")
    edit(widget, "delta", "0,1,0,2", "7")
    for _ in range(3):
        press(widget, "Next step")
    press(widget, "Link")
    page, address, before = seen.page, seen.page.url, stage(widget)
    assert address.startswith(seen.url + "#tv:channels:")
    page.goto("about:blank")
    page.goto(address)
    assert stage(root(seen)) == before
    page.evaluate("location.hash = '#tv:small:step=2'")
    page.wait_for_function("document.querySelectorAll('[data-step]')[1].dataset.step === '2'")
    assert stage(root(seen)) == before  # only the widget that is named answers


def test_the_address_follows_the_reader_a_moment_later(show):
    seen = show(gallery.small_convolution())
    press(root(seen), "Next step")
    seen.page.wait_for_url("**#tv:small:step=1;view=window;direction=forward")
    assert seen.page.evaluate("history.length") <= 2  # Back leaves the page, not the step


def test_a_preset_on_the_same_page_opens_its_widget(show):
    seen = show(*gallery.traces(), viewport=(900, 500))
    seen.page.evaluate("location.hash = '#tv:gather:step=5;direction=dx-gather;delta@0.0.1.0=9'")
    seen.page.wait_for_function(
        "document.querySelectorAll('[data-widget]')[2].dataset.step === '5'"
    )
    widget = root(seen, 2)
    assert sentence(widget) == "dx[1,2] = 9·4 + 1000·2 = 2036"
    box = widget.bounding_box()
    assert -box["height"] < box["y"] < 500


def test_a_link_leads_to_a_cell_of_the_digit_explorer(show):
    seen = show(gallery.explorer(), address="#tv:explorer:layer=5;cell=130;way=backward")
    chosen = "[...document.querySelectorAll('.cnn-digit input[type=number]')].map((n) => n.value)"
    assert seen.page.get_by_label("Layer").input_value() == "5"
    assert seen.page.evaluate(chosen) == ["1", "0", "2"]  # of 4 rows, 4 columns, 32 maps
    back = seen.page.get_by_role("button", name="Backward: deltas")
    assert back.get_attribute("aria-pressed") == "true"
    seen.page.evaluate("location.hash = '#tv:explorer:layer=99;cell=-4;way=up'")
    seen.page.wait_for_function("document.querySelector('[aria-label=Layer]').value === '9'")
    assert seen.page.locator(".cnn-detail").bounding_box()["y"] < 900


@pytest.mark.parametrize(
    "junk",
    [
        *("direction=nonsense", "view=nonsense", "step=-4", "step=99999", "=", "%", "edits=3"),
        *("g.stride=0", "g.stride=2.5", "g.kernel%20size=100000", "g.padding=-9", "g.%=1"),
        *("x@9.9.9.9=1", "nosuch@0=1", "x@0.0.0.0=1e999", "x@a=3", "__proto__@0=1"),
        "g.kernel%20size=5",
    ],
)
def test_a_broken_link_does_no_harm(show, junk):
    seen = show(
        gallery.small_convolution(view="all", controls=gallery.EVERY_SIZE),
        address=f"#tv:small:{junk}",
    )
    widget = root(seen)
    assert widget.locator(".cnn-window [role=gridcell]").count() == 17
    press(widget, "Next step")
    press(widget, "Reset")
    assert sentence(widget) == "z[0,0] = 1·1 + 2·2 + 4·3 + 5·4 = 37"
    assert seen.page.evaluate("Object.keys(Object.prototype)") == []
