"""Draw the floors of cnnlib from its imports: ``python _ext/house_plan.py`` renews ARCHITECTURE.md.

Every import counts, also one inside a function and one for the type checker alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- drawn by _ext/house_plan.py -->", "<!-- until here -->"
SAYS = {
    "ops": "arrays in, arrays out",
    "trace": "the same as tables of products",
    "gradcheck": "slopes by nudging",
    "autograd": "a hundred lines",
    "data": "real digits",
    "nn": "layers, training",
    "plots": "figures",
    "widgets": "what moves",
    "check": "homework",
}


def modules() -> dict[str, set[str]]:
    """Return every module of cnnlib with the modules of cnnlib that it imports."""
    files = {_name(path): path for path in (ROOT / "cnnlib").rglob("*.py")}
    return {
        name: {_known(found, files) for found in _imported(path)} - {name, "cnnlib"}
        for name, path in files.items()
    }


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cnnlib":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "cnnlib")


def _known(found: str, files: dict[str, Path]) -> str:
    """Return the module that a dotted name is, or is in."""
    while found not in files:
        found = found.rpartition(".")[0]
    return found


def circles() -> list[list[str]]:
    """Return modules that import each other in a circle; a package's own front page aside."""
    wires = {m: {i for i in found if not m.startswith(f"{i}.")} for m, found in modules().items()}
    done: set[str] = set()
    found: list[list[str]] = []

    def visit(module: str, path: list[str]) -> None:
        if module in path:
            found.append([*path[path.index(module) :], module])
        elif module not in done:
            for other in sorted(wires[module]):
                visit(other, [*path, module])
            done.add(module)

    for module in sorted(wires):
        visit(module, [])
    return found


def diagram() -> str:
    """Return the floors and who imports whom as a Mermaid graph."""
    floors = {
        (f"{module}.".split(".")[1], f"{other}.".split(".")[1])
        for module, imported in modules().items()
        for other in imported
    }
    lines = ["```mermaid", "graph BT"]
    lines += [f'    {floor}["<b>{floor}</b><br>{says}"]' for floor, says in SAYS.items()]
    lines += [
        f"    {one} --> {two}"
        for one, two in sorted(floors)
        if one != two and one in SAYS and two in SAYS
    ]
    return "\n".join([*lines, "```"])


def renewed(text: str) -> str:
    """Return the page with today's diagram."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
