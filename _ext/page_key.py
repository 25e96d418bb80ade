"""What the outputs of a page depend on: its cells, the part of cnnlib they import, the tools.

The imports are read, not run. Whoever imports a module imports its packages too, and all that
these import. Code that imports by name, at run time, may import anything: a cell all of cnnlib,
a module of cnnlib all of its own package (a test sees to it that these names begin so).
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGE = "cnnlib"
# Whatever may change a result, or how it is drawn, beside the sources.
TOOLS = ("requirements.txt", "_ext/page_key.py", "_ext/patient_client.py", "_ext/kept_pages.py")
# What may change every page, beside its own text and outputs.
SETTINGS = ("_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml", "chapters/*.bib")
BY_NAME = ("import_module", "__import__", "exec", "eval", "run_path", "run_module")


def page_key(notebook: Any, root: Path = ROOT) -> str:
    """Return a name for the outputs of a notebook: the same while nothing they need changes."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code = [cell["source"] for cell in cells]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    text = json.dumps([sys.version, notebook["metadata"].get("kernelspec"), code, tags])
    files = [*page_sources(code, root), *(root / tool for tool in TOOLS)]
    return digest(text, files, root)


def settings(root: Path = ROOT) -> str:
    """Return a fingerprint of what every page is read with."""
    files = [path for pattern in SETTINGS for path in root.glob(pattern)]
    files += [path for path in (root / "_ext").rglob("*") if path.suffix not in {"", ".pyc"}]
    files += (root / "cnnlib" / "widgets").glob("*.py")
    return digest(sys.version, files, root)


def digest(text: str, files: Iterable[Path], root: Path) -> str:
    """Return a fingerprint of a text, and of the names and contents of files."""
    total = hashlib.sha256(text.encode())
    for path in sorted(set(files)):
        total.update(f"\n{path.relative_to(root).as_posix()} {_fingerprint(path)}".encode())
    return total.hexdigest()[:32]


def page_sources(code: Iterable[str], root: Path = ROOT) -> set[Path]:
    """Return the files of cnnlib that cells can reach."""
    known = _modules(root)
    names = set[str]()
    for cell in code:
        names |= set(_imports(_parse(cell), PACKAGE, known)) or (
            {PACKAGE} if PACKAGE in cell else set()
        )
    reached, new = set[str](), names
    while new:
        reached |= new
        new = {name for module in new for name in _imports_of(known[module], module, root)}
        new -= reached
    return {known[name] for name in reached} | set(_data(reached, known))


def _parse(cell: str) -> ast.AST:
    """Parse a cell; one with a magic command counts as importing by name."""
    try:
        return ast.parse(cell)
    except SyntaxError:
        return ast.parse("eval")


def _imports(tree: ast.AST, module: str, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of the package that a piece of code imports, with their packages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, known)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Name | ast.Attribute) and _name(node) in BY_NAME:
            names = [name for name in known if f"{name}.".startswith(f"{module}.")]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (n for i in range(len(parts)) if (n := ".".join(parts[: i + 1])) in known)


def _absolute(node: ast.ImportFrom, module: str, known: dict[str, Path]) -> str:
    """Return the full name of the module in ``from … import``."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    if known[module].name == "__init__.py":
        parts.append("")
    return ".".join([*parts[: len(parts) - node.level], *filter(None, [node.module])])


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _data(reached: set[str], known: dict[str, Path]) -> Iterator[Path]:
    """Yield what the packages reached hold beside Python: scripts, style sheets, images."""
    for name in reached:
        folder = known[name].parent
        if known[name].name == "__init__.py":
            for path in folder.rglob("*"):
                owner = next(p for p in path.parents if (p / "__init__.py").exists())
                if path.is_file() and path.suffix not in {".py", ".pyc"} and owner == folder:
                    yield path


@cache
def _modules(root: Path) -> dict[str, Path]:
    """Return every module of the package by its full name."""
    found = {}
    for path in (root / PACKAGE).rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _imports_of(path: Path, module: str, root: Path) -> frozenset[str]:
    return frozenset(_imports(ast.parse(path.read_bytes()), module, _modules(root)))


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
