"""Each page of the main path shows where it is, in the page as a browser reads it."""

from __future__ import annotations

from tests.book.test_spine_strip import TABLE, spine


def test_the_strip_lights_the_arrow_of_the_page(visit, chapter):
    seen = visit(chapter)
    strip = seen.page.get_by_role("navigation", name="Where this page is")
    lit = TABLE.pages.get(chapter.removeprefix("chapters/"))
    if lit is None:
        assert strip.count() == 0
        return
    current = strip.locator("[aria-current=true]")
    assert current.count() == 1
    words = spine.arrows()[lit][1] if lit != "whole" else "the whole network"
    assert current.get_attribute("aria-label") == words
    box = strip.bounding_box()
    assert box["width"] > 250
    assert box["height"] > 30
    for link in strip.locator("a").all():
        there = link.evaluate("a => a.href.baseVal")
        assert (chapter.rpartition("/")[0] + "/").endswith("chapters/")
        assert there.endswith(".html") or there == "#"
