"""Take out of a finished page what it does not need, and mend what the tools write wrongly.

Each rule says what is wrong with what the theme, MyST-NB or Sphinx write.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import page_icons
import page_policy
from run_page.files import TABLE
from sphinx.application import Sphinx

# Scripts and styles that a page loads for nothing.
UNUSED = (
    r'<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>',  # icons are drawings
    r'<link rel="preload" as="script"[^>]*>',  # the scripts wait for the end of the page anyway
    r"<link [^>]*sphinx-thebe\.css[^>]*>",
    r'<div id="ethical-ad-placement".*?</div>',
    r'<meta name="docsearch:version" content="" />',
    r"<!--.*?-->",
)
# The index of all words is for the page that searches it.
SEARCH = re.compile(
    r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)
TABS = re.compile(r"<script [^>]*design-tabs\.js[^>]*></script>")
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
SCRIPT = re.compile(r"<script>[^<]*</script>")
CONTENT_ID = re.compile(r'<section id="(exercise|solution)-content">')
REMOVED = re.compile("|".join(UNUSED), re.S)


THEME = re.compile(r'<script data-cfasync="false">.*?</script>', re.S)
# The theme's own script would wait for the end of the page to find out what "auto" means.
SET_THEME = """<script>
(function (root, stored) {
  const mode = stored("mode") || "auto";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? dark : mode;
})(document.documentElement, (name) => {
  try { return localStorage.getItem(name); } catch { return null; }
});
</script>"""


def finish(html: str, page: str, elsewhere: str = "") -> str:
    """Return a page as it is written; Python comes from `elsewhere`, if not from the site."""
    html = _once(VIEWPORT, REMOVED.sub("", html))
    if page != "search":
        html = SEARCH.sub("", html)
    if "sd-tab-set" not in html:
        html = TABS.sub("", html)
    html = THEME.sub(lambda _: SET_THEME, html, count=1)
    html = CONTENT_ID.sub(r'<section class="\1-content">', html)
    return page_policy.protect(page_icons.draw_icons(_once(SCRIPT, html)), elsewhere)


def _once(pattern: re.Pattern[str], html: str) -> str:
    """Keep the first of several equal pieces (any of them, for the viewport)."""
    seen = set[str]()

    def keep(piece: re.Match[str]) -> str:
        what = pattern.pattern if pattern is VIEWPORT else piece[0]
        if what in seen:
            return ""
        seen.add(what)
        return piece[0]

    return pattern.sub(keep, html)


def wrap_templates(app: Sphinx) -> None:
    """Let every page that Sphinx renders pass through `finish`."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render

    def render_and_finish(template: str, context: dict[str, Any]) -> str:
        html = render(template, context)
        return (
            finish(html, context["pagename"], python_source(app)) if "pagename" in context else html
        )

    app.builder.templates.render = render_and_finish


def python_source(app: Sphinx) -> str:
    """Return the origin that pages load Python from, "" for the site itself."""
    tools = getattr(app, "run_page_tools", None)
    if tools is None or "from this site" in tools.size:
        return ""
    source = urlsplit(TABLE["cdn"])
    return f"{source.scheme}://{source.netloc}"


def mend_theme(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheets that take the icon font's place."""
    if error is None and app.builder.format == "html":
        page_icons.write_styles(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("builder-inited", wrap_templates)
    app.connect("build-finished", mend_theme)
    app.add_css_file("icons.css", priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
