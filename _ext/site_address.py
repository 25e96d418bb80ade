"""Where the book is to be found: one setting, two addresses.

``html: baseurl`` and ``repository: url`` in ``_config.yml``, or the variables ``SITE_URL`` and
``REPOSITORY_URL``, which the workflows set. Both may be empty: then the book names no place, and
has no button, tag or file that would need one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")
MISSING = "404"


def set_addresses(app: Sphinx, config: Config) -> None:
    """Hand the two addresses to all that ask for them."""
    site = os.environ.get("SITE_URL") or config.html_baseurl or ""
    config.html_baseurl = site.rstrip("/") + "/" if site else ""
    options = config.html_theme_options
    source = (os.environ.get("REPOSITORY_URL") or options.get("repository_url") or "").rstrip("/")
    options["repository_url"] = source
    options |= dict.fromkeys(BUTTONS, bool(source))
    if source:
        options.setdefault("repository_branch", "main")
        options.setdefault("repository_provider", "github")


def missing_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write the page that a server shows for an address that is none."""
    told = {"title": "No such page", "first": app.config.root_doc}
    yield MISSING, told | {"base": app.config.html_baseurl}, "404.html"


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Write sitemap.xml and robots.txt, which need the site's address."""
    base = app.config.html_baseurl
    if error is not None or app.builder.format != "html" or not base:
        return
    names = sorted(f"{doc}.html" for doc in app.env.found_docs)
    today = date.today().isoformat()
    rows = [f"<url><loc>{base}{name}</loc><lastmod>{today}</lastmod></url>" for name in names]
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">\n'
    site = Path(app.outdir)
    (site / "sitemap.xml").write_text(text + "\n".join(rows) + "\n</urlset>\n", encoding="utf-8")
    words = f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
    (site / "robots.txt").write_text(words, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("config-inited", set_addresses)
    app.connect("html-collect-pages", missing_page)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
