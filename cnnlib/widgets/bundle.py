"""Join the hand-written modules of ``static/`` into one script, in the order in which they import.

anywidget loads a widget from a single piece of text, in which relative imports cannot work, and a
page opened from a folder cannot load modules at all. So the files stay separate and tested where
they are written. Here each is wrapped in a function of its own, which returns what the module
exports: no name of one module can meet a name of another. Comments fall away.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(?:const|let|class|function|async function|function\*) (\w+))", re.MULTILINE
)
_COMMENT = re.compile(r"(?:^|(?<=\s))// .*$", re.MULTILINE)  # the space: an address is no comment
_TYPES = re.compile(r"/\*\*.*?\*/\s*", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


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


def script(*names: str, without: Collection[str] = ()) -> str:
    """Return the named modules and all they import as one plain script.

    The exports of the named modules are names of the script; all else stays within its module.
    A module in ``without`` exports nothing: what others import of it is undefined.
    """
    parts = [_wrapped(name, empty=name in without) for name in modules(*names)]
    parts += [f"const {{ {', '.join(exports(name))} }} = ${name};" for name in names]
    return "\n".join(parts)


def exports(name: str) -> list[str]:
    """Return the names that a module exports."""
    return [str(found) for found in _EXPORT.findall(_read(f"{name}.js"))]


def _wrapped(name: str, *, empty: bool) -> str:
    """Return one module as a function that is called at once."""
    if empty:
        return f"const ${name} = {{}};"
    body = _tight(_COMMENT.sub("", _TYPES.sub("", _EXPORT.sub("", _linked(_read(f"{name}.js"))))))
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(exports(name))} }};\n}})();"


def _linked(source: str) -> str:
    """Return a module that reads its imports from the modules in front of it."""

    def link(found: re.Match[str]) -> str:
        names = ", ".join(filter(None, (name.strip() for name in found[1].split(","))))
        return f"const {{ {names.replace(' as ', ': ')} }} = ${found[2]};\n"

    return _IMPORT.sub(link, source)


def styles(*names: str) -> str:
    """Return the named style sheets as one text."""
    return "\n".join(_tight(_CSS_COMMENT.sub("", _read(f"{name}.css"))) for name in names)


def _tight(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@cache
def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
