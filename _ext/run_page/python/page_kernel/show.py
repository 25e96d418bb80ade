"""Show a value below the running cell, in the richest form that it offers."""

from __future__ import annotations

import pprint
import sys
from base64 import b64encode
from typing import Any

from page_kernel import channel
from page_kernel.channel import out
from page_kernel.printed import printed

MOST = 100_000
#: From the richest to the plainest.
KINDS = ("text/html", "image/svg+xml", "image/png", "text/markdown", "text/latex", "text/plain")
METHODS = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
}


def show(value: Any) -> None:
    """Send a value to the page."""
    printed.flush()
    if hasattr(value, "_page_view"):
        out("widget", view=value._page_view())
        return
    if type(value).__module__ == "matplotlib.figure":
        out("html", html=figure(value))
        return
    kind, content = richest(value)
    if kind in ("text/html", "image/svg+xml"):
        out("html", html=content, hints=_hints(value))
    elif kind == "image/png":
        data = content if isinstance(content, str) else b64encode(content).decode()
        out("html", html=f'<img alt="" src="data:image/png;base64,{data}">')
    else:
        out("text", text=content)


_reports: dict[int, Any] = {}


def _hints(value: Any) -> int:
    """Keep a report of a checker that has hints to give, and return its number; else 0."""
    if not hasattr(value, "hint") or value or not value.written:
        return 0
    _reports[len(_reports) + 1] = value
    return len(_reports)


def hint(n: int, number: int) -> None:
    """Show the next hint of a report below its cell."""
    channel.cell = n
    channel.out("text", text=_reports[number].hint())


def richest(value: Any) -> tuple[str, Any]:
    """Return the best representation of a value and its kind."""
    bundle = getattr(value, "_repr_mimebundle_", None)
    if bundle is not None and not isinstance(value, type):
        found = bundle()
        found = found[0] if isinstance(found, tuple) else found
        for kind in KINDS:
            if found and kind in found:
                return kind, found[kind]
    for kind, name in METHODS.items():
        method = getattr(value, name, None)
        if method is not None and not isinstance(value, type):
            found = method()
            if found is not None:
                return kind, found
    return "text/plain", plain(value)


def plain(value: Any) -> str:
    """Return what a notebook shows of a value without any richer form."""
    text = repr(value)
    if len(text) > 79 and type(value) in (list, dict, tuple, set):
        text = pprint.pformat(value, width=79, compact=True, sort_dicts=False)
    if len(text) > MOST:
        text = f"{text[:MOST]} … and {len(text) - MOST:,} more characters, not shown"
    return text


def figure(drawn: Any) -> str:
    """Return a matplotlib figure as SVG, and forget it."""
    import io

    written = io.StringIO()
    drawn.savefig(written, format="svg", bbox_inches="tight")
    svg = written.getvalue()
    return f'<div class="run-figure">{svg[svg.index("<svg") :]}</div>'


def open_figures() -> None:
    """Show what a cell has drawn with pyplot, as Jupyter does at the end of a cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        for number in pyplot.get_fignums():
            out("html", html=figure(pyplot.figure(number)))
        pyplot.close("all")
