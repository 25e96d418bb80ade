"""On the site a cell that only makes a picture is folded; code that is the subject stays open.

A cell is folded when at least half of its lines import, draw, or build a widget, and when it shows
something or only imports. In Jupyter nothing is folded: the rule works on the page alone.
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
PROMPTS = {"prompt_show": "Show code", "prompt_hide": "Hide code"}
SUMMARY = '<summary aria-label="Toggle hidden content">'


def names(node: ast.AST) -> set[str]:
    """Return every name and attribute within a statement."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return found | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def makes_a_picture(source: str) -> bool:
    r"""Return whether a cell is there for what it shows, and not for its code.

    >>> makes_a_picture("plots.show(plots.plot_grid(x), alt='x')")
    True
    >>> makes_a_picture("dx = full(delta, rot180(w))\nassert dx.shape == x.shape")
    False
    >>> makes_a_picture("import numpy as np")
    True
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic command of IPython
        return False
    drawn: set[str] = set()  # what was drawn or built before, such as ax
    lines = {True: 0, False: 0}
    shows = False
    for statement in body:
        picture = bool(names(statement) & (PICTURES | drawn))
        if picture and isinstance(statement, ast.Assign):
            drawn |= {
                n.id
                for target in statement.targets
                for n in ast.walk(target)
                if isinstance(n, ast.Name)
            }
        importing = isinstance(statement, ast.Import | ast.ImportFrom)
        shows |= picture and isinstance(statement, ast.Expr)
        lines[picture or importing] += (statement.end_lineno or 0) - statement.lineno + 1
    return (shows and lines[True] >= lines[False]) or (bool(body) and not lines[False])


class FoldPictures(SphinxPostTransform):
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
            if not cell.get("hide_mode") and makes_a_picture(source.astext()):
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
    app.add_post_transform(FoldPictures)
    app.connect("html-page-context", name_summaries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
