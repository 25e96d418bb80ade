"""Pages run in the reader's browser: from this site alone, from the first cell to the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import chapters

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

LIMIT_MS = 300_000  # a guard against waiting for ever, not a measure of speed
PAGES = [page for page in chapters() if "{code-cell}" in Path(f"{page}.md").read_text("utf-8")]
# Found by selectors: the pages' content security policy lets no test wait for a function.
ENDED, IDLE = "html[data-run=done], html[data-run=failed]", "html[data-run=idle]"


@pytest.fixture(scope="module")
def reader(chromium: Any, site: str) -> Iterator[BrowserContext]:
    """A reader who opens page after page; the browser keeps Python's files between them."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/*", lambda route: _only(route, site))
    yield context
    context.close()


def _only(route: Any, site: str) -> None:
    """Refuse what lies outside the site."""
    inside = route.request.url.startswith((f"{site}/", "data:", "blob:"))
    route.continue_() if inside else route.abort()


@pytest.fixture
def opened(reader: BrowserContext, site: str) -> Iterator[Callable[[str], Page]]:
    """Open a page of the book."""
    pages = []

    def go(name: str) -> Page:
        page = reader.new_page()
        page.set_default_timeout(LIMIT_MS)
        pages.append(page)
        page.goto(f"{site}/chapters/{name}.html")
        page.evaluate("localStorage.clear()")
        return page

    yield go
    for page in pages:
        page.close()


def run(page: Page) -> str:
    """Press the button and return how it ended."""
    page.get_by_role("button", name="Run this page").click()
    return ended(page)


def ended(page: Page) -> str:
    page.wait_for_selector(ENDED, state="attached")
    return page.evaluate("document.documentElement.dataset.run")


def editor(page: Page, n: int) -> Locator:
    return page.get_by_role("textbox", name=f"Code of cell {n}", exact=True)


def run_cell(page: Page, n: int, code: str) -> str:
    """Write a cell, run it, and return what it shows."""
    editor(page, n).fill(code)
    page.get_by_role("button", name=f"Run cell {n}", exact=True).click()
    ended(page)
    return shown(page, n)


def shown(page: Page, n: int) -> str:
    output = page.locator(f'[data-cell="{n}"] .cell_output')
    return output.inner_text() if output.count() else ""


@pytest.mark.parametrize("name", [Path(page).name for page in PAGES])
def test_a_page_runs_from_its_first_cell_to_its_last(opened, name):
    page = opened(name)
    assert run(page) == "done", page.locator(".run-error").all_inner_texts()
    states = page.locator(".cell").evaluate_all("cells => cells.map((c) => c.dataset.state)")
    assert set(states) == {"done"}
    # Beside a button stand offers (a hint, to train for real); without one, what does not hold.
    assert page.locator(".run-claim:not(:has(button))").all_inner_texts() == []


def test_reading_loads_nothing_of_it(visit, base, book):
    seen = visit("chapters/rot180_full_convolution")
    loaded = [url for url in seen.requests if "/run/" in url]
    assert sorted(url.rpartition("/")[2].split("?")[0] for url in loaded) == [
        "start.css",
        "start.js",
    ]
    html = (book / "chapters/rot180_full_convolution.html").read_text(encoding="utf-8")
    bar = re.search(r'<div class="run-bar".*?</div>', html, re.DOTALL)
    assert bar is not None
    names = re.findall(r"_static/(run/\w+/start\.\w+)", html)
    sizes = [(book / "_static" / name).stat().st_size for name in names]
    assert len(sizes) == 2
    assert sum(sizes) + len(bar[0]) + 40 * html.count("data-cell=") <= 3000
    assert seen.page.evaluate("document.documentElement.dataset.run") == "idle"


def test_from_a_folder_the_button_says_what_to_do(visit, site_file, chromium):
    page = chromium.new_page()
    page.goto(f"{site_file}/chapters/rot180_full_convolution.html")
    page.get_by_role("button", name="Run this page").click()
    assert "make serve" in page.locator(".run-bar [role=status]").inner_text()
    page.close()


def test_a_changed_number_is_welcome_and_widgets_are_wired_both_ways(opened):
    page = opened("rot180_full_convolution")
    assert run(page) == "done"
    code = editor(page, 2).inner_text()
    changed = code.replace("[3, 4]", "[3, 5]").replace(
        "TraceView(forward", "view = TraceView(forward"
    )
    editor(page, 2).fill(changed + "\nview")
    assert run(page) == "done"
    said = " ".join(page.locator(".run-claim").all_inner_texts())
    assert "dx[1, 1] == 1234" in said
    assert "Yours: 1235.0 and 1234" in said
    assert page.locator(".run-error").count() == 0

    run_cell(page, 3, "view.step = 2")
    slider = page.locator('[data-cell="2"] input[type=range]')
    assert slider.input_value() == "2"
    slider.press("ArrowRight")
    page.wait_for_timeout(300)
    assert run_cell(page, 3, "print(view.step)").strip() == "3"


def test_what_a_reader_wrote_survives_a_reload_until_it_is_forgotten(opened):
    page = opened("relu")
    assert run(page) == "done"
    assert run_cell(page, 1, "print(6 * 7)").strip() == "42"
    page.reload()
    run(page)
    assert "6 * 7" in editor(page, 1).inner_text()
    page.get_by_role("button", name="Forget my changes").click()
    assert "6 * 7" not in editor(page, 1).inner_text()
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cnn-run'))") == []
    )


def test_stop_ends_an_endless_loop_and_restart_forgets(opened):
    page = opened("relu")
    assert run(page) == "done"
    editor(page, 1).fill("kept = 1\nwhile True:\n    pass")
    page.get_by_role("button", name="Run cell 1", exact=True).click()
    page.wait_for_timeout(300)
    assert page.locator('[data-cell="1"]').get_attribute("data-state") == "running"
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(IDLE, state="attached")
    assert "Stopped" in shown(page, 1)
    assert "NameError" in run_cell(page, 1, "kept")
    run_cell(page, 1, "kept = 2")
    page.get_by_role("button", name="Restart").click()
    page.wait_for_selector(IDLE, state="attached")
    assert "NameError" in run_cell(page, 1, "kept")


HARD = {
    "import sys\nsys.exit(3)": "SystemExit",
    "for _ in range(500):\n    print('x' * 1000)": "not shown",
    "a = []\nwhile True:\n    a.append(bytearray(10**8))": "MemoryError",
    "def f(n):\n    return f(n + 1)\nf(0)": "RecursionError",
    "input()": "EOFError",
    "%timeit 1": "work in Jupyter only",
    "1 / 0": 'File "<cell 1>", line 1',
}


def test_nothing_that_a_cell_does_takes_the_page_down(opened):
    page = opened("relu")
    assert run(page) == "done"
    for code, words in HARD.items():
        assert words in run_cell(page, 1, code), code
    assert run_cell(page, 1, "print(6 * 7)").strip() == "42"
    run_cell(page, 1, "import os\nos._exit(1)")
    assert "Python has ended" in page.locator(".run-bar [role=status]").inner_text()
    editor(page, 1).fill("print(6 * 7)")
    page.get_by_role("button", name="Run cell 1", exact=True).click()
    ended(page)
    assert shown(page, 1).strip() == "42"
