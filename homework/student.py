"""The student's notebook: the chapter, in words that any notebook server shows.

What MyST knows and notebooks do not (boxes, coloured symbols, links between chapters) becomes plain
Markdown and HTML. The hints stay folded.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat

from homework.chapter import CHAPTERS, Chapter

ADDRESS = """import os

os.environ["CNNLIB_BOOK"] = "{book}/"  # where reports find the book

"""
INSTALL = """try:
    import cnnlib
except ImportError:
    %pip install -q "{what}"
    import cnnlib
cnnlib.__version__"""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
OPENING = re.compile(r"^(:{3,})\{(\w+)\} *(.*)$")
SYMBOL = re.compile(r"\[([^\]]+)\]\{\.sym-\w+\}")
LINK = re.compile(r"\[([^\]]*)\]\((?:(\w+)\.md)?(#[\w-]+)?\)")
MACRO = re.compile(r"\\(dx|dw|db|da|delta|loss|corr|rot|[xwbzapy])(?![a-zA-Z])")
PLAIN = {
    "dx": r"\mathit{dx}", "dw": r"\mathit{dw}", "db": r"\mathit{db}", "da": r"\mathit{da}",
    "delta": r"\delta", "loss": "L", "corr": r"\star", "rot": r"\mathrm{ROT180}",
}  # fmt: skip


def write_notebook(chapter: Chapter, folder: Path, *, install: str, book: str) -> Path:
    """Write the notebook that students get; it holds neither solutions nor hidden numbers."""
    address = ADDRESS.format(book=book.rstrip("/")) if book else ""
    cells = [nbformat.v4.new_code_cell(address + INSTALL.format(what=install))]
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(as_markdown(cell.source, book)))
        else:
            tags = [tag for tag in cell.metadata.get("tags", []) if tag in ("exercise", "check")]
            cells.append(nbformat.v4.new_code_cell(cell.source, metadata={"tags": tags}))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata = {"kernelspec": KERNEL, "otter": {"assignment_name": chapter.name}}
    path = folder / f"{chapter.name}.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells[1:2] + cells[:1] + cells[2:], metadata=metadata), path
    )
    return path


def as_markdown(text: str, book: str = "") -> str:
    """Translate MyST into what notebooks show without an extension."""
    lines, open_boxes = [], []
    for line in text.split("\n"):
        opening = OPENING.match(line)
        if opening:
            colons, kind, title = opening.groups()
            open_boxes.append((colons, kind))
            lines += [_before(kind, title), ""]
        elif open_boxes and line == open_boxes[-1][0]:
            lines += ["", "</details>" if open_boxes.pop()[1] == "dropdown" else "---"]
        elif not re.match(r"^:[\w-]+:|^\([\w-]+\)=$", line):
            lines.append(line)
    return _inline("\n".join(lines), book).strip()


def _before(kind: str, title: str) -> str:
    if kind == "dropdown":
        return f"<details><summary><b>{title}</b></summary>"
    return f"---\n\n**{title or kind.capitalize()}**"


def _inline(text: str, book: str) -> str:
    text = SYMBOL.sub(r"*\1*", text)
    text = LINK.sub(lambda m: _link(m[1], m[2], m[3], book), text)
    text = re.sub(r"`{3}\{math\}\n(?::label:[^\n]*\n)?(.*?)`{3}", r"$$\n\1$$", text, flags=re.S)
    return re.sub(r"\$[^$]+\$", lambda m: MACRO.sub(_plain, m[0]), text)


def _plain(macro: re.Match[str]) -> str:
    """Write one of the book's symbols without its macro, and apart from the word before it."""
    return f"{{{PLAIN.get(macro[1], macro[1])}}}"


def _link(words: str, page: str | None, anchor: str | None, book: str) -> str:
    if not book:
        return f"*{words}*"
    page = page or _page_of((anchor or "")[1:])
    return f"[{words}]({book.rstrip('/')}/{page}.html{anchor or ''})"


@cache
def _page_of(label: str) -> str:
    """Return the chapter in which a section has this label."""
    pages = sorted(CHAPTERS.glob("*.md"))
    return next(p.stem for p in pages if f"\n({label})=\n" in p.read_text(encoding="utf-8"))
