"""Wrong functions as edits of right ones: a mistake is a line that was written differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import cnnlib

Edit = tuple[str, str]


def function(source: str, *edits: Edit) -> Callable[..., Any]:
    """Return the last function that a source defines, once every (old, new) is replaced in it.

    Every occurrence is replaced; an edit that changes nothing is a mistake in the test.
    """
    for old, new in edits:
        assert old in source, f"{old!r} does not occur"
        source = source.replace(old, new)
    names: dict[str, Any] = {"np": np, "cnnlib": cnnlib}
    exec(source, names)
    return list(names.values())[-1]


def planted(
    rows: dict[str, tuple[str, Iterable[Edit], dict[str, Any]]],
) -> dict[str, tuple[Callable[..., Any], dict[str, tuple[str, ...]]]]:
    """Return the wrong functions by name, each with the causes to be named, by part."""
    return {
        label: (function(source, *edits), {part: named(c) for part, c in causes.items()})
        for label, (source, edits, causes) in rows.items()
    }


def named(causes: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one cause, or several, as a tuple."""
    return (causes,) if isinstance(causes, str) else causes
