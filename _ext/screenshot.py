"""Take the README's picture of the running book: `make screenshot`.

It opens the page on the rotated kernel at the step that shows 1234 and photographs the widget with
the text around it, light, at twice the resolution.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PAGE = "chapters/rot180_full_convolution.html"
STATE = "#tv:gather:step=4;direction=dx-gather"  # the step whose sum is 1234
WIDTH, HEIGHT = 1280, 800


def show_widget(page: Page) -> None:
    """Bring the widget of the address into view, with the text above it."""
    page.evaluate("document.activeElement.blur()")
    widget = page.locator('[data-widget="trace-view"][data-step="4"]').first
    widget.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 190)")
    page.wait_for_timeout(600)


def main(site: str, picture: str) -> None:
    """Photograph the book built in `site` into `picture`."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, color_scheme="light"
        )
        page.goto((Path(site).resolve() / PAGE).as_uri() + STATE)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(800)
        show_widget(page)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
