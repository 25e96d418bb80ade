"""Let JupyterLab in this environment open a chapter (MyST text) as a notebook on a double click.

Its formulas use the book's symbols, so JupyterLab learns these too: ``lab_symbols.js``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
LAB = Path(sys.prefix) / "share" / "jupyter"
SAFE = "mjx-"  # how the classes begin that JupyterLab lets a formula use
VIEWERS = {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
PACKAGE = {
    "name": "cnnlib-symbols",
    "version": "0.1.0",
    "description": "The symbols of the book in the formulas of its notebooks",
    "jupyterlab": {
        "extension": True,
        "_build": {"load": "static/symbols.js", "extension": "./extension"},
    },
}


def set_viewers() -> None:
    """Make the notebook the default view of Markdown."""
    settings = LAB / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(settings.read_text()) if settings.exists() else {}
    known["@jupyterlab/docmanager-extension:plugin"] = {"defaultViewers": VIEWERS}
    settings.write_text(json.dumps(known, indent=2) + "\n")


def definitions() -> str:
    r"""Return the macros of _config.yml as TeX: ``\def\x{…}``."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    macros = config["sphinx"]["config"]["mathjax3_config"]["tex"]["macros"]
    lines = []
    for name, macro in macros.items():
        body, count = (macro, 0) if isinstance(macro, str) else macro
        lines.append(f"\\def\\{name}{''.join(f'#{i + 1}' for i in range(count))}{{{body}}}")
    return "".join(lines).replace("{sym-", f"{{{SAFE}sym-")


def add_symbols() -> None:
    """Install ``lab_symbols.js`` with the macros and colours of the book."""
    code = (ROOT / "_ext" / "lab_symbols.js").read_text(encoding="utf-8")
    styles = (
        (ROOT / "_static" / "symbols.css")
        .read_text(encoding="utf-8")
        .replace(".sym-", f".{SAFE}sym-")
    )
    code = code.replace("= MACROS", f"= {json.dumps(definitions())}")
    code = code.replace("= STYLES", f"= {json.dumps(styles)}")
    folder = LAB / "labextensions" / str(PACKAGE["name"])
    (folder / "static").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(PACKAGE, indent=2) + "\n", encoding="utf-8")
    (folder / "static" / "symbols.js").write_text(code, encoding="utf-8")


if __name__ == "__main__":
    set_viewers()
    add_symbols()
