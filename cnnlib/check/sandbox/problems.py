"""Why a call gave no arrays, in words that are finite whatever was raised."""

from __future__ import annotations

import contextlib
import traceback
from dataclasses import dataclass
from types import CodeType

from cnnlib.ops._forbidden import ForbiddenCallError

#: Characters of a message that are kept.
MOST = 600


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
    line : int
        Number of the reader's own line, counted from the one that begins with ``def``; 0 if none.
    """

    words: str
    where: str = ""
    cause: str = ""
    final: bool = False
    line: int = 0


@dataclass(frozen=True)
class Raised:
    """What stands for an exception outside the thread it was raised in."""

    problem: Problem


def shortened(text: str, most: int = MOST) -> str:
    """Keep the beginning of a text."""
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]} … ({more} more characters)"


#: Kind of exception and what its message holds: the cause. The first that fits counts.
KINDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (ForbiddenCallError, "", "uses-cnnlib"),
    (MemoryError, "", "too-much-memory"),
    (RecursionError, "", "never-ends"),
    (NotImplementedError, "", "raise-left-in"),
    (ValueError, "read-only", "input-modified"),
    (TypeError, "does not support item assignment", "input-modified"),
    (TypeError, "Cannot cast ufunc", "integer-accumulator"),
    (ValueError, "truth value of an array", "if-on-an-array"),
    (TypeError, "only integer scalar arrays can be converted", "values-for-a-shape"),
    (TypeError, "expected a sequence of integers or a single integer", "values-for-a-shape"),
    (RuntimeError, "requires grad", "tensor-with-grad"),
    (RuntimeError, "that require grad", "tensor-with-grad"),
    (ZeroDivisionError, "", "divided-by-zero"),
)


def raised(error: BaseException, code: CodeType | None) -> Raised:
    """Put an exception into words, with the reader's own line, and let go of its arrays."""
    own = _frames(error, code)
    where, line = "", 0
    if own and code is not None:
        text = shortened(own[-1].line or "", 200)
        where = f"line {own[-1].lineno} in {own[-1].name}" + (f": {text}" if text else "")
        line = (own[-1].lineno or 0) - code.co_firstlineno
    kind, message = _kind(error), _message(error)
    with contextlib.suppress(Exception):
        error.__traceback__ = None
    if isinstance(error, SystemExit):
        words = "the function leaves the program: return the arrays instead"
        return Raised(Problem(words, where, "exits", line=line))
    if isinstance(error, KeyboardInterrupt):
        return Raised(Problem("the function raises KeyboardInterrupt", where, line=line))
    words = message if isinstance(error, ForbiddenCallError) else f"{kind}: {message}"
    cause = _cause(error, message) or _product_cause(message, where)
    return Raised(Problem(words, where, cause, line=line))


def _cause(error: BaseException, message: str) -> str:
    found = (cause for kinds, part, cause in KINDS if isinstance(error, kinds) and part in message)
    return next(found, "")


def _product_cause(message: str, where: str) -> str:
    """Shapes often clash where one kind of product is taken for the other."""
    clash = any(word in message for word in ("not aligned", "matmul", "broadcast"))
    matrix = any(word in where for word in ("np.dot(", "@", ".dot("))
    return "shapes-clash" if clash and matrix else ""


def _kind(error: BaseException) -> str:
    return shortened(str(type.__dict__["__name__"].__get__(type(error))), 80)


def _message(error: BaseException) -> str:
    """Return what an exception says of itself; it may be anything, or nothing."""
    try:
        return shortened(str(error))
    except Exception:
        return "(its message cannot be read)"


def _frames(error: BaseException, code: CodeType | None) -> list[traceback.FrameSummary]:
    """Return the frames that lie in the reader's own file or cell."""
    try:
        frames = traceback.extract_tb(error.__traceback__, limit=-200)
    except Exception:
        return []
    return [f for f in frames if code is not None and f.filename == code.co_filename]
