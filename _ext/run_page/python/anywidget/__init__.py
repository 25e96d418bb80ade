"""The base of the widgets, wired to a page instead of a notebook.

A trait that is tagged ``sync=True`` is told to the page when Python changes it, and set here when
the reader changes it there.
"""

from __future__ import annotations

import itertools
from typing import Any

import traitlets
from page_kernel import channel

_numbers = itertools.count(1)
_live: dict[str, tuple[int, AnyWidget]] = {}


class AnyWidget(traitlets.HasTraits):
    """An object with traits that a page can show."""

    def __init__(self, **values: Any) -> None:
        layout = values.pop("layout", None)
        super().__init__(**values)
        self.layout = layout
        self._key = f"w{next(_numbers)}"
        self._hearing = False
        self.observe(self._changed, names=sorted(self.traits(sync=True)))

    @property
    def model_id(self) -> str:
        """The name under which the page knows this widget."""
        return self._key

    def _changed(self, change: Any) -> None:
        if not self._hearing:
            channel.tell("trait", id=self._key, values={change["name"]: change["new"]})

    def _page_view(self) -> dict[str, Any]:
        """Return what the page needs to draw this widget, and stay in touch with it from now on."""
        _live[self._key] = (channel.cell, self)
        names = getattr(self, "page_state", None) or sorted(self.traits(sync=True))
        return {
            "id": self._key,
            "module": getattr(self, "module", type(self).__name__),
            "state": {name: getattr(self, name) for name in names},
        }

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self)}

    def close(self) -> None:
        """Lose touch with the page."""
        _live.pop(self._key, None)


def hear(key: str, values: dict[str, Any]) -> None:
    """Set traits as the page says."""
    if key not in _live:
        return
    widget = _live[key][1]
    widget._hearing = True
    try:
        for name, value in values.items():
            if widget.has_trait(name):
                setattr(widget, name, value)
    finally:
        widget._hearing = False


def forget(cell: int) -> None:
    """Lose touch with the widgets of a cell that runs again."""
    for key in [key for key, (owner, _) in _live.items() if owner == cell]:
        del _live[key]
