"""A Sphinx extension: the rows of the reference that every activation has, written once.

The content of ``{activations}`` is repeated for each activation there is, ``{name}`` and
``{layer}`` filled in.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from cnnlib.ops._activation import ACTIVATIONS


class Activations(SphinxDirective):
    """Repeat the content for each activation."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return what the repeated content says."""
        lines = [
            line.format(name=activation.name, layer=activation.layer)
            for activation in ACTIVATIONS.values()
            for line in (*self.content, "")
        ]
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source="activations"), 0, node)
        return node.children


def setup(app: Any) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.add_directive("activations", Activations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
