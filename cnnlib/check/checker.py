"""The public face of an exercise: a function that takes a function and returns a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cnnlib.check.exercise import Exercise
from cnnlib.check.report import Report
from cnnlib.check.runner import run

_DOC = """Check a function written like :func:`cnnlib.{name}`.

    Parameters
    ----------
    my_function : callable
        ``{signature}``, returning {returns}.
    seed : int
        Changes the numbers of the cases; shapes stay as they are.
    limit_s : float
        Seconds of processor time the function may take, all cases together.
    parts : sequence of str, optional
        Check only some of {parts}.

    Returns
    -------
    Report
        True when everything passed; prints what is wrong, and why where that is clear.
    """


class Checker(Protocol):
    """What every checker looks like."""

    def __call__(
        self,
        my_function: Callable[..., Any],
        *,
        seed: int = 0,
        limit_s: float = 4.0,
        parts: Sequence[str] | None = None,
    ) -> Report:
        """Return the report on a function."""


def checker(exercise: Exercise) -> Checker:
    """Return the function that checks solutions of an exercise."""

    def check(
        my_function: Callable[..., Any],
        *,
        seed: int = 0,
        limit_s: float = 4.0,
        parts: Sequence[str] | None = None,
    ) -> Report:
        return run(exercise, my_function, seed=seed, limit_s=limit_s, parts=parts)

    names = ", ".join(exercise.parts)
    returns = f"the arrays ({names})" if len(exercise.parts) > 1 else f"the array {names}"
    check.__name__ = check.__qualname__ = exercise.name
    check.__doc__ = _DOC.format(
        name=exercise.name, signature=exercise.signature, returns=returns, parts=names
    )
    return check
