"""Join the hand-written modules of ``static/`` into one script, in the order in which they import.

anywidget loads a widget from a single piece of text, in which relative imports cannot work, and a
page opened from a folder cannot load modules at all. So the files stay separate and tested where
they are written, and are joined here: each becomes a function of its own that returns what it
exports, so that two files may use the same name for different things. Comments fall away.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_COMMENT = re.compile(r"(?:^| )// .*$", re.MULTILINE)  # the space: an address is no comment
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:const|function) (\w+))", re.MULTILINE)


def modules(*names: str) -> list[str]:
    """Return the named modules and all they import, each after what it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        for _, needed in _IMPORT.findall(_read(f"{name}.js")):
            if needed not in order:
                visit(needed)
        if name not in order:
            order.append(name)

    for name in names:
        visit(name)
    return order


def script(*names: str) -> str:
    """Return the named modules and all they import as one plain script.

    What the named modules export is in scope at its end.
    """
    parts = [_plain(name) for name in modules(*names)]
    return "\n".join([*parts, *(f"const {_exports(name)} = ${name};" for name in names)])


@cache
def _plain(name: str) -> str:
    """Return one module as a function that is called at once."""
    source = _IMPORT.sub(r"const \1 = $\2;", _read(f"{name}.js"))
    body = _tight(_COMMENT.sub("", _EXPORT.sub("", source)))
    return f"const ${name} = (() => {{\n{body}\nreturn {_exports(name)};\n}})();"


def _exports(name: str) -> str:
    return f"{{ {', '.join(_EXPORT.findall(_read(f'{name}.js')))} }}"


def styles(*names: str) -> str:
    """Return the named style sheets as one text."""
    return "\n".join(_tight(_CSS_COMMENT.sub("", _read(f"{name}.css"))) for name in names)


def _tight(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@cache
def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
