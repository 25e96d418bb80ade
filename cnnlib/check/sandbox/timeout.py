"""A limit to the processor time of a call that works in a notebook, on Windows and in a browser.

The function runs in a thread of its own, so that the session waits and can stop waiting. Counted is
the processor time of that thread alone, so a busy machine stops nobody; a thread that sleeps is
given up after a while all the same. Imports and compilers are neither counted nor broken into,
since what they leave half done breaks the session. When the time is up an exception is raised
inside the thread, again and again, which ends every loop written in Python.

Where no thread can be started (Python in a browser) the function runs here, and a trace function
looks at the clock on every line. That ends loops written in Python too, unless they catch it.
"""

from __future__ import annotations

import sys
import threading
import time
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

#: How long a thread is asked to end before it is left behind, and how often.
GRACE_S, AGAIN_S = 0.5, 0.02
#: How often the clock is looked at.
SLICE_S = 0.05
#: A machine this busy still gives a thread its processor time; where none can be read, this much
#: by the clock on the wall. An import or a compiler may take so long.
BUSY, IMPORT_S = 10, 600.0
#: Modules whose work is not broken into.
UNDISTURBED = ("importlib", "_frozen_importlib", "numba", "llvmlite", "jax", "torch._dynamo")

# Kept here: the function may put other clocks into ``time``.
_wall, _all_cpu = time.monotonic, time.process_time
_cpu = getattr(time, "thread_time", _all_cpu)  # a browser has no threads, nor their clock
_clock_of, _read = (
    getattr(time, "pthread_getcpuclockid", None),
    getattr(time, "clock_gettime", None),
)
_frames = sys._current_frames
# Where nothing runs beside the function: in a browser the clock of the process stands still.
_alone = _wall if sys.platform == "emscripten" else _all_cpu
NAME = "the checked function"


class TimeIsUpError(SystemExit):
    """Raised inside the function. A SystemExit, because threads end on it without a word."""


class StillRunningError(Exception):
    """Raised here: the time is up.

    Attributes
    ----------
    seen : tuple of (str, int) or None
        File and line where the function was last seen.
    left_behind : bool
        Whether it could not be ended.
    """

    def __init__(self, seen: tuple[str, int] | None, *, left_behind: bool) -> None:
        super().__init__(seen)
        self.seen = seen
        self.left_behind = left_behind


class _Work(threading.Thread):
    """Runs one call and keeps what it returned or raised, and how long it took."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True, name=NAME)
        self.call = call
        self.value: Any = None
        self.error: BaseException | None = None
        self.took = 0.0
        self.done = allocate_lock()
        self.done.acquire()

    def run(self) -> None:
        began = _cpu()
        try:
            try:
                self.value = self.call()
            except BaseException as error:
                self.error = error
        finally:
            self.took = _cpu() - began
            self.done.release()

    def wait(self, seconds: float) -> bool:
        """Wait a moment; tell whether the call has ended."""
        if self.done.acquire(timeout=seconds):
            self.done.release()
            return True
        return False

    @property
    def running(self) -> bool:
        """Whether the call goes on; ``is_alive`` errs after an interrupted ``join``."""
        return self.done.locked() and self.ident in _frames()

    def cpu(self) -> float | None:
        """Return the processor time taken so far, None where the system does not tell."""
        if _clock_of is None or _read is None:
            return None
        try:
            return float(_read(_clock_of(self.ident)))
        except OSError:
            return None

    def frames(self) -> Iterator[FrameType]:
        """Go through the frames the thread is in, the innermost first."""
        frame = _frames().get(self.ident or 0)
        while frame:
            yield frame
            frame = frame.f_back

    @property
    def undisturbed(self) -> bool:
        """Whether an import or a compiler is at work."""
        return any(_untouchable(frame) for frame in self.frames())

    @property
    def waits(self) -> bool:
        """Whether the thread sleeps; taken for granted where the system does not tell."""
        try:
            stat = Path(f"/proc/self/task/{self.native_id}/stat").read_text(encoding="ascii")
        except OSError:
            return True
        return stat.rpartition(")")[2].split()[0] not in ("R", "D")


def _untouchable(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name.startswith(UNDISTURBED) or frame.f_code.co_filename.startswith("<frozen importlib")


def run_with_timeout(
    call: Callable[[], Any],
    seconds: float,
    code: CodeType | None = None,
    *,
    between: Callable[[bool], None] = lambda importing: None,
) -> tuple[Any, float]:
    """Return what a call returns and the seconds that count, or raise what it raises.

    Parameters
    ----------
    call : callable
        Takes no arguments.
    seconds : float
        How long it may compute.
    code : code object, optional
        The reader's function, to tell in which of its lines the time ran out.
    between : callable
        Is told every now and then whether an import or a compiler is at work.

    Raises
    ------
    StillRunningError
        When the time is up.
    """
    work = _Work(call)
    try:
        work.start()
    except RuntimeError:  # no threads here
        return traced(call, seconds)
    try:
        free = _wait(work, seconds, between)
    except BaseException:  # the user interrupts the check
        _end(work)
        raise
    if work.running:
        seen = _last_seen(work, code)
        _end(work)
        raise StillRunningError(seen, left_behind=work.running)
    if work.error:
        raise work.error
    return work.value, max(work.took - free, 0.0)


def _wait(work: _Work, seconds: float, between: Callable[[bool], None]) -> float:
    """Wait until the call has ended or its time is up; return the time that is not counted."""
    began = last = _wall()
    free = wall_free = before = idle = 0.0
    pause = 0.001
    while not work.wait(pause):
        pause = min(2 * pause, SLICE_S)
        now, cpu = _wall(), work.cpu()
        importing = work.undisturbed
        between(importing)
        step, used = now - last, (0.0 if cpu is None else cpu - before)
        last, before = now, before if cpu is None else cpu
        if importing:
            free, wall_free, idle = free + used, wall_free + step, 0.0
            if wall_free > IMPORT_S:
                break
            continue
        idle = idle + step if used < 0.01 * step and work.waits else 0.0
        elapsed = now - began - wall_free
        spent = elapsed / BUSY if cpu is None else cpu - free
        if spent > seconds or idle > seconds or elapsed > 60 * BUSY + BUSY * seconds:
            break
    return free


def _end(work: _Work) -> None:
    """Raise an exception inside a thread until it ends, for a while, and never in an import."""
    import ctypes  # here, since Python in a browser may lack it, and has no threads

    until, interval = _wall() + GRACE_S, sys.getswitchinterval()
    while work.running and _wall() < until:
        # No other thread runs between the look and the exception.
        sys.setswitchinterval(10.0)
        try:
            if not work.undisturbed:
                thread = ctypes.c_ulong(work.ident or 0)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeIsUpError))
        finally:
            sys.setswitchinterval(interval)
        work.wait(AGAIN_S)


def _last_seen(work: _Work, code: CodeType | None) -> tuple[str, int] | None:
    frames = list(work.frames())
    own = [f for f in frames if code is None or f.f_code.co_filename == code.co_filename]
    return (own[0].f_code.co_filename, own[0].f_lineno) if own else None


def traced(call: Callable[[], Any], seconds: float) -> tuple[Any, float]:
    """Do the same without a thread."""
    began = _alone()
    seen: list[tuple[str, int]] = []

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if _untouchable(frame):
            return None
        if _alone() - began > seconds and not any(map(_untouchable, _outwards(frame))):
            seen.append((frame.f_code.co_filename, frame.f_lineno))
            raise TimeIsUpError
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return call(), _alone() - began
    except TimeIsUpError:
        raise StillRunningError(seen[0] if seen else None, left_behind=False) from None
    finally:
        sys.settrace(before)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back
