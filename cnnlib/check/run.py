"""Call a function that may do anything, and come back with what it returned or what went wrong."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from cnnlib.check.exercise import Case


@dataclass(frozen=True)
class Problem:
    """Why a call gave no arrays.

    Attributes
    ----------
    words : str
        What happened.
    where : str
        The reader's own line, where there is one.
    cause : str
        Id of the cause, "" where there is none to name.
    final : bool
        Whether further calls are pointless.
    """

    words: str
    where: str = ""
    cause: str = ""
    final: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one call came to."""

    value: Any = None
    problem: Problem | None = None


def sealed(value: Any) -> Any:
    """Return a copy of an array whose memory cannot be written to, anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    return np.frombuffer(value.tobytes(), value.dtype).reshape(value.shape)


def run(function: Callable[..., Any], case: Case, options: Mapping[str, Any]) -> Outcome:
    """Call the function with sealed copies of the arguments of a case."""
    arguments = [sealed(value) for value in case.arrays.values()]
    try:
        return Outcome(function(*arguments, **options))
    except BaseException as error:
        return Outcome(problem=explain_error(error, function))


def explain_error(error: BaseException, function: Callable[..., Any]) -> Problem:
    """Put an exception into words, with the reader's own line."""
    where = _own_line(error, getattr(function, "__code__", None))
    if isinstance(error, SystemExit):
        return Problem("the function calls exit(); return the arrays instead", where)
    words = f"{type(error).__name__}: {error}"
    if "read-only" in str(error):
        return Problem(words, where, "input-modified")
    if "Cannot cast ufunc" in str(error) and "int" in str(error):
        return Problem(words, where, "integer-accumulator")
    return Problem(words, where)


def _own_line(error: BaseException, code: CodeType | None) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if code is not None and f.filename == code.co_filename]
    if not own:
        return ""
    return f"line {own[-1].lineno} of {own[-1].name}: {own[-1].line or ''}".rstrip(": ")
