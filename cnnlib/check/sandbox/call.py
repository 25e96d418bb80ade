"""One call of the reader's function: sealed arguments in, plain arrays or a problem out."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnlib.check.sandbox.capture import captured
from cnnlib.check.sandbox.memory import ROOM, Limit
from cnnlib.check.sandbox.namespace_guard import World, exits_blocked
from cnnlib.check.sandbox.problems import Problem, Raised, raised, shortened
from cnnlib.check.sandbox.process_state import kept
from cnnlib.check.sandbox.timeout import StillRunningError, TimeIsUpError, run_with_timeout
from cnnlib.ops._forbidden import forbidden


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
    left : tuple of str
        Names of threads that it has started and that do not end.
    """

    value: Any = None
    problem: Problem | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Budget:
    """The seconds of processor time that are left for all calls together."""

    def __init__(self, seconds: float, what: str = "tiny arrays") -> None:
        self.seconds = seconds
        self.left = seconds
        self.what = what


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
        Is charged with the processor time taken.
    world : World
        What to put back.
    """
    code = getattr(function, "__code__", None)
    copies = [_copy(value) if writable else sealed(value) for value in arguments]

    def work() -> Any:
        with forbidden(kinds | {"checker"}):
            try:
                return unpack(function(*copies, **options))
            except TimeIsUpError:
                raise
            except BaseException as error:
                return raised(error, code)

    value: Any = None
    problem: Problem | None = None
    with captured() as (page, warned), kept() as left:
        try:
            with Limit(ROOM).held() as limit, exits_blocked(getattr(function, "__globals__", {})):
                value, took = run_with_timeout(
                    work, budget.left, code, between=lambda i: limit.let(importing=i)
                )
            budget.left = max(budget.left - took, 0.1)
        except StillRunningError as error:
            budget.left = 0.1
            problem = _late(error, budget)
        except MemoryError as error:  # a thread could not even be started
            problem = raised(error, code).problem
    if isinstance(value, Raised):
        value, problem = None, value.problem
    problem = problem or _changed(world, copies, arguments)
    said = tuple({shortened(str(w.message)) for w in warned[:20]})
    return Outcome(value, problem, str(page), said, tuple(left))


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def sealed(value: Any) -> Any:
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
    words = f"no result after {budget.seconds:g} s of computing on {budget.what}"
    if error.left_behind:
        words += "; it could not be stopped and still runs, so restart the session some time"
    where = ""
    if error.seen:
        name, number = error.seen
        line = shortened(linecache.getline(name, number).strip(), 200)
        where = f"last seen in line {number}: {line}" if line else f"last seen in line {number}"
    return Problem(words, where, "never-ends", final=True)
