"""Live in JupyterLab: the same widget is an ordinary ipywidget, in step with Python and others.

A notebook with a TraceView, an IntSlider linked to its step in the page (`jslink`), and a label
that Python writes whenever it hears of a change, runs in a real JupyterLab in Chromium.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("jupyterlab")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FIRST = """
import numpy as np
from ipywidgets import IntSlider, Label, VBox, jslink
from cnnlib import trace_conv2d
from cnnlib.widgets import TraceView

view = TraceView(trace_conv2d(np.arange(9).reshape(1, 3, 3, 1), np.ones((2, 2, 1, 1))), step=1)
slider, heard = IntSlider(1, max=3), Label()
jslink((slider, "value"), (view, "step"))

def hear(change):
    heard.value = f"python: {view.step} {view.view} {view.direction} {view.edits}"

view.observe(hear, ["step", "view", "direction", "edits"])
VBox([slider, view, heard])
"""
SECOND = "view.direction, view.step = 'dx-gather', 2"
SETTINGS = (
    "--no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.password= "
    "--IdentityProvider.token= --ServerApp.disable_check_xsrf=True --LabApp.news_url=None "
    "--LabApp.extension_manager=readonly "
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
).split()


def notebook() -> str:
    """Return a notebook with two cells."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"c{k}", "source": text} for k, text in enumerate((FIRST, SECOND))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab in an empty folder with the notebook; nothing of the user's is touched."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "live.ipynb").write_text(notebook(), encoding="utf-8")
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    home["JUPYTERLAB_SETTINGS_DIR"] = home["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "settings")
    paths = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    log = (folder / "log.txt").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *SETTINGS, f"--ServerApp.port={port}"],
        cwd=folder,
        env={**os.environ, **home, "PYTHONPATH": paths},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status", server, folder / "log.txt")
        yield address
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture
def page(chromium: Browser, lab: str) -> Iterator[Page]:
    """Open the notebook and run its first cell."""
    context = chromium.new_context(viewport={"width": 1300, "height": 1200})
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.add_locator_handler(page.locator("dialog.jp-Dialog"), accept)
    page.goto(f"{lab}/lab/tree/live.ipynb?reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator("[data-status=idle]").first.wait_for()
    run(page, 0)
    page.locator("[data-widget=trace-view]").wait_for()
    yield page
    context.close()


def accept(dialog: Locator) -> None:
    """Say yes to what JupyterLab may ask on a slow machine."""
    print("JupyterLab asked:", dialog.inner_text())
    dialog.locator("button.jp-mod-accept").click()


def run(page: Page, number: int) -> None:
    """Run one cell with the keyboard; again, where the kernel was not ready to hear of it."""
    cell = page.locator(".jp-CodeCell").nth(number)
    for _ in range(10):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(2000)
        if "[ ]" not in cell.locator(".jp-InputPrompt").first.inner_text():
            return
    pytest.fail("the kernel does not run cells")


def says(page: Page, words: str) -> None:
    """Wait until Python has said these words."""
    page.get_by_text(re.compile(re.escape(words))).wait_for()


def test_a_live_widget_is_in_step_with_python_and_with_a_slider(page):
    widget = page.locator("[data-widget=trace-view]")
    sentence, handle = widget.locator(".cnn-sentence"), page.locator(".widget-readout").first
    assert page.locator(".cnn-host").count() == 0  # the live view, not the one for built pages
    assert sentence.inner_text() == "z[0,1] = 1·1 + 2·1 + 4·1 + 5·1 = 12"
    assert handle.inner_text() == "1"

    widget.get_by_role("button", name="Next step").click()
    says(page, "python: 2 window forward {}")
    assert handle.inner_text() == "2"

    page.locator(".widget-slider .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    says(page, "python: 3 window forward {}")
    assert sentence.inner_text() == "z[1,1] = 4·1 + 5·1 + 7·1 + 8·1 = 24"

    widget.locator("[data-operand=x][data-index='0,1,1,0']").click()
    page.keyboard.press("PageUp")
    says(page, "python: 3 window forward {'x': {'0,1,1,0': 5}}")
    assert sentence.inner_text().endswith("= 25")
    page.keyboard.press("ArrowRight")  # within the widget, not a command of the notebook
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    says(page, "python: 3 window forward {'x': {'0,1,1,0': 5, '0,1,2,0': 12}}")
    assert page.locator(".jp-MarkdownCell").count() == 0

    widget.get_by_role("button", name="Matrix").click()
    says(page, "python: 3 matrix forward")

    run(page, 1)
    says(page, "python: 2 matrix dx-gather")
    page.wait_for_function(
        "document.querySelector('.cnn-sentence').textContent.startsWith('dx[0,2] = ')"
    )
    assert handle.inner_text() == "2"
