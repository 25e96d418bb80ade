"""Every page passes its policy, as a header too; its HTML is sound, its links lead somewhere."""

from __future__ import annotations

import html as markup
import re
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import BOOK

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.S)
LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
PAGES = sorted(
    path.relative_to(BOOK).as_posix()
    for path in BOOK.rglob("*.html")
    if "_static" not in path.parts
)


def strict(page: str) -> str:
    """Return a page's policy with its styles named one by one, as for a page without Python."""
    policy = markup.unescape(POLICY.search(page)[1])
    styles = {b64encode(sha256(text.encode()).digest()).decode() for text in STYLE.findall(page)}
    return policy.replace("'unsafe-inline'", " ".join(f"'sha256-{style}'" for style in styles))


class WithHeader(SimpleHTTPRequestHandler):
    """A server that sends each page's policy as a header."""

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix == ".html" and path.is_file():
            page = path.read_text(encoding="utf-8")
            self.send_header("Content-Security-Policy", strict(page))
        super().end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def guarded(book: Path) -> Iterator[str]:
    """Serve the book under its policy and return the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(WithHeader, directory=str(book))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module", params=["header", "file"])
def refused(
    request: pytest.FixtureRequest, chromium: Browser, guarded: str, book: Path
) -> Callable[[str], list[str]]:
    """Return what opens a page and tells what its policy refused."""
    base = guarded if request.param == "header" else book.as_uri()

    def look(page: str) -> list[str]:
        context = chromium.new_context()
        context.add_init_script(LISTEN)
        tab = context.new_page()
        tab.goto(f"{base}/{page}")
        tab.wait_for_load_state("networkidle")
        tab.mouse.wheel(0, 50_000)
        found = tab.evaluate("window.refused")
        context.close()
        return found

    return look


@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_nothing_that_its_policy_refuses(
    page: str, refused: Callable[[str], list[str]]
) -> None:
    assert refused(page) == []


def test_the_crawl_sees_what_is_refused(guarded: str, chromium: Browser) -> None:
    context = chromium.new_context()
    context.add_init_script(LISTEN)
    tab = context.new_page()
    tab.goto(f"{guarded}/search.html")
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    tab.wait_for_function("window.refused.length > 0")
    assert "style-src" in tab.evaluate("window.refused[0]")
    context.close()


class Sound(HTMLParser):
    """Collect the ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag is called and where it leads."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> names an attribute twice: {names}"
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("href", "src"):
            if tag != "base" and given.get(name):
                self.links.append(str(given[name]))


@pytest.fixture(scope="module")
def sound(book: Path) -> dict[str, Sound]:
    """Return every page, read."""
    return {page: Sound((book / page).read_text(encoding="utf-8")) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_sound(page: str, sound: dict[str, Sound], book: Path) -> None:
    text = (book / page).read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert len(re.findall(r"<title>[^<]+</title>", text.split("</head>")[0])) == 1
    assert {name: n for name, n in Counter(sound[page].ids).items() if n > 1} == {}


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_site_lead_somewhere(
    page: str, sound: dict[str, Sound], book: Path
) -> None:
    broken = []
    for link in sound[page].links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        path = (book / page).parent / unquote(parts.path) if parts.path else book / page
        if path.is_dir():
            path /= "index.html"
        there = path.resolve()
        if not there.is_file():
            broken.append(link)
        elif parts.fragment and there.suffix == ".html" and not parts.fragment.startswith("tv:"):
            other = there.relative_to(book).as_posix()
            if unquote(parts.fragment) not in sound[other].ids:
                broken.append(link)
    assert broken == []
