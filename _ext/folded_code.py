"""On the site a cell beside the subject is folded; code that is the subject stays open.

A cell is folded when half of its lines import, draw, print or assert; one that defines nothing also
when it ends in a picture or a widget, or when a third of it asserts. In Jupyter nothing is folded:
the rule works on the page alone.
"""

from __future__ import annotations

import ast
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

#: Names whose call makes a picture.
PICTURES = {"plots", "show", "Grid", "Picture", "set_title", "IntSlider", "VBox", "jslink"} | {
    *("TraceView", "NetworkView", "SoftmaxView", "NudgeView", "TrainingReplay", "DigitExplorer"),
    *("WaveView", "HTML", "figure", "canvas"),
}
IMPORTS = ast.Import | ast.ImportFrom
PROMPTS = {"prompt_show": "Show code", "prompt_hide": "Hide code"}
SUMMARY = '<summary aria-label="Toggle hidden content">'


def names(node: ast.AST) -> set[str]:
    """Return every name and attribute within a statement."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return found | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def is_beside_the_subject(source: str) -> bool:
    r"""Return whether a cell is there for what it shows or proves, and not for its code.

    >>> is_beside_the_subject("plots.show(plots.plot_grid(x), alt='x')")
    True
    >>> is_beside_the_subject("assert 2 * x == y")
    True
    >>> is_beside_the_subject("for i in range(3):\n    z[i] += x[i]\nz -= 1\nassert z[0] == 1")
    False
    >>> is_beside_the_subject("import numpy as np")
    True
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic command of IPython
        return False
    drawn = set(PICTURES)  # and what is made of them, such as ax
    aside = proofs = lines = 0
    for statement in body:
        size = (statement.end_lineno or 0) - statement.lineno + 1
        picture = bool(names(statement) & drawn)
        if picture and isinstance(statement, ast.Assign):
            drawn |= {
                n.id for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Name)
            }
        proof = isinstance(statement, ast.Assert)
        printed = isinstance(statement, ast.Expr) and "print" in names(statement.value)
        lines += size
        proofs += size * proof
        aside += size * (picture or proof or printed or isinstance(statement, IMPORTS))
    if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body):
        return 2 * aside >= lines
    shows = bool(body) and isinstance(body[-1], ast.Expr) and bool(names(body[-1]) & drawn)
    return shows or 3 * proofs >= lines > 0 or 2 * aside >= lines > 0


class FoldCells(SphinxPostTransform):
    """Mark the cells for MyST-NB, which folds what is marked just after."""

    default_priority = 198
    formats = ("html",)

    def run(self, **options: Any) -> None:
        """Mark every cell of the page."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or not cell.children:
                continue
            source = cell.children[0]
            if source.get("nb_element") != "cell_code_source":
                continue
            if not cell.get("hide_mode") and is_beside_the_subject(source.astext()):
                cell["hide_mode"] = "input"
            if cell.get("hide_mode") == "input":
                cell.update_all_atts(PROMPTS, replace=True)


def name_summaries(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Let a folded cell be called by the words on it."""
    if "body" in context:
        context["body"] = context["body"].replace(SUMMARY, "<summary>")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.add_post_transform(FoldCells)
    app.connect("html-page-context", name_summaries)
    app.add_css_file("folded_code.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
