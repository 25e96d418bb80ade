"""Wrong functions as edits of right ones: a mistake is a line that was written differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cnnlib


def function(source: str, *edits: tuple[str, str]) -> Callable[..., Any]:
    """Return the function that a source defines once every (old, new) has been replaced in it.

    Every occurrence is replaced; an edit that changes nothing is a mistake in the test.
    """
    for old, new in edits:
        assert old in source, f"{old!r} does not occur"
        source = source.replace(old, new)
    names: dict[str, Any] = {"np": np, "cnnlib": cnnlib}
    exec(source, names)
    ends = ("_backward", "_gradient")
    return next(v for k, v in names.items() if k.endswith(ends) or k.startswith("conv"))
