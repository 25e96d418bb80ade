"""What may not be called while a homework function is checked: the answers to the exercises.

A function that is one says so with a decorator and knows no more of homework than that. Whoever
checks names the *kinds* of answer that are out of reach, for the call made and in the thread it is
made in; nothing is out of reach unless a checker says so. Asking costs a fraction of a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar, cast

Kind = Literal["gradient", "convolution", "measurement", "checker"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Answer:
    """A function that would answer an exercise.

    Attributes
    ----------
    name : str
        As a reader calls it: ``conv2d_backward``, ``Trace.backward``.
    kind : str
        A backward pass, a forward convolution, a measured gradient, or a checker's own work.
    function : callable
        The function without its guard.
    guarded : callable
        What a reader calls: it asks, then calls ``function``, as it stands here at that moment.
    """

    name: str
    kind: Kind
    function: Callable[..., Any]
    guarded: Callable[..., Any]


#: Every decorated function, by module and name.
FORBIDDEN: dict[str, Answer] = {}

_kinds: ContextVar[frozenset[str]] = ContextVar("forbidden kinds", default=frozenset())


class ForbiddenCallError(RuntimeError):
    """A function that is checked calls ``cnnlib``'s answer to the exercise."""


def forbid_during_check(kind: Kind) -> Callable[[F], F]:
    """Register a function as an answer of this kind, and guard it.

    While a checker forbids the kind, a call raises :class:`ForbiddenCallError`.
    """

    def register(function: F) -> F:
        name = function.__qualname__

        @wraps(function)
        def guarded(*args: Any, **keywords: Any) -> Any:
            if kind in _kinds.get():
                raise ForbiddenCallError(
                    f"use your own: cnnlib's {name} is not available while your function is checked"
                )
            return answer.function(*args, **keywords)

        answer = Answer(name, kind, function, guarded)
        FORBIDDEN[f"{function.__module__}.{name}"] = answer
        return cast("F", guarded)

    return register


@contextmanager
def forbidden(kinds: frozenset[str]) -> Iterator[None]:
    """Forbid some kinds of answers until the block ends, in this thread."""
    token = _kinds.set(kinds)
    try:
        yield
    finally:
        _kinds.reset(token)
