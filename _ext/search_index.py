"""Write what the book's search looks through: title, headings, text and aliases of each page.

It is a script that sets a variable, since a page opened from disk may load scripts and nothing
else. ``search_aliases.yml`` says what people type who look for a page.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx

ALIASES = Path(__file__).with_name("search_aliases.yml")
# Not in _static, whose scripts Jupyter Book gives to every page.
SCRIPTS = Path(__file__).with_name("search")
TEXT = (nodes.paragraph, nodes.caption, nodes.term, nodes.rubric)
# These pages mention everything and explain little; homework asks what a chapter explains.
WEIGHTS = {"api": 0.45, "bibliography": 0.4, "glossary": 0.6, "instructors": 0.6, "homework": 0.6}
WEIGHTS |= {"confusions": 0.75, "intro": 0.7, "published": 0.75, "printed": 0.75, "notation": 0.8}


def aliases() -> dict[str, list[str]]:
    """Return what people type, by the slug of the page they look for."""
    known = yaml.safe_load(ALIASES.read_text(encoding="utf-8"))
    return {slug: [str(alias) for alias in found] for slug, found in known.items()}


def describe(doctree: nodes.document, name: str, known: dict[str, list[str]]) -> dict[str, Any]:
    """Return what is to be found of one page."""
    headings = [_plain(title) for title in doctree.findall(nodes.title)]
    slug = name.rpartition("/")[2]
    return {
        "id": name,
        "title": headings[0] if headings else slug,
        "headings": headings[1:],
        "aliases": known.get(slug, []),
        "text": "\n".join(filter(None, _paragraphs(doctree))),
        "weight": next((w for part, w in WEIGHTS.items() if slug.startswith(part)), 1.0),
    }


def _paragraphs(doctree: nodes.document) -> Iterator[str]:
    """Yield the running text and the names of documented functions, without formulas."""
    for node in doctree.findall(lambda n: isinstance(n, TEXT)):
        yield _plain(node)
    for node in doctree.findall():
        if node.tagname == "desc_signature":
            yield str(node.get("fullname", ""))


def _plain(node: nodes.Element) -> str:
    """Return the text of a node; of a formula only single letters, without their macros' sign."""
    parts = []
    for leaf in node.findall(nodes.Text):
        formula = isinstance(leaf.parent, nodes.math)
        parts.append(str(leaf).replace("\\", "") if formula else str(leaf))
    return " ".join("".join(parts).split())


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the pages' texts beside the other scripts."""
    if error is not None or app.builder.format != "html":
        return
    known = aliases()
    pages = [describe(app.env.get_doctree(doc), doc, known) for doc in sorted(app.env.found_docs)]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "search"
    shutil.copytree(SCRIPTS, target, dirs_exist_ok=True)
    (target / "pages.js").write_text(f"const searchPages = {text};\n", encoding="utf-8")
    # Sphinx's own index is never loaded.
    (Path(app.outdir) / "searchindex.js").unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
