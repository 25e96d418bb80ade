"""A Sphinx extension: "Run this page". Python runs in the page itself, from files of the site.

``run_page`` in ``_config.yml`` says where Python comes from:

``local``
    Pyodide's files are fetched while building, checked by their hashes and copied into the site.
    Where they cannot be had the build says so, and goes on as with ``cdn``.
``cdn``
    Pyodide's official release is loaded from its network, after the click.
``off``
    No page can run anything.

A page that is read loads two small files. Everything else follows the click.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from run_page.cells import code_cells, mark
from run_page.notebook import write_notebook
from run_page.site import Tools, bar, lay_out, lend_trained, write_page

MODES = ("local", "cdn", "off")


def begin(app: Sphinx) -> None:
    """Lay the tools out in the site before its pages are written."""
    if app.config.run_page not in MODES:
        raise ValueError(f"run_page is {app.config.run_page!r}; it is one of {', '.join(MODES)}")
    if app.builder.format == "html" and app.config.run_page != "off":
        app.run_page_tools = lay_out(app, app.config.run_page)


def end(app: Sphinx, error: Exception | None) -> None:
    """Lay out the trained networks, once the pages have been executed."""
    if error is None and hasattr(app, "run_page_tools"):
        lend_trained(app)


def add_bar(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the notebook of a page; give a page with code its button, its cells their numbers."""
    if doctree is None or not context.get("body") or app.builder.format != "html":
        return
    cells = code_cells(app, page, doctree)
    notebook = write_notebook(app, page, doctree, cells)
    if not any(cell.shown for cell in cells):
        return
    tools: Tools | None = getattr(app, "run_page_tools", None)
    context["body"] = mark(context["body"], cells, bar(page, notebook, tools))
    if tools is not None:
        write_page(tools, page, cells)
        app.add_css_file(f"run/{tools.folder}/start.css")
        app.add_js_file(f"run/{tools.folder}/start.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.add_config_value("run_page", "local", "html")
    app.connect("builder-inited", begin)
    app.connect("html-page-context", add_bar)
    app.connect("build-finished", end)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
