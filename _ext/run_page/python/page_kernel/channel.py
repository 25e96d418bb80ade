"""The way from Python to the page: one JSON message at a time, for the running cell."""

from __future__ import annotations

import json
from typing import Any

import js

#: The number of the cell that runs.
cell = 0


def tell(op: str, **what: Any) -> None:
    """Send a message."""
    js.tell(json.dumps({"op": op, "n": cell, **what}))


def out(kind: str, **what: Any) -> None:
    """Send something that is shown below the running cell."""
    tell("out", kind=kind, **what)
