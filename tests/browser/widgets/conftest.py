"""Fixtures that put widgets on a page of their own and open it in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESK, Visit, _Quiet, _record
from tests.browser.widgets.gallery import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that pages are written to."""
    return tmp_path_factory.mktemp("gallery")


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[str]:
    """Serve the folder of pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def show(
    request: pytest.FixtureRequest, chromium: Browser, folder: Path, served: str
) -> Iterator[Callable[..., Visit]]:
    """Open ``show(widget, another, theme="dark")`` from its file, or served where asked.

    A test that takes `origin` runs from both. When it ends, no page may have complained or
    reached out of its folder.
    """
    opened: list[Visit] = []
    params = getattr(getattr(request.node, "callspec", None), "params", {})
    base = served if params.get("origin") == "server" else folder.as_uri()

    def show(
        *widgets: object,
        theme: str = "light",
        viewport: tuple[int, int] = DESK,
        still: bool = False,
        address: str = "",
        **options: object,
    ) -> Visit:
        name = f"page{len(list(folder.iterdir()))}.html"
        (folder / name).write_text(page(*widgets, theme=theme, still=still), encoding="utf-8")
        size = {"width": viewport[0], "height": viewport[1]}
        context = chromium.new_context(viewport=size, **options)
        context.set_default_timeout(5_000)
        opened.append(_record(context.new_page(), f"{base}/{name}{address}"))
        return opened[-1]

    yield show
    for visit in opened:
        visit.page.context.close()
    for visit in opened:
        assert visit.errors == []
        assert visit.left_the_site(base) == []
