"""Small faults to plant: one change of one expression or statement, written as a slip would be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARE = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
BINARY = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.Pow: "*", ast.MatMult: "*", ast.BitOr: "&", ast.BitAnd: "|", ast.LShift: ">>",
    ast.RShift: "<<", ast.BitXor: "|",
}  # fmt: skip
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
         "maximum": "minimum", "argmax": "argmin", "argmin": "argmax", "floor": "ceil",
         "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One planted fault: the text from `start` to `end` (in bytes of the file) becomes `new`."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def key(self) -> str:
        """Name the fault so that it is found again when lines move."""
        return f"{self.path}: {' '.join(self.old.split())} -> {' '.join(self.new.split())}"

    def applied(self, source: bytes) -> bytes:
        """Return the file with the fault."""
        return source[: self.start] + self.new.encode() + source[self.end :]


class _File:
    """A source file, its tree, and where its lines begin."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.source = path.read_bytes()
        self.tree = ast.parse(self.source)
        self.starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def place(self, node: ast.AST) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self.starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def text(self, node: ast.AST) -> str:
        start, end = self.place(node)
        return self.source[start:end].decode()

    def mutant(self, node: ast.AST, new: str) -> Mutant:
        start, end = self.place(node)
        line: int = node.lineno  # type: ignore[attr-defined]
        return Mutant(self.name, line, start, end, self.text(node), new)


def mutants(root: Path, path: Path) -> list[Mutant]:
    """Return every fault that can be planted in one file."""
    file = _File(root, path)
    return [m for node in _code(file.tree) for m in _of(file, node) if m.old != m.new]


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk over everything that runs: no annotations, docstrings, decorators and exports."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_aside(child):
                yield child
                yield from _code(child)


def _is_aside(node: ast.AST) -> bool:
    """Tell docstrings, messages of errors, imports and lists of exports."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _of(file: _File, node: ast.AST) -> Iterator[Mutant]:
    """Return the faults that start at one node of the tree."""
    text = file.text
    match node:
        case ast.Compare(left, [op], [right]) if type(op) in COMPARE:
            yield file.mutant(node, f"{text(left)} {COMPARE[type(op)]} {text(right)}")
        case ast.BinOp(left, op, right) if type(op) in BINARY and not _joins_text(node):
            yield file.mutant(node, f"({text(left)}) {BINARY[type(op)]} ({text(right)})")
        case ast.BoolOp(op, values):
            word = " or " if isinstance(op, ast.And) else " and "
            yield file.mutant(node, "(" + word.join(f"({text(v)})" for v in values) + ")")
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield file.mutant(node, f"({text(operand)})")
        case ast.Constant(bool() as value):
            yield file.mutant(node, str(not value))
        case ast.Constant(int() as value):
            yield file.mutant(node, f"{value + 1}")
        case ast.Constant(float() as value):
            yield file.mutant(node, f"{2 * value if value else 1.0}")
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)) if name in TWINS:
            function = text(node.func)
            twin = function[: len(function) - len(name)] + TWINS[name]
            yield file.mutant(node.func, twin)
        case ast.IfExp(test, body, other):
            yield file.mutant(node, f"({text(other)} if {text(test)} else {text(body)})")
        case ast.If(test) | ast.While(test):
            yield file.mutant(test, f"not ({text(test)})")
        case ast.Raise() | ast.AugAssign() | ast.Expr(ast.Call()) | ast.Continue() | ast.Break():
            yield file.mutant(node, "pass")
    if isinstance(node, ast.Call):
        yield from _without_keywords(file, node)


def _without_keywords(file: _File, call: ast.Call) -> Iterator[Mutant]:
    """Drop one keyword argument at a time."""
    for keyword in call.keywords:
        if keyword.arg and len(call.args) + len(call.keywords) > 1:
            start, end = file.place(keyword)
            before = file.source[:start].rstrip()
            if before.endswith(b","):
                yield Mutant(
                    file.name, keyword.lineno, len(before) - 1, end, f", {file.text(keyword)}", ""
                )


def _joins_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(n, ast.JoinedStr) or (isinstance(n, ast.Constant) and isinstance(n.value, str))
        for n in ast.walk(node)
    )
