"""No accessibility violation: every widget, every face, light and dark, wide and narrow."""

from __future__ import annotations

import pytest

from tests.browser.widgets import gallery


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']} ({len(v['nodes'])}): " + " | ".join(n["html"][:200] for n in v["nodes"][:3])
        for v in found
    ]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_violation_in_any_widget(show, theme, width):
    page = show(*gallery.traces(), *gallery.others(), theme=theme, viewport=(width, 900)).page
    assert violations(page) == []


def test_no_violation_while_a_number_is_changed_and_the_window_plays(show, theme):
    view = gallery.small_convolution(view="all", controls=gallery.EVERY_SIZE)
    page = show(view, gallery.explorer(), theme=theme).page
    page.locator("[role=gridcell][data-operand=x]").nth(5).click()
    page.locator("summary", has_text="More").click()
    for _ in range(3):
        page.get_by_role("button", name="More kernel size").click()  # does not fit: a warning
    page.get_by_role("button", name="Backward: deltas").click()
    page.get_by_role("button", name="Play", exact=True).click()
    assert violations(page) == []
