"""A page is executed once, and again when what it depends on has changed: by real builds."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat.v4 as nb
import patient_client
import pytest
from nbclient.exceptions import CellTimeoutError
from patient_client import PatientClient

ROOT = Path(__file__).parents[2]
PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---
# One

Words.

```{code-cell} ipython3
from pathlib import Path

from cnnlib import value

with Path("../runs").open("a") as log:
    log.write(".")
print("value", value)
```
"""
CONF = "extensions = ['myst_nb', 'kept_pages']\nnb_execution_mode = 'force'\nroot_doc = 'one'\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    tmp_path = tmp_path / "a book of δ"  # a path may have blanks, and letters of any script
    (tmp_path / "book").mkdir(parents=True)
    (tmp_path / "cnnlib").mkdir()
    for name in ("kept_pages.py", "page_key.py", "patient_client.py"):
        (tmp_path / "_ext").mkdir(exist_ok=True)
        shutil.copy(ROOT / "_ext" / name, tmp_path / "_ext")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "cnnlib" / "__init__.py").write_text("value = 1\n")
    (tmp_path / "book" / "conf.py").write_text(CONF)
    (tmp_path / "book" / "one.md").write_text(PAGE)
    return tmp_path


def start(book: Path) -> subprocess.Popen[str]:
    """Begin to build."""
    paths = f"{book}{os.pathsep}{book / '_ext'}"
    return subprocess.Popen(
        [sys.executable, "-m", "sphinx", "-q", "-W", "book", "out"],
        cwd=book,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def built(book: Path) -> tuple[str, int]:
    """Build, and return the page and how often it has been executed so far."""
    done = start(book)
    errors = done.communicate()[1]
    assert done.returncode == 0, errors
    return (book / "out" / "one.html").read_text(), len((book / "runs").read_text())


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_page_is_executed_when_its_sources_change_and_not_otherwise(book):
    page, runs = built(book)
    assert "value 1" in page
    assert runs == 1
    edit(book / "book" / "one.md", "Words.", "Other words.")
    page, runs = built(book)
    assert "Other words." in page
    assert "value 1" in page
    assert runs == 1
    edit(book / "cnnlib" / "__init__.py", "value = 1", "value = 2")
    page, runs = built(book)
    assert "value 2" in page
    assert runs == 2
    edit(book / "cnnlib" / "__init__.py", "value = 2", "value = 1")
    page, runs = built(book)
    assert "value 1" in page
    assert runs == 2


PLACES = {
    "while it executes": lambda book: (book / "runs").exists(),
    "when a page is kept": lambda book: any((book / "_build" / ".pages").glob("*.ipynb")),
    "while it writes": lambda book: any((book / "out").glob("*.html")),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_build_that_was_killed_goes_on(book, place):
    going = start(book)
    while going.poll() is None and not PLACES[place](book):
        time.sleep(0.02)
    going.kill()
    going.communicate()
    page, runs = built(book)
    assert "value 1" in page
    assert runs <= 2
    edit(book / "cnnlib" / "__init__.py", "value = 1", "value = 3")
    assert "value 3" in built(book)[0]


def run(monkeypatch: pytest.MonkeyPatch, cell: str, look: int = 1) -> str:
    monkeypatch.setattr(patient_client, "LOOK", look)
    notebook = nb.new_notebook(cells=[nb.new_code_cell(cell)])
    PatientClient(notebook).execute()
    return notebook.cells[0].outputs[0].text


def test_a_cell_may_take_many_looks_while_it_works(monkeypatch):
    work = "import time\nwhile time.process_time() < 4:\n    pass\nprint('done')"
    assert run(monkeypatch, work) == "done\n"


def test_a_cell_that_stands_still_is_stopped(monkeypatch):
    with pytest.raises(CellTimeoutError, match="stands still"):
        run(monkeypatch, "import threading; threading.Event().wait()", look=3)


def test_a_cell_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(patient_client, "MOST", 2.0)
    with pytest.raises(CellTimeoutError, match="more processor time"):
        run(monkeypatch, "while True: pass")
