"""The homework kit as its tests use it: made once, filled with submissions, graded by Otter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
SOLUTIONS = Path(__file__).parent / "solutions"
SEED = 90210

CORRECT = {
    "homework_dense": ["dense", "dense_loops"],
    "homework_convolution": ["convolution", "convolution_textbook"],
    "homework_pooling": ["pooling"],
    "homework_softmax": ["softmax"],
    "homework_bug_hunt": ["bug_hunt"],
    "homework_network": ["network"],
}


def solution(name: str) -> str:
    """Return the text of a correct submission's functions."""
    return (SOLUTIONS / f"{name}.py").read_text(encoding="utf-8")


def hand_in(student_notebook: Path, code: str, path: Path) -> Path:
    """Write a submission: the first cell to fill in holds the code, the others nothing."""
    notebook = nbformat.read(student_notebook, as_version=4)
    cells = [c for c in notebook.cells if "exercise" in c.metadata.get("tags", [])]
    for cell in cells:
        cell.source = ""
    cells[0].source = code
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def code_of(notebook: Path) -> list[str]:
    """Return the code cells of a notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def functions(code: str) -> dict[str, Callable[..., Any]]:
    """Run some code and return the names it defines."""
    space: dict[str, Any] = {}
    exec(code, space)
    return space
