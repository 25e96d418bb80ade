"""The code cells of a page: their text as it is written, and where they stand in the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import jupytext
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)
CELL = re.compile(r'<div class="cell(?P<more>(?: [\w-]+)*) docutils container"(?: id="[^"]*")?>')
TITLE = re.compile(r"</h1>\s*")


@dataclass(frozen=True)
class CodeCell:
    """One cell: its number among the code cells, counted from 1."""

    n: int
    code: str
    tags: tuple[str, ...]
    shown: bool


def code_cells(app: Sphinx, page: str, doctree: nodes.document) -> list[CodeCell]:
    """Return the cells of a page, those that the page hides too."""
    path = app.env.doc2path(page)
    if not path.endswith((".md", ".ipynb")) or not _places(doctree):
        return []
    found = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    shown, cells = _matched(page, found, _places(doctree)), []
    for n, cell in enumerate(found, 1):
        tags = tuple(cell.metadata.get("tags", ()))
        cells.append(CodeCell(n, cell.source, tags, n in shown))
    return cells


def _places(doctree: nodes.document) -> list[nodes.Element]:
    return [
        node for node in doctree.findall(nodes.container) if node.get("nb_element") == "cell_code"
    ]


def _matched(page: str, found: list[Any], places: list[nodes.Element]) -> set[int]:
    """Return the numbers of the cells that have a place, which they keep in their order."""
    shown: set[int] = set()
    n = 0
    for place in places:
        code = _code(place)
        while n < len(found):
            n += 1
            if code is None or found[n - 1].source.strip() == code.strip():
                shown.add(n)
                break
        else:
            log.warning("run_page: a cell of %s is not found in its source", page)
    return shown


def _code(place: nodes.Element) -> str | None:
    """Return the code of a cell as the page shows it, or None where it is left out."""
    for node in place.findall(nodes.container):
        if node.get("nb_element") == "cell_code_source":
            return next(node.findall(nodes.literal_block)).astext()
    return None


def mark(body: str, cells: list[CodeCell], bar: str) -> str:
    """Write the numbers into the cells of a page's HTML, and the bar below its title."""
    numbers = iter([cell.n for cell in cells if cell.shown])

    def numbered(match: re.Match[str]) -> str:
        return f'{match[0][:-1]} data-cell="{next(numbers)}" data-state="idle">'

    return TITLE.sub(lambda match: match[0] + bar, CELL.sub(numbered, body), count=1)
