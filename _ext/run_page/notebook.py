"""A clean notebook of each page: its words as plain Markdown, its code, its answers closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import (
    exercise_enumerable_node,
    exercise_node,
    exercise_subtitle,
    exercise_title,
)

from run_page.cells import CodeCell
from run_page.markdown import Markdown, details, folded, unfolded

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
ADDRESS = """import os

os.environ["CNNLIB_BOOK"] = "{base}/chapters/"  # where reports find the book

"""
INSTALL = """try:
    import cnnlib
except ImportError:
    %pip install -q "{what}"
    import cnnlib
cnnlib.__version__"""
EXERCISES = (exercise_node, exercise_enumerable_node)
KEPT_TAGS = ("exercise", "check")


@dataclass
class Part:
    """A piece of a page: words, or a cell; with the titles of the answers it is hidden in."""

    within: tuple[str, ...]
    words: nodes.Node | None = None
    place: nodes.Element | None = None
    level: int = 0


def write_notebook(app: Sphinx, page: str, doctree: nodes.document, cells: list[CodeCell]) -> Path:
    """Write ``notebooks/SLUG.ipynb`` into the built site."""
    slug = page.rpartition("/")[2]
    folder = Path(app.outdir) / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    notebook = as_notebook(app, page, doctree, cells)
    path = folder / f"{slug}.ipynb"
    nbformat.write(notebook, path)
    return path


def as_notebook(
    app: Sphinx, page: str, doctree: nodes.document, cells: list[CodeCell]
) -> nbformat.NotebookNode:
    """Return a page as a notebook without outputs."""
    from cnnlib import __version__

    slug = page.rpartition("/")[2]
    base = app.config.html_baseurl.rstrip("/")
    numbers = app.env.toc_fignumbers.get(page, {})
    write = Markdown(
        macros=app.config.mathjax3_config["tex"]["macros"],
        link=lambda address: _link(address, slug, base),
        number=lambda kind, key: ".".join(map(str, numbers.get(kind, {}).get(key, ()))),
    )
    found = list(_cells(doctree, cells, write))
    if base:
        here = f"[This page in the book]({base}/chapters/{slug}.html)"
        found[0].source += f"\n\n{here}: animated, and with links that work."
    if cells:
        what = f"cnnlib[plots,widgets]=={__version__}"
        start = ADDRESS.format(base=base) if base else ""
        install = nbformat.v4.new_code_cell(start + INSTALL.format(what=what))
        install.metadata["tags"] = ["install"]
        found.insert(1, install)
    for number, cell in enumerate(found):
        cell["id"] = f"cell-{number}"
    metadata: dict[str, Any] = {"kernelspec": KERNEL}
    if slug.startswith("homework_"):
        metadata["otter"] = {"assignment_name": slug}
    return nbformat.v4.new_notebook(cells=found, metadata=metadata)


def _cells(
    doctree: nodes.document, cells: list[CodeCell], write: Markdown
) -> Iterator[nbformat.NotebookNode]:
    """Yield the cells; words that belong together stand in one."""
    waiting: list[Part] = []
    numbered = iter(_with_hidden(cells))
    for part in _parts(doctree, (), 0):
        if part.place is None:
            if waiting and waiting[-1].within != part.within:
                yield from _words(waiting, write)
                waiting = []
            if part.level and waiting:
                yield from _words(waiting, write)
                waiting = []
            waiting.append(part)
            continue
        yield from _words(waiting, write)
        waiting = []
        for cell in next(numbered, []):
            yield _code_cell(cell, bool(part.within))
        yield from _words(_captions(part), write)
    yield from _words(waiting, write)
    for rest in numbered:
        yield from (_code_cell(cell, False) for cell in rest)


def _with_hidden(cells: list[CodeCell]) -> Iterator[list[CodeCell]]:
    """Yield each shown cell together with those before it that the page leaves out."""
    group: list[CodeCell] = []
    for cell in cells:
        group.append(cell)
        if cell.shown:
            yield group
            group = []
    if group:
        yield group


def _parts(node: nodes.Element, within: tuple[str, ...], level: int) -> Iterator[Part]:
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from _parts(child, within, level + 1)
        elif isinstance(child, exercise_title) or _toctree(child):
            continue
        elif isinstance(child, nodes.title):
            yield Part(within, child, level=level)
        elif isinstance(child, nodes.container) and child.get("nb_element") == "cell_code":
            yield Part(within, place=child)
        elif folded(child) and _has_cells(child):
            title, rest = unfolded(child)
            yield from _parts(rest, (*within, title), level)
        elif isinstance(child, EXERCISES):
            yield Part(within, child, level=level + 1)
            yield from _parts(_without_titles(child), within, level)
        elif _has_cells(child):
            yield from _parts(child, within, level)
        elif not isinstance(child, nodes.comment | nodes.target):
            yield Part(within, child)


def _without_titles(node: nodes.Element) -> nodes.Element:
    inside = [child for child in node.children if not isinstance(child, nodes.title)]
    bare = [c for child in inside for c in (child.children if _is_section(child) else [child])]
    return nodes.container("", *[child.deepcopy() for child in bare])


def _is_section(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section)


def _has_cells(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and any(
        child.get("nb_element") == "cell_code" for child in node.findall(nodes.container)
    )


def _captions(part: Part) -> list[Part]:
    assert part.place is not None
    found = []
    for figure in part.place.findall(nodes.figure):
        captions = [
            child.deepcopy() for child in figure.children if isinstance(child, nodes.caption)
        ]
        found.append(Part(part.within, nodes.figure("", *captions, ids=figure["ids"])))
    return found


def _words(parts: list[Part], write: Markdown) -> Iterator[nbformat.NotebookNode]:
    texts = []
    for part in parts:
        if part.level and part.words is not None:
            texts.append(f"{'#' * part.level} {_title(part.words, write)}")
        elif part.words is not None:
            texts.append(write.block(part.words))
    text = re.sub(r"\n---\n\n---\n", "\n---\n", "\n\n".join(filter(None, texts)))
    for title in reversed(parts[0].within if parts and text else ()):
        text = details(title, text)
    if text:
        yield nbformat.v4.new_markdown_cell(text)


def _title(node: Any, write: Markdown) -> str:
    if not isinstance(node, EXERCISES):
        return write.inline(node)
    titles = [write.inline(child) for child in node.findall(exercise_subtitle)]
    number = write.number("exercise", next(iter(node["ids"]), ""))
    return " ".join(filter(None, ["Exercise", number, *titles]))


def _toctree(node: nodes.Node) -> bool:
    return isinstance(node, nodes.compound) and "toctree-wrapper" in node["classes"]


def _code_cell(cell: CodeCell, hidden: bool) -> nbformat.NotebookNode:
    tags = [tag for tag in cell.tags if tag in KEPT_TAGS]
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if hidden:
        metadata["jupyter"] = {"source_hidden": True}
    return nbformat.v4.new_code_cell(cell.code, metadata=metadata)


def _link(address: str, slug: str, base: str) -> str:
    """Return the address of a link for the notebook, or "" where it would lead nowhere.

    With the site's address links lead to its pages; without it, to the notebooks beside this one.
    """
    if re.match(r"[a-z]+:", address):
        return address
    page, _, anchor = address.partition("#")
    page = page.removesuffix(".html").rpartition("/")[2] or slug
    if base:
        return f"{base}/chapters/{page}.html{'#' * bool(anchor)}{anchor}"
    return "" if page == slug or anchor.startswith("tv:") else f"{page}.ipynb"
