"""What belongs to the whole process, put back after a call: folder, environment, alarms, hooks."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cnnlib.check.sandbox.timeout import NAME

#: How long threads that a function has started are waited for.
JOIN_S = 0.2
HOOKS = ("excepthook", "displayhook", "unraisablehook", "breakpointhook")
LISTS = ("path", "meta_path", "path_hooks", "argv", "warnoptions")
DEADLY = ("SIGALRM", "SIGVTALRM", "SIGPROF")


@contextmanager
def kept() -> Iterator[list[str]]:
    """Put back what a call changes in its process; list the threads that it leaves behind."""
    left: list[str] = []
    threads = set(threading.enumerate())
    state = _state()
    with _alarms_off():
        try:
            yield left
        finally:
            _restore(state)
            left += _left_behind(threads)


def _state() -> dict[str, Any]:
    with contextlib.suppress(OSError):
        return {"folder": os.getcwd(), **_rest()}  # noqa: PTH109
    return _rest()


def _rest() -> dict[str, Any]:
    return {
        "environment": dict(os.environ),
        "lists": {name: list(getattr(sys, name)) for name in LISTS},
        "hooks": {name: getattr(sys, name) for name in HOOKS},
        "threading": (threading.excepthook, sys.getprofile(), sys.gettrace()),
        "profiles": (getattr(threading, "_profile_hook", None), _trace_hook()),
        "gc": (gc.isenabled(), gc.get_threshold(), gc.get_debug(), list(gc.callbacks)),
        "random": (random.getstate(), np.random.get_state()),  # noqa: NPY002
        "numpy": (np.geterr(), np.get_printoptions(), np.geterrcall()),
        "depth": (sys.getrecursionlimit(), sys.getswitchinterval()),
    }


def _trace_hook() -> Any:
    return getattr(threading, "_trace_hook", None)


def _restore(state: dict[str, Any]) -> None:
    if "folder" in state:
        with contextlib.suppress(OSError):
            os.chdir(state["folder"])
    if dict(os.environ) != state["environment"]:
        os.environ.clear()
        os.environ.update(state["environment"])
    for name, kept_list in state["lists"].items():
        getattr(sys, name)[:] = kept_list
    for name, hook in state["hooks"].items():
        setattr(sys, name, hook)
    threading.excepthook, profile, trace = state["threading"]
    sys.setprofile(profile)
    if sys.gettrace() is not trace:
        sys.settrace(trace)
    _hooks_of_threads(*state["profiles"])
    enabled, threshold, debug, callbacks = state["gc"]
    (gc.enable if enabled else gc.disable)()
    gc.set_threshold(*threshold)
    gc.set_debug(debug)
    gc.callbacks[:] = callbacks
    random.setstate(state["random"][0])
    np.random.set_state(state["random"][1])  # noqa: NPY002
    np.seterr(**state["numpy"][0])
    np.set_printoptions(**state["numpy"][1])
    np.seterrcall(state["numpy"][2])
    sys.setrecursionlimit(state["depth"][0])
    sys.setswitchinterval(state["depth"][1])


def _hooks_of_threads(profile: Any, trace: Any) -> None:
    if getattr(threading, "_profile_hook", None) is not profile:
        threading.setprofile(profile)
    if _trace_hook() is not trace:
        threading.settrace(trace)


@contextmanager
def _alarms_off() -> Iterator[None]:
    """Let no alarm that the function sets end the process; keep those of the session."""
    alarms = hasattr(signal, "setitimer")  # not on Windows, nor in a browser
    names = [name for name in DEADLY if alarms and hasattr(signal, name)]
    if not names or threading.current_thread() is not threading.main_thread():
        yield
        return
    timers = {which: signal.getitimer(which) for which in range(3)}
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    default = [name for name, handler in before.items() if handler is signal.SIG_DFL]
    for name in default:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        yield
    finally:
        for which, (delay, interval) in timers.items():
            if delay == 0 or signal.getitimer(which)[0] > delay:
                signal.setitimer(which, delay, interval)
        for name in default:
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def _left_behind(before: set[threading.Thread]) -> list[str]:
    """Name the threads that a call has started and that do not end."""
    started = [t for t in threading.enumerate() if t not in before and t.name != NAME]
    for thread in started:
        with contextlib.suppress(RuntimeError):
            thread.join(JOIN_S / max(len(started), 1))
    return sorted(str(t.name)[:60] for t in started if t.is_alive())
