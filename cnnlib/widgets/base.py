"""What every widget has in common: live in Jupyter it is an ipywidget, in a built page it is HTML.

The same module draws both. A page without a kernel gets the widget's state as JSON in a
``<div class="cnn-host">``; the script that brings it to life is added once per page by
:mod:`cnnlib.widgets.page`. Where scripts are off, a figure of the same state stands there.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, ClassVar

import anywidget

from cnnlib.plots.style import stylesheet
from cnnlib.widgets.bundle import script, styles

#: Modules that draw what a reader takes away: a page fetches them when they are asked for.
LATER = ("picture", "gif", "film")


def page_script(
    renderers: dict[str, str], *, without: Collection[str] = (), later: str = ""
) -> str:
    """Return the script of a page: the modules, and the host that starts each widget.

    Where ``later`` names a file beside the script, what it has is left out here.
    """
    table = ", ".join(f'"{name}": {function}' for name, function in renderers.items())
    body = script("host", *renderers, without={*without, *(LATER if later else ())})
    where = f'globalThis.cnnLater = new URL("{later}", document.currentScript.src).href;\n'
    return f"(() => {{\n{where if later else ''}{body}\nhost({{ {table} }});\n}})();\n"


def later_script() -> str:
    """Return the script that a page fetches when a reader takes a picture away."""
    tools = "globalThis.cnnTools = { drawing, pixels, film };"
    return f"(() => {{\n{script(*LATER)}\n{tools}\n}})();\n"


class PageWidget(anywidget.AnyWidget):
    """An ipywidget that can also stand in a page without a kernel.

    Subclasses name their ES module, its render function and their style sheet, and list in
    ``page_state`` the traits the page needs.
    """

    module: ClassVar[str]
    renderer: ClassVar[str]
    #: Modules that not every state needs, see :meth:`needs`.
    extras: ClassVar[tuple[str, ...]] = ()
    sheets: ClassVar[tuple[str, ...]]
    page_state: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Join the subclass's module and styles for the live widget."""
        super().__init_subclass__(**kwargs)
        if "module" not in cls.__dict__:
            return  # a class that traitlets derives at run time, to add traits to an instance
        cls._esm = f"{script(cls.module)}\nexport default {{ render: {cls.renderer} }};\n"
        # Some front ends (marimo) draw a widget within a shadow root, which knows no :root.
        colours = stylesheet().replace(":root {", ":root, :host {")
        cls._css = f"{colours}\n{styles(*cls.sheets)}"

    def needs(self) -> tuple[str, ...]:
        """Return which of ``extras`` this state needs; a page without them is lighter."""
        return ()

    def still(self) -> str:
        """Return the HTML of a figure of the current state, for pages without scripts."""
        raise NotImplementedError

    def page_html(self) -> str:
        """Return the HTML of the widget for a page without a kernel."""
        state = json.dumps(
            {key: getattr(self, key) for key in self.page_state},
            separators=(",", ":"),
            allow_nan=False,
        ).replace("<", "\\u003c")
        needs = " ".join(self.needs())
        return (
            f'<div class="cnn-host" data-module="{self.module}" data-needs="{needs}">'
            f'<script type="application/json">{state}</script>'
            f"<noscript>{self.still()}</noscript></div>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Offer the page's HTML beside the live view; the book's builder prefers it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/html": self.page_html()}, metadata
