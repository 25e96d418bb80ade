"""Tell a starter that nobody has filled in from a finished function with its last line left in."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any


def is_starter(function: Callable[..., Any]) -> bool:
    """Whether a function does nothing but raise: no variable of its own, no other name."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return True
    own = code.co_nlocals - code.co_argcount - code.co_kwonlyargcount
    packed = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    return own <= packed and set(code.co_names) <= {"NotImplementedError"}
