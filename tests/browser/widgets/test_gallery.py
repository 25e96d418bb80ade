from tests.browser.widgets import gallery


def test_opens(show, origin):
    seen = show(*gallery.traces(), *gallery.others())
    assert seen.page.locator("[data-widget]").count() == 18
