"""What may not be called while a homework function is checked: the answer to the exercise.

Every function that could be one asks here first. Nothing is barred unless a checker says so, for
the call it makes and in the thread it makes it in; asking costs a few hundredths of a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_barred: ContextVar[frozenset[str]] = ContextVar("barred", default=frozenset())


class UseYourOwnError(RuntimeError):
    """A function that is checked calls ``cnnlib``'s answer to the exercise."""


def own_work(name: str) -> None:
    """Raise where the named function may not be called just now.

    Raises
    ------
    UseYourOwnError
        While a homework function is checked that ``name`` would answer.
    """
    if name in _barred.get():
        raise UseYourOwnError(
            f"use your own: cnnlib's {name} is not available while your function is checked"
        )


@contextmanager
def barred(names: frozenset[str]) -> Iterator[None]:
    """Bar some functions until the block ends, in this thread."""
    token = _barred.set(names)
    try:
        yield
    finally:
        _barred.reset(token)
