"""Every widget of the built book comes to life, shows `cnnlib`'s numbers and bears any pressing."""

from __future__ import annotations

import gzip
import json
import re

import numpy as np

from cnnlib import Trace
from tests.browser.widgets.expected import same

LIMIT = 32_000  # bytes of script and styles of the widgets of a page, compressed
ROOM = 60_000  # bytes of state of the largest widget of a page
FILES = re.compile(r'(?:src|href)="(?:\.\./)*(_static/cnn-widgets-\w+\.(?:js|css))')
STATE = re.compile(
    r'<div class="cnn-host"[^>]*><script type="application/json">(.*?)</script>', re.S
)
PRESS = """async (root) => {
  const frame = () => new Promise(requestAnimationFrame);
  for (const button of [...root.querySelectorAll("button")]) {
    if (button.disabled || !button.isConnected || button.textContent === "Link") continue;
    button.click();
    await frame();
  }
  for (const list of root.querySelectorAll("select")) for (const option of list.options) {
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (const range of root.querySelectorAll("input[type=range]")) {
    range.value = range.max;
    range.dispatchEvent(new Event("input", { bubbles: true }));
  }
  await frame();
  for (const b of root.querySelectorAll("button")) if (b.textContent === "Reset") b.click();
}"""
RESULT = """(root) => {
  for (const name of ["forward", "window"]) root.querySelector(`[data-value=${name}]`)?.click();
  const range = root.querySelector("input[type=range]:not([aria-label=Turn])");
  range.value = range.max;
  range.dispatchEvent(new Event("input", { bubbles: true }));
  return [...root.querySelectorAll(".cnn-board:last-child [data-index]")]
    .map((n) => [n.dataset.index, n.textContent]);
}"""


def test_the_widgets_of_a_page_stay_light(book, chapter):
    html = (book / f"{chapter}.html").read_text(encoding="utf-8")
    files = set(FILES.findall(html))
    assert len(files) == (2 if "cnn-host" in html else 0)
    sizes = {name: len(gzip.compress((book / name).read_bytes(), 9, mtime=0)) for name in files}
    assert sum(sizes.values()) <= LIMIT, sizes
    states = [len(state.encode()) for state in STATE.findall(html)]
    assert len(states) == html.count('class="cnn-host"')
    assert max(states, default=0) <= ROOM


def test_every_widget_of_a_page_is_right_and_bears_pressing(visit, base, book, chapter, origin):
    if "cnn-host" not in (book / f"{chapter}.html").read_text(encoding="utf-8"):
        return  # nothing to open
    seen = visit(chapter)
    for host in seen.page.locator(".cnn-host").all():
        widget = host.locator("[data-widget]")
        assert widget.count() == 1
        if host.get_attribute("data-module") == "trace_view":
            ends_in_the_result(host, widget)
        widget.evaluate(PRESS)
        assert widget.count() == 1
    assert seen.errors == []
    assert seen.left_the_site(base) == []


def ends_in_the_result(host, widget):
    """Fail unless the last step of the forward pass shows what the trace replays to."""
    state = json.loads(host.locator("script").first.text_content())["state"]
    if "forward" not in state["directions"]:
        return
    result = Trace.from_dict(state["trace"]).replay()
    shown = dict(widget.evaluate(RESULT))
    assert set(shown) == {",".join(map(str, at)) for at in np.ndindex(result.shape)}
    for index, value in shown.items():
        assert same(value, result[tuple(map(int, index.split(",")))]), (state["name"], index)
