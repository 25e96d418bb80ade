"""A page as plain Markdown, for notebooks: written from the tree that Sphinx has resolved.

So numbers of equations and figures, citations and links are already words; no directive, label or
macro can be left over. What notebooks lack becomes HTML (``<details>`` for answers) or plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from sphinx import addnodes

MACRO = re.compile(r"\\([a-zA-Z]+)")
CLASSED = re.compile(r"\\class\{[\w-]+\}")
SILENT = (nodes.target, nodes.comment, nodes.substitution_definition, nodes.system_message)
SPECIAL = re.compile(r"([\\`*\[\]<]|(?<!\w)_|_(?!\w))")


@dataclass
class Markdown:
    """Writes nodes as Markdown.

    Attributes
    ----------
    macros : dict
        The macros of the mathematics configuration, by name.
    link : callable
        Takes an address as the page has it; returns the one for the notebook, or "" for none.
    number : callable
        Takes a kind ("figure", "displaymath", "exercise") and an id; returns its number, or "".
    unknown : set of str
        Kinds of nodes for which only their contents were written.
    """

    macros: dict[str, str]
    link: Callable[[str], str]
    number: Callable[[str, str], str]
    unknown: set[str] = field(default_factory=set)

    # Mathematics

    def tex(self, source: str) -> str:
        """Return TeX without the book's macros."""
        found = MACRO.sub(self._expanded, source)
        return " ".join(found.split()) if "\n\n" in found else found.strip()

    def _expanded(self, match: re.Match[str]) -> str:
        body = self.macros.get(match[1])
        if body is None:
            return match[0]
        plain = CLASSED.sub("", body).replace("δ", r"\delta")
        if plain.startswith("{") and plain.endswith("}"):
            plain = plain[1:-1]
        before, after = match.string[: match.start()], match.string[match.end() :]
        alone = len(plain) == 1 and not re.search(r"\\[a-zA-Z]+$", before)
        return plain if alone and not re.match(r"[a-zA-Z]", after) else f"{{{plain}}}"

    # Words

    def words(self, node: nodes.Node) -> str:
        """Return an inline node."""
        if isinstance(node, nodes.Text):
            return SPECIAL.sub(r"\\\1", str(node))
        if isinstance(node, SILENT):
            return ""
        if isinstance(node, nodes.literal):
            return _code(node.astext())
        if isinstance(node, nodes.math):
            return f"${self.tex(node.astext())}$"
        inside = "".join(map(self.words, node.children))
        if isinstance(node, addnodes.literal_emphasis | addnodes.literal_strong):
            return inside
        if isinstance(node, nodes.emphasis | nodes.title_reference):
            return f"*{inside}*"
        if isinstance(node, nodes.strong):
            return f"**{inside}**"
        if isinstance(node, nodes.inline) and _symbol(node):
            return f"*{inside}*"
        if isinstance(node, nodes.reference):
            return self._reference(node, inside)
        if isinstance(node, nodes.raw):
            return self._raw(node)
        if isinstance(node, nodes.image):
            return f"![{node.get('alt', '')}]({node['uri']})"
        return inside

    def _reference(self, node: nodes.Element, inside: str) -> str:
        address = self.link(node.get("refuri") or f"#{node.get('refid', '')}")
        return f"[{inside}]({address})" if address else inside

    def _raw(self, node: nodes.Element) -> str:
        """Return HTML of the page: of a link that moves a widget, its opening or closing tag."""
        text = node.astext()
        opening = re.match(r'<a [^>]*href="([^"]*)"[^>]*>$', text)
        if opening:
            address = self.link(opening[1])
            self._open_link = bool(address)
            return f'<a href="{address}">' if address else ""
        if "<script" in text or text.startswith("<svg"):
            return ""
        if text == "</a>":
            return text if getattr(self, "_open_link", False) else ""
        return text

    # Blocks

    def blocks(self, children: Iterable[nodes.Node]) -> str:
        """Return blocks with an empty line between them."""
        return "\n\n".join(filter(None, map(self.block, children)))

    def block(self, node: nodes.Node) -> str:
        """Return one block."""
        if isinstance(node, SILENT) or (isinstance(node, nodes.Text) and not node.strip()):
            return ""
        if isinstance(node, nodes.paragraph | nodes.Inline | nodes.Text):
            return self.words(node) if not isinstance(node, nodes.paragraph) else self.inline(node)
        if folded(node):
            title, inside = unfolded(node)
            return details(title, self.blocks(inside.children))
        for kind, write in self._writers().items():
            if isinstance(node, kind):
                return write(node)
        if not isinstance(node, nodes.section | nodes.container | nodes.compound):
            self.unknown.add(type(node).__name__)
        return self.blocks(node.children)

    def inline(self, node: nodes.Element) -> str:
        """Return what stands in a paragraph."""
        return "".join(map(self.words, node.children)).strip()

    def _writers(self) -> dict[Any, Callable[[Any], str]]:
        return {
            nodes.math_block: self._equation,
            nodes.literal_block: lambda n: f"```{_language(n)}\n{n.astext().rstrip()}\n```",
            nodes.bullet_list: lambda n: self._list(n, lambda i: "- "),
            nodes.enumerated_list: lambda n: self._list(n, lambda i: f"{n.get('start', 1) + i}. "),
            nodes.definition_list: self._definitions,
            nodes.table: self._table,
            nodes.block_quote: lambda n: _indented(self.blocks(n.children), "> "),
            nodes.admonition: self._admonition,
            nodes.rubric: lambda n: f"**{self.inline(n)}**",
            nodes.raw: self._raw,
            nodes.transition: lambda n: "---",
            nodes.line_block: lambda n: "  \n".join(map(self.inline, n.children)),
            nodes.topic: lambda n: "",
            nodes.figure: self._figure,
            addnodes.desc_signature: lambda n: f"**{_code(_signature(n))}**",
            nodes.field_list: self._fields,
            addnodes.index: lambda n: "",
            addnodes.toctree: lambda n: "",
        }

    def _equation(self, node: nodes.Element) -> str:
        number = self.number("displaymath", next(iter(node["ids"]), ""))
        tag = f" \\tag{{{number}}}" if number else ""
        body = self.tex(node.astext())
        if "\\begin{align" in body and "aligned" not in body:
            return f"$$\n{body}\n$$"
        return f"$$\n{body}{tag}\n$$"

    def _list(self, node: nodes.Element, mark: Callable[[int], str]) -> str:
        items = []
        for i, item in enumerate(node.children):
            text = self.blocks(item.children)
            items.append(mark(i) + _indented(text, " " * len(mark(i))).lstrip())
        loose = any(len(item.children) > 1 for item in node.children)
        return ("\n\n" if loose else "\n").join(items)

    def _definitions(self, node: nodes.Element) -> str:
        parts = []
        for item in node.children:
            terms = [self.inline(child) for child in item.children if isinstance(child, nodes.term)]
            rest = [child for child in item.children if not isinstance(child, nodes.term)]
            parts.append(f"**{', '.join(terms)}**\n\n{self.blocks(rest)}")
        return "\n\n".join(parts)

    def _fields(self, node: nodes.Element) -> str:
        fields = [(self.inline(f[0]), self.blocks(f[1].children)) for f in node.children]
        return "\n\n".join(f"*{name}*\n\n{body}" for name, body in fields)

    def _table(self, node: nodes.Element) -> str:
        rows = [
            [
                self.blocks(entry.children).replace("\n\n", "<br>").replace("\n", " ")
                for entry in row
            ]
            for row in node.findall(nodes.row)
        ]
        rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])

    def _admonition(self, node: nodes.Element) -> str:
        title, *rest = node.children
        return f"---\n\n**{self.inline(title)}**\n\n{self.blocks(rest)}\n\n---"

    def _figure(self, node: nodes.Element) -> str:
        inside = [child for child in node.children if not isinstance(child, nodes.caption)]
        number = self.number("figure", next(iter(node["ids"]), ""))
        name = f"**Figure {number}.** " if number else ""
        captions = [name + self.inline(child) for child in node.findall(nodes.caption)]
        return "\n\n".join(filter(None, [self.blocks(inside), *captions]))


def folded(node: nodes.Node) -> bool:
    """Tell whether the page shows this only when it is asked for."""
    return isinstance(node, nodes.Element) and (
        "dropdown" in node.get("classes", [])
        or node.get("design_component") == "dropdown"
        or type(node).__name__ == "dropdown_main"
    )


def unfolded(node: nodes.Element) -> tuple[str, nodes.Element]:
    """Return the title of a fold, and what is in it."""
    first, *rest = node.children
    words = [text for text in first.findall(nodes.Text) if not isinstance(text.parent, nodes.raw)]
    title = "".join(map(str, words)) if rest else "Answer"
    return title, nodes.container("", *[child.deepcopy() for child in (rest or [first])])


def details(title: str, body: str) -> str:
    """Return a text that stays closed until it is asked for."""
    return f"<details><summary><b>{title}</b></summary>\n\n{body}\n\n</details>"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _signature(node: nodes.Element) -> str:
    parameters = ", ".join(child.astext() for child in node.findall(addnodes.desc_parameter))
    calls = any(node.findall(addnodes.desc_parameterlist))
    name = "".join(c.astext() for c in node.findall(addnodes.desc_addname))
    name += "".join(c.astext() for c in node.findall(addnodes.desc_name))
    return f"{name}({parameters})" if calls else name


def _symbol(node: nodes.Element) -> bool:
    return any(name.startswith("sym-") for name in node.get("classes", []))


def _language(node: nodes.Element) -> str:
    language = str(node.get("language", ""))
    return {"ipython3": "python", "default": "", "none": ""}.get(language, language)


def _indented(text: str, prefix: str) -> str:
    return "\n".join(prefix + line if line else line.rstrip() for line in text.split("\n"))
