"""Fixtures which open the built book in Chromium: from a server and from the files themselves.

The built book is found in the folder named by ``BOOK_HTML``, or in ``_build/html``; `make test`
builds it first. Chromium is named by ``CHROMIUM`` or found on the PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html")).resolve()
PHONE, DESK = (390, 844), (1280, 900)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def _missing(what: str, remedy: str) -> None:
    """Skip for want of `what`; with CI=true fail."""
    message = f"{what} is missing: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def chapters() -> list[str]:
    """Return the pages of the book in reading order, such as "chapters/intro"."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = toc.get("parts", [toc])
    return [toc["root"]] + [entry["file"] for part in parts for entry in part.get("chapters", [])]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test which asks for `chapter` on every page, `origin` from server and files, …"""
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", chapters(), ids=lambda page: Path(page).name)
    if "origin" in metafunc.fixturenames:
        metafunc.parametrize("origin", ["server", "file"])
    if "theme" in metafunc.fixturenames:
        metafunc.parametrize("theme", ["light", "dark"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as needing a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass
class Visit:
    """An open page, with what it asked for and complained about since it was opened."""

    page: Page = field(repr=False)
    url: str
    requests: list[str] = field(default_factory=list, repr=False)
    errors: list[str] = field(default_factory=list)

    def left_the_site(self, base: str) -> list[str]:
        """Return the requests that went anywhere but below `base`."""
        kept = (base, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(kept)]


@pytest.fixture(scope="session")
def book() -> Path:
    """Return the folder of the built book."""
    if not (BOOK / "index.html").is_file():
        _missing(f"the built book in {BOOK}", "run make book")
    return BOOK


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one headless Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        _missing("Chromium", "install it, or name it in the variable CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    """Serve files without a log line for each."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site(book: Path) -> Iterator[str]:
    """Serve the built book on 127.0.0.1 and return its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(book))) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site_file(book: Path) -> str:
    """Return the address of the built book's folder for opening it without a server."""
    return book.as_uri()


@pytest.fixture
def base(request: pytest.FixtureRequest) -> str:
    """Return `site`, or `site_file` where the test runs with origin "file"."""
    params = getattr(request.node, "callspec", None)
    from_file = params is not None and params.params.get("origin") == "file"
    return request.getfixturevalue("site_file" if from_file else "site")


@pytest.fixture
def visit(chromium: Browser, base: str) -> Iterator[Callable[..., Visit]]:
    """Open ``visit("chapters/intro", theme="dark", viewport=PHONE)`` and record what happens."""
    contexts = []

    def open_page(
        name: str,
        *,
        theme: str = "light",
        viewport: tuple[int, int] = DESK,
        before: str = "",
        **options: object,
    ) -> Visit:
        width, height = viewport
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        contexts.append(context)
        if before:
            context.add_init_script(before)
        return _record(context.new_page(), _address(base, name))

    yield open_page
    for context in contexts:
        context.close()


def _address(base: str, name: str) -> str:
    """Return the address of a page: "chapters/intro", "chapters/intro#section", "search?q=x"."""
    page, rest = re.fullmatch(r"([^?#]*)(.*)", name).groups()  # type: ignore[union-attr]
    return f"{base}/{page}.html{rest}"


def _record(page: Page, url: str) -> Visit:
    """Go to `url`, listening to requests and complaints from the start."""
    visit = Visit(page, url)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("requestfailed", lambda request: visit.errors.append(f"failed: {request.url}"))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on(
        "console",
        lambda entry: visit.errors.append(entry.text) if entry.type == "error" else None,
    )
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return visit
