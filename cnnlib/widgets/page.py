"""A Sphinx extension: give each page the script and styles of the widgets that stand on it, once.

The script is a plain file, not a module, so that it also runs in a page opened from a folder.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import minify_html

from cnnlib.widgets.base import PageWidget, later_script, page_script
from cnnlib.widgets.bundle import styles

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PLACE = re.compile(r'<div class="cnn-host" data-module="(\w+)" data-needs="([\w ]*)">')


def kinds() -> dict[str, type[PageWidget]]:
    """Return every widget class by the name of its module."""
    import cnnlib.widgets  # noqa: F401  (defines the subclasses)

    return {cls.module: cls for cls in PageWidget.__subclasses__()}


def add_widgets(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Write and link the files a page needs, if it has widgets."""
    body = context.get("body", "")
    code, look = files(body, later=_later(app) if "cnn-host" in body else "")
    if code:
        app.add_css_file(_write(app, look, "css"))
        # Before the text and not deferred, so that it can start each widget before it is painted.
        app.add_js_file(_write(app, code, "js"))


def _later(app: Sphinx) -> str:
    """Write what a page fetches only when a reader takes a picture away, and return its name."""
    return _write(app, _short(later_script(), "script"), "later.js")


def files(body: str, later: str = "") -> tuple[str, str]:
    """Return the script and the styles for the widgets in the HTML of a page, made short.

    What is seldom needed is left out where ``later`` names the file that has it.
    """
    code, look = sources(body, later)
    return (_short(code, "script"), _short(look, "style")) if code else ("", "")


def _short(text: str, tag: str) -> str:
    """Return a script or styles without what only people need."""
    page = minify_html.minify(f"<{tag}>{text}</{tag}>", minify_js=True, minify_css=True)
    return page.removeprefix(f"<{tag}>").removesuffix(f"</{tag}>")


def sources(body: str, later: str = "") -> tuple[str, str]:
    """Return the same as it is written; modules that none of these widgets needs are left out."""
    places = _PLACE.findall(body)
    if not places:
        return "", ""
    known = kinds()
    used = [known[name] for name in sorted({name for name, _ in places})]
    needed = {module for _, needs in places for module in needs.split()}
    spare = {module for cls in used for module in cls.extras} - needed
    code = page_script({cls.module: cls.renderer for cls in used}, without=spare, later=later)
    return code, styles(*dict.fromkeys(sheet for cls in used for sheet in cls.sheets))


def _write(app: Sphinx, text: str, kind: str) -> str:
    """Write a file named after its content, so that a browser never keeps an old one."""
    name = f"cnn-widgets-{hashlib.sha256(text.encode()).hexdigest()[:10]}.{kind}"
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return name


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("html-page-context", add_widgets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
