"""Where the cases put themselves down: the exercise, and what its report must hold, by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]
CASES: dict[str, tuple[str, Function, dict[str, str]]] = {}


def case(exercise: str, **hoped: str) -> Callable[[Function], Function]:
    """Put a wrong function down; `hoped` is a cause, causes joined by "+", or words that help."""

    def put_down(function: Function) -> Function:
        CASES[function.__name__] = (exercise, function, hoped)
        return function

    return put_down
