"""Execute a page once, and again only when something changed that its outputs depend on.

The outputs of each page are kept in ``_build/.pages`` (or ``$BOOK_PAGES``) under `page_key`. A page
is read again, too, when its key is another than when it was last read.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import myst_nb.sphinx_
import nbformat
from jupyter_cache.executors import utils
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import NotebookClientDirect, create_client
from myst_nb.core.read import create_nb_reader
from page_key import ROOT, page_key, settings
from patient_client import PatientClient
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def folder() -> Path:
    """Return where executed pages are kept."""
    return Path(os.environ.get("BOOK_PAGES", ROOT / "_build" / ".pages"))


class KeptPage(NotebookClientDirect):
    """Take the outputs of a page from its file; execute it only where there is none."""

    def start_client(self) -> None:
        """Fill in the outputs."""
        kept = folder() / f"{self.path.stem}-{page_key(self.notebook)}.ipynb"
        started = perf_counter()
        if kept.exists():
            _fill(self.notebook, nbformat.read(kept, nbformat.NO_CONVERT))
            os.utime(kept)
            self.exec_metadata = _metadata(perf_counter() - started)
            return
        super().start_client()
        if self.exec_metadata["succeeded"]:
            _write(kept, nbformat.writes(self.notebook))


def _fill(notebook: Any, kept: Any) -> None:
    """Give the cells of a page what was kept of them."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    done = [cell for cell in kept.cells if cell.cell_type == "code"]
    for cell, old in zip(cells, done, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    notebook.metadata.language_info = kept.metadata.language_info


def _metadata(seconds: float) -> dict[str, Any]:
    return {
        "mtime": datetime.now().timestamp(),
        "runtime": seconds,
        "method": "kept",
        "succeeded": True,
        "error": None,
        "traceback": None,
    }


def _write(path: Path, text: str) -> None:
    """Write a file completely or not at all, and drop the page's older ones but three."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    slug = path.stem.rpartition("-")[0]
    older = sorted(path.parent.glob(f"{slug}-*.ipynb"), key=lambda p: p.stat().st_mtime)
    for old in older[:-4]:
        old.unlink(missing_ok=True)


def client(
    notebook: Any, source: str, config: NbParserConfig, logger: Any, read_fmt: Any = None
) -> Any:
    """Stand in for myst-nb's ``create_client``."""
    plain = create_client(notebook, source, config, logger, read_fmt)
    return (
        KeptPage(notebook, plain.path, config, logger)
        if type(plain) is NotebookClientDirect
        else plain
    )


def run(notebook: Any, **options: Any) -> Any:
    """Stand in for nbclient's ``execute``, in the folder ``cwd``."""
    cwd = options.pop("cwd")
    return PatientClient(notebook, resources={"metadata": {"path": cwd}}, **options).execute()


def changed(
    app: Sphinx, env: BuildEnvironment, added: set[str], seen: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose outputs are out of date although their text is not."""
    common = settings()
    now = {doc: f"{common} {_key_of(app, doc)}" for doc in env.found_docs}
    before = getattr(env, "page_keys", {})
    env.page_keys = now
    return [doc for doc in now if before.get(doc) != now[doc]]


def _key_of(app: Sphinx, doc: str) -> str | None:
    path = app.env.doc2path(doc)
    text = Path(path).read_text(encoding="utf-8")
    reader = create_nb_reader(path, app.env.myst_config, app.env.mystnb_config, text)
    return page_key(reader.read(text)) if reader else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    myst_nb.sphinx_.create_client = client
    utils.executenb = run
    os.environ.setdefault("CNNLIB_KEEP", str(folder().with_name(".trained")))
    app.connect("env-get-outdated", changed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
