"""Take the README's picture of the running book: `make screenshot`.

It opens the page which slides a kernel both ways, plays a few steps and photographs the widget
with the text around it, light, at twice the resolution.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PAGE = "chapters/rot180_full_convolution.html"
WIDTH, HEIGHT = 1280, 800
STEPS = 5


def advance(page: Page) -> None:
    """Bring the page's first widget into view, some steps after its start."""
    widget = page.locator('[data-widget="trace-view"]').first
    if widget.count() == 0:
        return
    widget.scroll_into_view_if_needed()
    for _ in range(STEPS):
        widget.get_by_role("button", name="Next step").click()
    widget.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 150)")
    page.wait_for_timeout(600)


def main(site: str, picture: str) -> None:
    """Photograph the book built in `site` into `picture`."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, color_scheme="light"
        )
        page.goto((Path(site).resolve() / PAGE).as_uri())
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(800)
        advance(page)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
