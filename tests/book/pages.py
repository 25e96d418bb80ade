"""The chapters as the tests see them: cells, prose, tables, labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "chapters"
CLAIMS = Path(__file__).parent / "claims"
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=fence)$", re.M | re.S
)
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.M)


@dataclass(frozen=True)
class Cell:
    """One code cell: where it begins, its options and its code."""

    line: int
    options: dict[str, Any]
    code: str


@dataclass(frozen=True)
class Page:
    """One chapter, by its slug."""

    slug: str

    @cached_property
    def text(self) -> str:
        """The source without the notebook header."""
        source = (CHAPTERS / f"{self.slug}.md").read_text(encoding="utf-8")
        header = re.match(r"---\n.*?^---\n", source, re.M | re.S)
        return (
            "\n" * source[: header.end()].count("\n") + source[header.end() :] if header else source
        )

    @cached_property
    def cells(self) -> list[Cell]:
        """The code cells in their order."""
        found = [m for m in FENCE.finditer(self.text) if m["info"].startswith("{code-cell}")]
        return [_cell(self.text[: m.start()].count("\n") + 1, m["body"]) for m in found]

    @cached_property
    def labels(self) -> list[str]:
        """What ``(label)=`` lines and the labels of exercises name."""
        return LABEL.findall(self.text)

    @cached_property
    def prose(self) -> list[tuple[int, str]]:
        """Numbered lines that a reader reads, without code, mathematics, links and citations."""
        text = FENCE.sub(_keep_prose, self.text)
        for pattern in (
            r"\$\$.*?\$\$",
            r"\$[^$\n]+\$",
            r"</?[a-zA-Z][^>]*>",
            r"\{[\w:]+\}`[^`]*`",
            r"``[^`]*``|`[^`\n]*`",
            r"\]\([^)]*\)",
            r"^\([\w-]+\)=$",
            r"^:[\w-]+:[^\n]*$",
        ):
            text = re.sub(pattern, lambda m: "\n" * m[0].count("\n"), text, flags=re.M | re.S)
        return [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]

    @cached_property
    def tables(self) -> list[tuple[int, list[str]]]:
        """The rows of Markdown tables, as numbered lists of cells."""
        lines = enumerate(FENCE.sub(_keep_prose, self.text).split("\n"), 1)
        rows = [
            (n, line.strip().strip("|").split("|")) for n, line in lines if line.startswith("|")
        ]
        return [(n, [cell.strip() for cell in row]) for n, row in rows]

    def has_cell_with(self, code: str) -> bool:
        """Tell whether a cell that runs contains the code, however it is broken into lines."""
        return any(squash(code) in squash(cell.code) for cell in self.cells)


def _cell(line: int, body: str) -> Cell:
    options = re.match(r"---\n(.*?)^---\n", body, re.M | re.S)
    if options:
        return Cell(line, yaml.safe_load(options[1]), body[options.end() :])
    colons = re.match(r"(:[^\n]*\n)*", body)
    assert colons
    pairs = re.findall(r"^:([\w-]+): *(.*)$", colons[0], re.M)
    return Cell(line, dict(pairs), body[colons.end() :])


def _keep_prose(fence: re.Match[str]) -> str:
    """Keep the inside of admonitions and the like, blank out code and mathematics."""
    if re.match(r"\{(admonition|dropdown|exercise|solution|note|tip|glossary)", fence["info"]):
        return "\n" + FENCE.sub(_keep_prose, fence["body"]) + "\n" * fence[0].endswith("\n")
    return "\n" * fence[0].count("\n")


def squash(code: str) -> str:
    """Leave out what does not change the meaning: white space, and the kind of quotes."""
    return re.sub(r"\s+", "", code).replace("'", '"')


def toc() -> list[str]:
    """Return the slugs of the book in reading order."""
    tree = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [tree["root"]]
    entries += [e["file"] for part in tree.get("parts", [tree]) for e in part.get("chapters", [])]
    return [Path(entry).name for entry in entries]


def pages() -> list[Page]:
    """Return every chapter there is, in the order of the alphabet."""
    return [Page(path.stem) for path in sorted(CHAPTERS.glob("*.md"))]


def claims() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Return for each claim where it is settled: (name of the file, entry)."""
    table: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path in sorted(CLAIMS.glob("*.json")):
        for claim, entry in json.loads(path.read_text(encoding="utf-8")).items():
            table.setdefault(claim, []).append((path.stem, entry))
    return table
