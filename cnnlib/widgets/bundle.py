"""Join the hand-written modules of ``static/`` into one script, in the order in which they import.

anywidget loads a widget from a single piece of text, in which relative imports cannot work, and a
page opened from a folder cannot load modules at all. So the files stay separate and tested where
they are written, and are joined here into one scope: no two of them may give one name to different
things. Comments fall away.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_COMMENT = re.compile(r"(?:^| )// .*$", re.MULTILINE)  # the space: an address is no comment
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:const|function) (\w+))", re.MULTILINE)


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


def script(*names: str, without: Collection[str] = ()) -> str:
    """Return the named modules and all they import as one plain script.

    Of a module in ``without`` nothing is there but the names it would export, undefined.
    """
    return "\n".join(_absent(name) if name in without else _plain(name) for name in modules(*names))


@cache
def _plain(name: str) -> str:
    """Return one module without imports, exports and comments."""
    source = _IMPORT.sub("", _read(f"{name}.js"))
    return _tight(_COMMENT.sub("", _EXPORT.sub("", source)))


def _absent(name: str) -> str:
    return f"let {', '.join(_EXPORT.findall(_read(f'{name}.js')))};"


def styles(*names: str) -> str:
    """Return the named style sheets as one text."""
    return "\n".join(_tight(_CSS_COMMENT.sub("", _read(f"{name}.css"))) for name in names)


def _tight(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@cache
def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
