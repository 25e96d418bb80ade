"""Show values below a cell."""

from __future__ import annotations

from typing import Any

from page_kernel.channel import out
from page_kernel.show import show


class _Text:
    """A text of one kind."""

    method = ""

    def __init__(self, data: str = "", *_: Any, **__: Any) -> None:
        self.data = str(data)
        setattr(self, self.method, lambda: self.data)


class HTML(_Text):
    """HTML."""

    method = "_repr_html_"


class SVG(_Text):
    """A drawing."""

    method = "_repr_svg_"


class Markdown(_Text):
    """Markdown, shown as it is written."""

    method = "_repr_markdown_"


class Latex(_Text):
    """TeX, shown as it is written."""

    method = "_repr_latex_"


def display(*values: Any, **_: Any) -> None:
    """Show values, each in its richest form."""
    for value in values:
        show(value)


def clear_output(wait: bool = False) -> None:
    """Take away what the cell has shown so far."""
    out("clear")
