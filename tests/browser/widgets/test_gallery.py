"""Widgets of every kind share one page."""

from __future__ import annotations

from tests.browser.widgets import gallery


def test_widgets_of_every_kind_live_on_one_page(show, origin):
    seen = show(*gallery.traces(), *gallery.others())
    assert seen.page.locator("[data-widget]").count() == 21
