"""What a link to a page shows elsewhere: a description, and a picture drawn from its own trace.

The description is the page's first paragraph. The picture shows the page's title beside the matrix
of its trace (`book_map`), or the logo's squares where a page has none.
"""

from __future__ import annotations

import hashlib
import textwrap
from html import escape
from pathlib import Path
from typing import Any

import book_map
import numpy as np
from docutils import nodes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from page_key import ROOT
from sphinx.application import Sphinx

KEPT = ROOT / "_build" / ".cards"
FOLDER = "_static/cards"
LONGEST = 200
INK, SOFT, CARD = "#1c1f24", "#555c65", "#ffffff"
MINUS, PLUS = "#875600", "#0d5fae"
PLAIN = np.array([[1, 1, 1], [1, -1, -1], [1, -1, -1.0]])


def description(doctree: nodes.document) -> str:
    """Return the first paragraph, or as many of its sentences as fit."""
    first = next(iter(doctree.findall(nodes.paragraph)), None)
    words = " ".join((first.astext() if first else "").replace("\\", "").split())
    if len(words) <= LONGEST:
        return words
    cut = words[:LONGEST]
    end = max(cut.rfind(mark) for mark in (". ", "? "))
    return cut[: end + 1] if end > LONGEST // 3 else f"{cut.rsplit(' ', 1)[0]} …"


def draw(title: str, subtitle: str, matrix: np.ndarray, path: Path) -> None:
    """Draw the picture of a page, 1200 by 630 pixels."""
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=CARD)
    lines = "\n".join(textwrap.wrap(title, 22))
    figure.text(0.06, 0.86, lines, fontsize=40, weight="bold", color=INK, va="top", linespacing=1.2)
    figure.text(0.06, 0.1, subtitle, fontsize=20, color=SOFT)
    axes = figure.add_axes((0.6, 0.14, 0.34, 0.72))
    most = float(np.abs(matrix).max(initial=0)) or 1.0
    shades = LinearSegmentedColormap.from_list("sign", [MINUS, "#f2f4f6", PLUS])
    axes.pcolormesh(
        matrix[::-1], cmap=shades, vmin=-most, vmax=most, edgecolors=CARD, linewidth=1.5
    )
    axes.set_aspect("equal" if 0.4 < matrix.shape[0] / matrix.shape[1] < 2.5 else "auto")
    axes.axis("off")
    figure.savefig(path)


def picture(title: str, subtitle: str, slug: str) -> Path:
    """Return the file of a page's picture, drawn once for each title and trace."""
    made = book_map.pictures().get(slug)
    matrix = np.atleast_2d(np.asarray(made() if made else PLAIN, dtype=float))
    text = f"{title}\n{subtitle}\n{matrix.shape}".encode()
    code = Path(__file__).read_bytes()
    name = hashlib.sha256(text + np.ascontiguousarray(matrix).tobytes() + code).hexdigest()[:12]
    path = KEPT / f"{slug}-{name}.png"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        draw(title, subtitle, matrix, path)
    return path


def add_card(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the tags of a page, and its picture."""
    if doctree is None:
        return
    title = app.env.titles[page].astext()
    kept = picture(title, app.config.html_theme_options["logo"]["text"], page.rpartition("/")[2])
    target = Path(app.outdir) / FOLDER / kept.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept.read_bytes())
    context["metatags"] = context.get("metatags", "") + tags(
        title, description(doctree), app.config.html_baseurl, page, kept.name
    )


def tags(title: str, words: str, base: str, page: str, card: str) -> str:
    """Return the tags; an address in one must be absolute, so without the site's there is none."""
    told = {"og:title": title, "og:description": words, "og:type": "article"}
    if base:
        told |= {"og:url": f"{base}{page}.html", "og:image": f"{base}{FOLDER}/{card}"}
        told |= {"og:image:width": "1200", "og:image:height": "630"}
        told |= {"og:image:alt": f"The title “{title}” beside the matrix of the page's trace"}
    named = {"description": words, "twitter:title": title, "twitter:description": words}
    named["twitter:card"] = "summary_large_image" if base else "summary"
    if base:
        named["twitter:image"] = told["og:image"]
    lines = [f'<meta property="{key}" content="{escape(text)}" />' for key, text in told.items()]
    lines += [f'<meta name="{key}" content="{escape(text)}" />' for key, text in named.items()]
    return "\n".join(["", *lines, ""])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("html-page-context", add_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
