"""Every widget of the built book comes to life, shows `cnnlib`'s numbers and bears any pressing."""

from __future__ import annotations

import json

import numpy as np

from cnnlib.trace.store import from_dict
from tests.browser.widgets.expected import same

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
  const range = root.querySelector("input[type=range]");
  range.value = range.max;
  range.dispatchEvent(new Event("input", { bubbles: true }));
  return [...root.querySelectorAll(".cnn-board:last-child [data-index]")]
    .map((n) => [n.dataset.index, n.textContent]);
}"""


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
    result = from_dict(state["trace"]).replay()
    shown = dict(widget.evaluate(RESULT))
    assert set(shown) == {",".join(map(str, at)) for at in np.ndindex(result.shape)}
    for index, value in shown.items():
        assert same(value, result[tuple(map(int, index.split(",")))]), (state["name"], index)
