"""Homework chapters as data: which functions they ask for, and how each is judged.

The convention is small. A cell tagged ``exercise`` holds a function to be written; a cell tagged
``check`` asks :mod:`cnnlib.check` about it, as ``check.f(mine)`` or
``check.verdict("f", wrong, cause)``. The judged exercises are read off the ``check`` cells.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
# Seconds for all calls of an exercise together.
LIMIT_S, LIMITS_S = 5.0, {"network": 120.0}


@dataclass(frozen=True)
class Chapter:
    """One homework chapter."""

    path: Path

    @property
    def name(self) -> str:
        """The slug, which is also the name of the assignment."""
        return self.path.stem

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The chapter as a notebook."""
        return jupytext.read(self.path)

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """What is judged, in the order of the page."""
        return [item for call in self._checks() if (item := self._item(call))]

    def _checks(self) -> Iterator[ast.Call]:
        for cell in tagged(self.notebook, "check"):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("check."):
                    yield node

    def _item(self, call: ast.Call) -> dict[str, Any]:
        from cnnlib import check

        kind = ast.unparse(call.func).removeprefix("check.")
        if kind == "verdict":
            exercise, wrong, cause = call.args
            return {
                "kind": "verdict",
                "name": f"{ast.unparse(wrong)} named",
                "exercise": ast.literal_eval(exercise),
                "wrong": ast.unparse(wrong),
                "cause": ast.unparse(cause),
                "code": self._code_of(ast.unparse(wrong)),
            }
        functions = [ast.unparse(function) for function in call.args]
        limits = [ast.literal_eval(k.value) for k in call.keywords if k.arg == "limit_s"]
        report = getattr(check, kind)(*[_unwritten] * len(functions))
        return {
            "kind": "check",
            "name": functions[0] if len(functions) == 1 else kind,
            "exercise": kind,
            "functions": functions,
            "parts": list(report.score),
            "limit_s": limits[0] if limits else LIMITS_S.get(kind, LIMIT_S),
        }

    def _code_of(self, function: str) -> str:
        """Return the imports of the chapter and the cell that defines a function."""
        code = [cell.source for cell in self.notebook.cells if cell.cell_type == "code"]
        imports = [ast.unparse(node) for source in code for node in _imports(source)]
        cell = next(source for source in code if f"def {function}(" in source)
        return "\n".join([*imports, cell])


def _unwritten(*args: Any, **keywords: Any) -> None:
    """Stand in for any exercise, to learn of which parts its report consists."""


def _imports(source: str) -> Iterator[ast.stmt]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    """Return the code cells with a tag."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if tag in cell.metadata.get("tags", [])]


def chapters(names: list[str] | None = None) -> list[Chapter]:
    """Return the homework chapters of these names, or all that have something to be graded."""
    pages = map(Chapter, sorted(CHAPTERS.glob("homework_*.md")))
    found = {page.name: page for page in pages if tagged(page.notebook, "check")}
    unknown = sorted(set(names or []) - set(found))
    if unknown:
        raise SystemExit(f"no homework is called {unknown[0]}; there are {', '.join(found)}")
    return [found[name] for name in names or found]
