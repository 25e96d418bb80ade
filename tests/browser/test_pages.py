"""Every page of the built book, as a reader's browser sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESK, PHONE, Visit, _address, _record, chapters

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Each chapter is opened twice, so that both origins, both themes and both widths are seen.
WAYS = {
    "served, light, desk": ("site", "light", DESK),
    "file, dark, phone": ("site_file", "dark", PHONE),
}


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=chapters(), ids=lambda page: Path(page).name)
def opened(request: pytest.FixtureRequest, way: str, chromium: Browser) -> Iterator[Visit]:
    """A chapter, open in Chromium and read down to its end; one load for all tests of it."""
    origin, theme, (width, height) = WAYS[way]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    visit = _record(context.new_page(), _address(request.getfixturevalue(origin), request.param))
    visit.page.mouse.wheel(0, 50_000)
    visit.page.wait_for_timeout(200)
    yield visit
    context.close()


def test_page_makes_no_request_beyond_the_site(opened, way, request):
    assert opened.left_the_site(request.getfixturevalue(WAYS[way][0])) == []


def test_page_has_no_error_and_one_title(opened):
    assert opened.errors == []
    assert opened.page.locator("article h1").count() == 1


def test_every_formula_is_set(opened):
    asked = opened.page.locator(".math").count()
    assert opened.page.locator(".math mjx-container").count() >= asked
    assert opened.page.locator("mjx-merror, [data-mjx-error]").all_inner_texts() == []


def test_page_does_not_scroll_sideways(opened):
    wide = opened.page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('main *')]
            .filter((e) => e.getBoundingClientRect().right > width + 1)
            .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    assert wide == []
    assert opened.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_page_has_no_accessibility_violation(opened):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened.page, options={"preload": False}).response["violations"]
    assert [_violation(v) for v in found] == []


def test_fonts_of_formulas_arrive(visit, origin):
    seen = visit("chapters/rot180_full_convolution")
    statuses = seen.page.evaluate(
        "async () => { await document.fonts.ready; return [...document.fonts]"
        ".filter((f) => f.family.startsWith('MJX') && f.status === 'error').map((f) => f.family) }"
    )
    assert statuses == []
    loaded = seen.page.evaluate(
        "[...document.fonts].filter((f) => f.family.startsWith('MJX') && f.status === 'loaded')"
        ".length"
    )
    assert loaded > 0


def test_symbols_keep_their_colour_in_formulas(visit, theme):
    seen = visit("chapters/rot180_full_convolution", theme=theme)
    plain = seen.page.evaluate("getComputedStyle(document.querySelector('main p')).color")
    for symbol in ("x", "w", "delta"):
        letters = seen.page.locator(f"mjx-container .sym-{symbol}")
        assert letters.count() > 0, f"no formula on the page colours {symbol}"
        assert letters.first.evaluate("e => getComputedStyle(e).color") != plain


def test_theme_can_be_switched(visit):
    seen = visit("chapters/intro")
    button = seen.page.locator("button.theme-switch-button:visible").first
    modes = []
    for _ in range(3):
        modes.append(seen.page.evaluate("document.documentElement.dataset.mode"))
        button.click()
    assert sorted(modes) == ["auto", "dark", "light"]
    assert seen.errors == []


def test_answers_stand_open_on_paper(visit):
    page = visit("chapters/rot180_full_convolution").page
    answers = page.locator("details .sd-summary-content")
    assert answers.count() > 0
    assert not answers.first.is_visible()
    page.emulate_media(media="print")
    assert [answer.is_visible() for answer in answers.all()] == [True] * answers.count()


def test_search_finds_a_page(visit, base, origin):
    seen = visit("search?q=kernel")
    seen.page.wait_for_selector("#search-results li a")
    assert seen.page.locator("#search-results li a").count() > 0
    assert seen.left_the_site(base) == []
    assert seen.errors == []


def _violation(found: dict) -> str:
    """Return one accessibility finding in a line: the rule and the first elements."""
    places = " | ".join(node["html"][:160] for node in found["nodes"][:3])
    return f"{found['id']} ({len(found['nodes'])}): {places}"
