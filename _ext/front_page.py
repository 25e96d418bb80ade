"""The cover is ``index.html`` itself, so that the book's address opens on it at once.

Jupyter Book writes a page there that only leads on. When the site is written, the first page takes
its place, with addresses that are right one folder higher.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

ADDRESS = re.compile(
    r'(?P<before>\s(?:href|src|action|data-content_root)=")(?P<url>[^"]*)(?P<after>")'
)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#|$)")


def moved(html: str, folder: str) -> str:
    """Return a page of `folder` as it reads one level higher, at the root of the site.

    >>> moved('<a href="relu.html#x"><img src="../_static/logo.svg"><a href="#top">', "chapters")
    '<a href="chapters/relu.html#x"><img src="_static/logo.svg"><a href="#top">'
    """

    def move(found: re.Match[str]) -> str:
        url = found["url"]
        if ELSEWHERE.match(url):
            return found[0]
        path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", url, re.S).groups()  # type: ignore[union-attr]
        there = posixpath.normpath(posixpath.join(folder, path))
        if path.endswith("/"):
            there = "./" if there == "." else f"{there}/"
        return f"{found['before']}{there}{mark}{rest}{found['after']}"

    return ADDRESS.sub(move, html)


def write_index(app: Sphinx, error: Exception | None) -> None:
    """Write the first page at the root of the site, too."""
    if error is not None or app.builder.format != "html":
        return
    first, site = Path(app.config.root_doc), Path(app.outdir)
    html = (site / f"{first}.html").read_text(encoding="utf-8")
    (site / "index.html").write_text(moved(html, first.parent.as_posix()), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("build-finished", write_index, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
