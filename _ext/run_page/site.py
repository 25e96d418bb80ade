"""What a built site holds so that its pages can run: below ``_static/run``, under hashes."""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from run_page.cells import CodeCell
from run_page.files import TABLE, MissingError, obtain

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
PACKED = (".wasm",)  # what a plain server would send at three times the size
FIRST = (
    "pyodide.mjs",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "numpy",
    "traitlets",
)
# What a wheel holds for building others and for testing; no page can use it.
SPARE = re.compile(
    r"\.(pyi|pxd|a|h)$|/tests?/|/f2py/|/_pyinstaller/|/distutils/|/sample_data/|/web_backend/"
    r"|/mpl-data/images/|/fonts/(afm|pdfcorefonts)/|/DejaVuSerif|/cm\w+10\.ttf"
)
SLIM = ("numpy", "matplotlib")
WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Tools:
    """Where the tools of this build lie, and what a page says before the click."""

    root: Path
    folder: str
    size: str


def bar(page: str, notebook: Path, tools: Tools | None) -> str:
    """Return the row below the title of a page."""
    slug = page.rpartition("/")[2]
    start = '<button type="button" class="run-start">Run this page</button>' if tools else ""
    size = f'<span class="run-size">{tools.size}</span>' if tools else ""
    up = "../" * page.count("/")
    link = f'<a class="run-link" href="{up}notebooks/{notebook.name}" download>Notebook</a>'
    inside = f'{start}{link}{size}<span role="status"></span>'
    return f'<div class="run-bar" data-page="{slug}">{inside}</div>\n'


def lay_out(app: Sphinx, mode: str) -> Tools:
    """Write everything that is the same for all pages."""
    root = Path(app.outdir) / "_static" / "run"
    root.mkdir(parents=True, exist_ok=True)
    files = _python(root, mode)
    mode = mode if files else "cdn"
    parts = {**dict(_own()), "lock.json": _lock(files)}
    bundle = _bundle(app)
    names = {"site.zip": bundle, "widgets.mjs": _widgets().encode()}
    manifest = _manifest(mode, files, len(bundle)) | _editor(root)
    parts |= {**names, "manifest.json": json.dumps(manifest).encode()}
    folder = hashlib.sha256(b"".join(parts[name] for name in sorted(parts))).hexdigest()[:10]
    (root / folder / "pages").mkdir(parents=True, exist_ok=True)
    for name, content in parts.items():
        (root / folder / name).write_bytes(content)
    return Tools(root, folder, _size(mode, manifest["wire"]))


def write_page(tools: Tools, page: str, cells: list[CodeCell]) -> None:
    """Write what the page's script needs to know of its cells."""
    data = {"cells": [{"n": c.n, "code": c.code, "tags": c.tags} for c in cells]}
    path = tools.root / tools.folder / "pages" / f"{page.rpartition('/')[2]}.json"
    path.write_text(json.dumps(data), encoding="utf-8")


def lend_trained(app: Sphinx) -> None:
    """Copy the networks that this build has trained, or an earlier one with the same sources."""
    from cnnlib.nn.kept import sources_key

    target = Path(app.outdir) / "_static" / "run" / "trained"
    target.mkdir(parents=True, exist_ok=True)
    folder = Path(os.environ.get("CNNLIB_KEEP", ""))
    found = sorted(folder.glob(f"{sources_key()}*")) if "CNNLIB_KEEP" in os.environ else []
    names = []
    for path in found:
        key = path.name.partition(".")[0]
        states = path.name.endswith(".epochs.npz")
        if path.suffix in (".npz", ".json") and (
            not states or path.with_name(f"{key}.recorded").exists()
        ):
            shutil.copyfile(path, target / path.name)
            names.append(path.name)
    (target / "index.json").write_text(json.dumps(names), encoding="utf-8")


def _python(root: Path, mode: str) -> dict[str, dict[str, Any]]:
    """Copy Pyodide's files into the site and return their sizes; {} where they cannot be had."""
    if mode != "local":
        return {}
    try:
        kept = obtain("python")
    except MissingError as error:
        log.info("run_page: %s; pages load Python from %s", error, TABLE["cdn"], color="yellow")
        return {}
    folder = root / f"pyodide-{TABLE['version']}"
    folder.mkdir(exist_ok=True)
    files: dict[str, dict[str, Any]] = {}
    for name, path in kept.items():
        content, packed = path.read_bytes(), name.endswith(PACKED)
        if packed:
            content = gzip.compress(content, 9, mtime=0)
        elif name.startswith(SLIM):
            content = slim(content)
        (folder / (f"{name}.gz" if packed else name)).write_bytes(content)
        sha = hashlib.sha256(content).hexdigest()
        files[name] = {"wire": len(content), "packed": packed, "sha256": sha}
    return files


def slim(wheel: bytes) -> bytes:
    """Return a wheel without what only builders and testers use, its bytes the same each time."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(wheel)) as whole,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for old in whole.infolist():
            if not SPARE.search(old.filename):
                entry = zipfile.ZipInfo(old.filename, WHEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, whole.read(old), compresslevel=9)
    return written.getvalue()


def _lock(files: dict[str, dict[str, Any]]) -> bytes:
    """Return Pyodide's list of packages, with the hashes of the files that the site has."""
    lock = copy.deepcopy(TABLE["lock"])
    for package in lock["packages"].values():
        if package["file_name"] in files:
            package["sha256"] = files[package["file_name"]]["sha256"]
    return json.dumps(lock).encode()


def _manifest(mode: str, files: dict[str, dict[str, Any]], bundle: int) -> dict[str, Any]:
    remote = {name: {"wire": entry["size"]} for name, entry in TABLE["python"]["files"].items()}
    files = {**(files or remote), "site.zip": {"wire": bundle, "packed": False}}
    counted = {name: file for name, file in files.items() if not name.endswith((".js", ".mjs"))}
    first = sum(f["wire"] for n, f in counted.items() if n.startswith((*FIRST, "site.zip")))
    version = TABLE["version"]
    return {
        "mode": mode,
        "python": TABLE["cdn"] if mode == "cdn" else f"../pyodide-{version}/",
        "keep": f"run-page-{version}",
        "bundle": "site.zip",
        "widgets": "widgets.mjs",
        "files": counted,
        "wire": first,
    }


def _size(mode: str, wire: int) -> str:
    source = TABLE["cdn"].split("/")[2] if mode == "cdn" else "this site"
    return f"with Python in your browser ({wire / 1e6:.0f} MB from {source}, once)"


def _editor(root: Path) -> dict[str, Any]:
    """Copy the editor into the site; without it, cells are edited in plain fields."""
    try:
        kept = obtain("editor")
    except MissingError as error:
        log.info("run_page: no editor (%s); cells are edited in plain fields", error)
        return {"editor": None}
    part = TABLE["editor"]
    name = (
        "editor-"
        + hashlib.sha256("".join(sorted(p.name for p in kept.values())).encode()).hexdigest()[:10]
    )
    folder = root / name
    folder.mkdir(exist_ok=True)
    for file, path in kept.items():
        (folder / file).write_bytes(path.read_bytes())
    return {"editor": f"../{name}/", "grammar": part["grammar"], "tags": part["tags"]}


def _own() -> Iterator[tuple[str, bytes]]:
    """Yield the scripts and styles of the extension."""
    for path in sorted([*(HERE / "app").iterdir(), HERE / "start.js", HERE / "start.css"]):
        if path.is_file():
            yield path.name, path.read_bytes()


def _bundle(app: Sphinx) -> bytes:
    """Return an archive of cnnlib and of what stands in for a notebook."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for base, path in _sources(Path(app.srcdir)):
            entry = zipfile.ZipInfo(path.relative_to(base).as_posix(), WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    return written.getvalue()


def _sources(root: Path) -> Iterator[tuple[Path, Path]]:
    for base, folder in ((root, root / "cnnlib"), (HERE / "python", HERE / "python")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield base, path


def _widgets() -> str:
    """Return a module that draws every widget of the book."""
    from cnnlib.widgets.bundle import script
    from cnnlib.widgets.page import kinds

    table = {name: cls.renderer for name, cls in sorted(kinds().items())}
    pairs = ", ".join(f'"{name}": {function}' for name, function in table.items())
    return f"{script(*table)}\nexport const renderers = {{ {pairs} }};\n"
