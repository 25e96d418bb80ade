"""What a page weighs when it is first opened, and whether anything moves after the first paint."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from tests.browser.conftest import DESK, PHONE, Visit, chapters

MOST = 350_000  # bytes, compressed as a server would
STILL = 0.02  # the sum of layout shifts that counts as none
COMPRESSED = {".woff", ".woff2", ".png", ".whl", ".zip"}
# What the theme or MathJax would bring, and the book does without.
UNWANTED = ("fontawesome", "webfonts", "startup.js", "searchindex", "require.js", "thebe")
SUM_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def bytes_sent(visit: Visit, book: Path) -> dict[str, int]:
    """Return the compressed size of every file that a visit asked for."""
    sizes = {}
    for url in set(visit.requests):
        path = book / unquote(urlparse(url).path.lstrip("/"))
        raw = path.read_bytes()
        sizes[path.name] = len(raw) if path.suffix in COMPRESSED else len(gzip.compress(raw, 6))
    return sizes


@pytest.mark.parametrize("page", chapters(), ids=lambda page: Path(page).name)
def test_a_page_is_light(page: str, visit: Callable[..., Visit], book: Path, site: str) -> None:
    sizes = bytes_sent(visit(page), book)
    assert not [name for name in sizes if any(part in name for part in UNWANTED)]
    assert sum(sizes.values()) <= MOST, sorted(sizes.items(), key=lambda item: -item[1])[:8]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("page", chapters(), ids=lambda page: Path(page).name)
def test_nothing_moves_after_the_first_paint(
    page: str, viewport: tuple[int, int], visit: Callable[..., Visit]
) -> None:
    seen = visit(page, viewport=viewport, before=SUM_SHIFTS)
    seen.page.wait_for_timeout(300)
    assert seen.page.evaluate("window.shifts") <= STILL


def test_letters_keep_the_designed_size(theme: str, visit: Callable[..., Visit]) -> None:
    seen = visit("chapters/stride", theme=theme)
    size = "getComputedStyle(document.querySelector('article section > p')).fontSize"
    assert seen.page.evaluate(size) == "17px"
