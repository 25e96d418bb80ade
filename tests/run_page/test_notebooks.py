"""The notebooks of the built book: plain, whole, closed where the page is, and they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
import pytest

from homework.package import build_wheel

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html")).resolve()
PAGES = sorted(
    path.stem
    for path in (ROOT / "chapters").glob("*.md")
    if "{code-cell}" in path.read_text("utf-8")
)
LEFT = re.compile(
    r":::|\{[a-z:-]+\}`|```\{|^\([\w-]+\)=$|^:[a-z]+:|\]\(#|\]\(\)|\{\.sym|\\class"
    r"|\\(?:dx|dw|db|da|corr|rot|loss|x|w|b|z|a|p|y)(?![a-zA-Z])|href=\"#|<script|\w\.md[)#]",
    re.MULTILINE,
)


def read(name: str) -> nbformat.NotebookNode:
    path = BOOK / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        message = f"{path} is missing: run make book"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_is_plain_and_whole(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert words[0].startswith("# ")
    for text in words:
        assert not LEFT.search(re.sub(r"`[^`]*`", "", text)), LEFT.search(text)
        assert text.count("<details>") == text.count("</details>")
        assert text.count("$$") % 2 == 0
        for link in re.findall(r"\]\((\w+\.ipynb)\)", text):
            assert (BOOK / "notebooks" / link).is_file(), link
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "%pip install" in code[0].source
    assert all(not cell.outputs for cell in code)
    page = jupytext.read(ROOT / "chapters" / f"{name}.md")
    own = [cell.source for cell in page.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code[1:]] == own


@pytest.mark.parametrize("name", PAGES)
def test_answers_are_closed(name: str) -> None:
    notebook = read(name)
    source = (ROOT / "chapters" / f"{name}.md").read_text(encoding="utf-8")
    asked = len(re.findall(r"^`+\{solution-start\}", source, re.M))
    asked += len(re.findall(r"^:+\{dropdown\}", source, re.M))
    closed = "".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert closed.count("<details>") >= asked
    for solution in re.findall(r"\{solution-start\}.*?\{solution-end\}", source, re.S):
        for code in re.findall(r"\{code-cell\}[^\n]*\n(.*?)```", solution, re.S):
            cell = next(c for c in notebook.cells if c.source == code.rstrip("\n"))
            assert cell.metadata["jupyter"]["source_hidden"]


@pytest.mark.slow
def test_every_notebook_runs_in_an_environment_of_its_own(tmp_path: Path) -> None:
    """A new environment with the wheel and what a reader installs; two notebooks at a time."""
    for name in PAGES:
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(read(name)), encoding="utf-8")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    wheel = build_wheel(tmp_path)
    needs = [f"{wheel}[plots,widgets]", "ipykernel", "nbclient", "tqdm"]
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", *needs]
    subprocess.run(pip, check=True)

    def run(name: str) -> str:
        command = [environment / "bin" / "jupyter-execute", tmp_path / f"{name}.ipynb"]
        kept = {"CNNLIB_KEEP": str(BOOK.parent / ".trained"), "OPENBLAS_NUM_THREADS": "1"}
        variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | kept
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        return f"{name}: {done.stderr[-1500:]}" if done.returncode else ""

    with ThreadPoolExecutor(2) as pool:
        assert list(filter(None, pool.map(run, PAGES))) == []
