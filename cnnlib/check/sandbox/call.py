"""One call of the reader's function: sealed arguments in, plain arrays or a problem out."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from types import CodeType
from typing import Any

import numpy as np

from cnnlib.check.sandbox.capture import captured
from cnnlib.check.sandbox.memory import limited
from cnnlib.check.sandbox.namespace_guard import World, exits_blocked
from cnnlib.check.sandbox.timeout import StillRunningError, run_with_timeout
from cnnlib.ops._forbidden import ForbiddenCallError, forbidden


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
    """What one call came to.

    Attributes
    ----------
    value : object
        What the function returned, as ``unpack`` made it plain.
    problem : Problem or None
        Why nothing usable came back.
    printed : str
        What it printed.
    warned : tuple of str
        What numpy and others warned of.
    """

    value: Any = None
    problem: Problem | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()


class Budget:
    """The seconds that are left for all calls together."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.left = seconds


def call(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    options: Mapping[str, Any],
    *,
    writable: bool = False,
    unpack: Callable[[Any], Any],
    kinds: frozenset[str],
    budget: Budget,
    world: World,
) -> Outcome:
    """Call a function with copies of its arguments that cannot be written to.

    Parameters
    ----------
    function, arguments, options
        What to call, and with what.
    writable : bool
        Whether the copies can be written to after all, and are looked at afterwards.
    unpack : callable
        Takes what the function returned, looks at it and copies it. It runs under the same
        limits, since looking at a foreign object may run foreign code.
    kinds : frozenset of str
        Kinds of answers of ``cnnlib`` that may not be called (:mod:`cnnlib.check.forbidden`).
    budget : Budget
        Is charged with the time taken.
    world : World
        What to put back.
    """
    code = getattr(function, "__code__", None)
    copies = [_copy(value) if writable else _sealed(value) for value in arguments]

    def work() -> Any:
        with forbidden(kinds | {"checker"}):
            return unpack(function(*copies, **options))

    began, value, problem = monotonic(), None, None
    with captured() as (page, warned):
        try:
            with limited(), exits_blocked(getattr(function, "__globals__", {})):
                value = run_with_timeout(work, budget.left, code)
        except StillRunningError as error:
            problem = _late(error, budget)
        except KeyboardInterrupt as error:
            if not error.__traceback__ or not _frames(error, code):
                raise  # the user's own
            problem = _problem(error, code)
        except BaseException as error:
            problem = _problem(error, code)
    budget.left = max(budget.left - (monotonic() - began), 0.1)
    problem = problem or _changed(world, copies, arguments)
    return Outcome(value, problem, str(page), tuple({str(w.message) for w in warned}))


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _sealed(value: Any) -> Any:
    """Copy an array into memory that nothing can write to."""
    if not isinstance(value, np.ndarray):
        return value
    return np.frombuffer(value.tobytes(), value.dtype).reshape(value.shape)


def _changed(world: World, copies: Sequence[Any], arguments: Sequence[Any]) -> Problem | None:
    """Put back what the function changed in numpy, in Python or here, and tell of it."""
    names = sorted(world.restore())
    if names:
        return Problem(f"the function replaces {', '.join(names[:3])}", cause="replaces-names")
    pairs = zip(copies, arguments, strict=True)
    if any(isinstance(a, np.ndarray) and not _alike(c, a) for c, a in pairs):
        return Problem("the function writes into its inputs", cause="input-modified")
    return None


def _alike(one: Any, other: Any) -> bool:
    """Tell whether two arrays are the same, but for the rounding of a nudge that was taken back."""
    return bool(one.shape == other.shape and np.allclose(one, other, rtol=1e-12, atol=1e-12))


def _late(error: StillRunningError, budget: Budget) -> Problem:
    words = f"no result after {budget.seconds:g} s on tiny arrays"
    if error.left_behind:
        words += "; it could not be stopped and still runs, so restart the session some time"
    where = ""
    if error.seen:
        name, number = error.seen
        where = f"last seen in line {number}: {linecache.getline(name, number).strip()}"
    return Problem(words, where.rstrip(": "), "never-ends", final=True)


def _problem(error: BaseException, code: CodeType | None) -> Problem:
    """Put an exception into words, with the reader's own line, and let go of its arrays."""
    own = _frames(error, code)
    where = f"line {own[-1].lineno} in {own[-1].name}: {own[-1].line or ''}" if own else ""
    where = where.rstrip(": ")
    words = f"{type(error).__name__}: {error}"
    error.__traceback__ = None
    if isinstance(error, SystemExit):
        return Problem("the function leaves the program: return the arrays instead", where, "exits")
    if isinstance(error, KeyboardInterrupt):
        return Problem("the function raises KeyboardInterrupt", where)
    if isinstance(error, ForbiddenCallError):
        return Problem(str(error), where, "uses-cnnlib")
    if isinstance(error, MemoryError):
        return Problem(words, where, "too-much-memory")
    if isinstance(error, RecursionError):
        return Problem(words, where, "never-ends")
    if isinstance(error, ValueError) and "read-only" in str(error):
        return Problem(words, where, "input-modified")
    if isinstance(error, TypeError) and "Cannot cast ufunc" in str(error) and "int" in str(error):
        return Problem(words, where, "integer-accumulator")
    return Problem(words, where)


def _frames(error: BaseException, code: CodeType | None) -> list[traceback.FrameSummary]:
    """Return the frames that lie in the reader's own file or cell."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f for f in frames if code is not None and f.filename == code.co_filename]
