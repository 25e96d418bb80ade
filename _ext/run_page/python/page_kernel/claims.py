"""The page's own assertions, once a reader has changed something.

They were written for the page's numbers. With other numbers one of them may not hold, and that is
no error of the reader's: the page says so, and goes on. Assertions that the reader wrote stay as
they are.
"""

from __future__ import annotations

import ast
from typing import Any

from page_kernel.channel import out

NAME = "__page_says__"


def soften(tree: ast.Module, original: str) -> ast.Module:
    """Let the assertions that stand in the original cell speak instead of raise."""
    try:
        known = {ast.unparse(node) for node in ast.walk(ast.parse(original)) if _is_claim(node)}
    except SyntaxError:
        return tree
    return ast.fix_missing_locations(_Softener(known).visit(tree))


def _is_claim(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert)


class _Softener(ast.NodeTransformer):
    def __init__(self, known: set[str]) -> None:
        self.known = known

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        if ast.unparse(node) not in self.known:
            return node
        words = ast.Constant(ast.unparse(node.test))
        sides = (
            [node.test.left, *node.test.comparators] if isinstance(node.test, ast.Compare) else []
        )
        values = [ast.Lambda(_NO_ARGUMENTS, side) for side in sides]
        call = ast.Call(ast.Name(NAME, ast.Load()), [words, *values], [])
        broken = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Expr(call)])
        return ast.copy_location(ast.Try([node], [broken], [], []), node)


def _plain(value: Any) -> str:
    """Return a value as the page writes it: a numpy number without its type."""
    return str(value) if hasattr(value, "dtype") else repr(value)


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])
said: set[str] = set()


def page_says(words: str, *sides: Any) -> None:
    """Tell that an assertion does not hold any more, once a run, with the values it compares."""
    if words in said:
        return
    said.add(words)
    values = []
    for side in sides:
        try:
            values.append(" ".join(_plain(side()).split()))
        except Exception:
            return out("claim", words=words, values=[])
    short = [value if len(value) < 60 else value[:59] + "…" for value in values]
    return out("claim", words=words, values=short)
