"""The few ipywidgets that cells of the book use: sliders, boxes, links."""

from __future__ import annotations

from typing import Any

import traitlets
from anywidget import AnyWidget
from traitlets import dlink, link

jslink, jsdlink = link, dlink
Widget = DOMWidget = AnyWidget


class _Slider(AnyWidget):
    module = "slider"
    description = traitlets.Unicode("").tag(sync=True)


class IntSlider(_Slider):
    """A slider over whole numbers."""

    value = traitlets.Int(0).tag(sync=True)
    min = traitlets.Int(0).tag(sync=True)
    max = traitlets.Int(100).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)


class FloatSlider(_Slider):
    """A slider over numbers."""

    value = traitlets.Float(0.0).tag(sync=True)
    min = traitlets.Float(0.0).tag(sync=True)
    max = traitlets.Float(10.0).tag(sync=True)
    step = traitlets.Float(0.1).tag(sync=True)


class Label(AnyWidget):
    """A line of text."""

    module = "label"
    value = traitlets.Unicode("").tag(sync=True)


class Box(AnyWidget):
    """Widgets in one place."""

    module = "box"
    across = False

    def __init__(self, children: Any = (), **values: Any) -> None:
        super().__init__(**values)
        self.children = tuple(children)

    def _page_view(self) -> dict[str, Any]:
        view = super()._page_view()
        inside = [child._page_view() for child in self.children]
        view["state"] = {"across": self.across, "children": inside}
        return view


class VBox(Box):
    """Widgets below one another."""


class HBox(Box):
    """Widgets beside one another."""

    across = True
