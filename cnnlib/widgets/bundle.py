"""Join the hand-written modules of ``static/`` into one script, in the order in which they import.

anywidget loads a widget from a single piece of text, in which relative imports cannot work, and a
page opened from a folder cannot load modules at all. So the files stay separate and tested where
they are written, and are joined here: imports and ``export`` fall away, comments too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import\s[^;]*?from "\./([\w.]+)\.js";\n', re.MULTILINE)


def modules(*names: str) -> list[str]:
    """Return the named modules and all they import, each after what it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        for needed in _IMPORT.findall(_read(f"{name}.js")):
            if needed not in order:
                visit(needed)
        if name not in order:
            order.append(name)

    for name in names:
        visit(name)
    return order


def script(*names: str) -> str:
    """Return the named modules and all they import as one plain script."""
    return "\n".join(_plain(name) for name in modules(*names))


@cache
def _plain(name: str) -> str:
    source = _IMPORT.sub("", _read(f"{name}.js"))
    source = re.sub(r"^export ", "", source, flags=re.MULTILINE)
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def styles(*names: str) -> str:
    """Return the named style sheets as one text."""
    return "\n".join(_read(f"{name}.css") for name in names)


@cache
def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
