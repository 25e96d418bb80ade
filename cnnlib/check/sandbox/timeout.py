"""A time limit that works in a notebook, on Windows and in a browser.

The function runs in a thread of its own, so that the session waits and can stop waiting. When the
time is up an exception is raised inside that thread, which ends every loop written in Python, also
one that catches everything, since it is raised again and again. A thread that sleeps or computes
outside Python does not notice; it is left behind, the session goes on, and the report says so.

Where no thread can be started (Python in a browser) the function runs here, and a trace function
looks at the clock on every line. That ends loops written in Python too, unless they catch it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

#: How long a thread is asked to end before it is left behind, and how often.
GRACE_S, AGAIN_S = 0.5, 0.02
SLICE_S = 0.1


class TimeIsUpError(SystemExit):
    """Raised inside the function. A SystemExit, because threads end on it without a word."""


class StillRunningError(Exception):
    """Raised here: the time is up.

    Attributes
    ----------
    frame_line : tuple of (str, int) or None
        File and line where the function was last seen.
    left_behind : bool
        Whether it could not be ended.
    """

    def __init__(self, seen: tuple[str, int] | None, *, left_behind: bool) -> None:
        super().__init__(seen)
        self.seen = seen
        self.left_behind = left_behind


class _Work(threading.Thread):
    """Runs one call and keeps what it returned or raised."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.call = call
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = threading.Event()

    def run(self) -> None:
        try:
            try:
                self.value = self.call()
            except BaseException as error:
                self.error = error
        finally:
            self.done.set()

    @property
    def running(self) -> bool:
        """Whether the call goes on; ``is_alive`` errs after an interrupted ``join``."""
        return not self.done.is_set() and self.ident in sys._current_frames()


def run_with_timeout(call: Callable[[], Any], seconds: float, code: CodeType | None = None) -> Any:
    """Return what a call returns, or raise what it raises.

    Parameters
    ----------
    call : callable
        Takes no arguments.
    seconds : float
        How long it may take.
    code : code object, optional
        The reader's function, to tell in which of its lines the time ran out.

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
        _wait(work, seconds)
    except BaseException:  # the user interrupts the check
        _end(work)
        raise
    if work.running:
        seen = _last_seen(work, code)
        _end(work)
        raise StillRunningError(seen, left_behind=work.running)
    if work.error:
        raise work.error
    return work.value


def _wait(work: _Work, seconds: float) -> None:
    """Wait in slices: on some systems an interrupt is only noticed between them."""
    until = time.monotonic() + seconds
    while not work.done.is_set() and time.monotonic() < until:
        work.done.wait(min(SLICE_S, max(until - time.monotonic(), 0.0)))


def _end(work: _Work) -> None:
    """Raise an exception inside a thread until it ends, for a while."""
    import ctypes  # here, since Python in a browser may lack it, and has no threads

    until = time.monotonic() + GRACE_S
    while work.running and time.monotonic() < until:
        thread = ctypes.c_ulong(work.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeIsUpError))
        work.done.wait(AGAIN_S)


def _last_seen(work: _Work, code: CodeType | None) -> tuple[str, int] | None:
    frame = sys._current_frames().get(work.ident or 0)
    while frame and code and frame.f_code.co_filename != code.co_filename:
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame else None


def traced(call: Callable[[], Any], seconds: float) -> Any:
    """Do the same without a thread."""
    until = time.monotonic() + seconds
    seen: list[tuple[str, int]] = []

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if time.monotonic() > until:
            seen.append((frame.f_code.co_filename, frame.f_lineno))
            raise TimeIsUpError
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return call()
    except TimeIsUpError:
        raise StillRunningError(seen[0] if seen else None, left_behind=False) from None
    finally:
        sys.settrace(before)
