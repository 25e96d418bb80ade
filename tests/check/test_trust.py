"""A report is finite whatever is raised, and a call leaves the process as it was."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnlib import check


def right(delta, x, w):
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("not even this")


class Long(Exception):
    def __str__(self) -> str:
        return "long " * 10_000_000


class Odd(Exception):
    @property
    def __traceback__(self):
        raise RuntimeError

    @__traceback__.setter
    def __traceback__(self, value):
        raise RuntimeError


@pytest.mark.parametrize("error", [Mute, Long, Odd, lambda: Mute(Long())])
def test_whatever_is_raised_the_report_is_finite(error: Callable[[], Exception]) -> None:
    def dense_backward(delta, x, w):
        raise error()

    report = check.dense_backward(dense_backward)
    assert not report
    assert len(str(report)) < 5000
    assert len(report._repr_html_()) < 20_000
    report.as_dict(), report.hint()


def change_the_folder() -> None:
    os.chdir("/")


def change_the_environment() -> None:
    os.environ["CNNLIB_CHECK_TEST"] = "left behind"


def change_the_path() -> None:
    sys.path.insert(0, "/nowhere")
    sys.meta_path.append(object())


def change_the_hooks() -> None:
    sys.excepthook = threading.excepthook = lambda *args: None
    threading.setprofile(lambda *args: None)


def change_the_collector() -> None:
    gc.disable()
    gc.callbacks.append(lambda *args: None)


def change_the_dice() -> None:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    np.seterr(all="ignore")
    np.set_printoptions(precision=1)


def set_an_alarm() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    time.sleep(0.05)


def state() -> tuple[object, ...]:
    return (
        Path.cwd(),
        dict(os.environ),
        list(sys.path),
        list(sys.meta_path),
        sys.excepthook,
        threading.excepthook,
        getattr(threading, "_profile_hook", None),
        gc.isenabled(),
        list(gc.callbacks),
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        np.geterr(),
        np.get_printoptions(),
        signal.getitimer(signal.ITIMER_REAL)[0],
        signal.getsignal(signal.SIGALRM),
    )


@pytest.mark.parametrize(
    "change",
    [
        change_the_folder,
        change_the_environment,
        change_the_path,
        change_the_hooks,
        change_the_collector,
        change_the_dice,
        set_an_alarm,
    ],
)
def test_a_call_leaves_the_process_as_it_was(change: Callable[[], None]) -> None:
    before = state()

    def dense_backward(delta, x, w):
        change()
        return right(delta, x, w)

    report = check.dense_backward(dense_backward)
    assert state() == before
    assert report


def test_clocks_that_are_replaced_stop_no_limit_and_are_put_back() -> None:
    kept = time.time, time.sleep, time.monotonic

    def dense_backward(delta, x, w):
        time.time = time.monotonic = time.thread_time = lambda: 0.0
        time.sleep = lambda seconds: None
        while True:
            x = x + 1

    report = check.dense_backward(dense_backward, limit_s=0.3)
    assert not report
    assert (time.time, time.sleep, time.monotonic) == kept


def test_threads_that_do_not_end_are_named() -> None:
    stop = threading.Event()

    def dense_backward(delta, x, w):
        threading.Thread(target=stop.wait, name="the watcher", daemon=True).start()
        return right(delta, x, w)

    report = check.dense_backward(dense_backward)
    stop.set()
    assert "threads that do not end: the watcher" in str(report)
    assert report.as_dict()["left"] == ["the watcher"]


MODULE = """
import time
began = time.thread_time()
while time.thread_time() - began < 0.6:
    pass
value = 1.0
"""


def test_an_import_is_neither_counted_nor_broken_into(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "takes_its_time.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))

    def dense_backward(delta, x, w):
        from takes_its_time import value

        return [value * array for array in right(delta, x, w)]

    try:
        assert check.dense_backward(dense_backward, limit_s=0.3)
        assert sys.modules["takes_its_time"].value == 1.0
    finally:
        sys.modules.pop("takes_its_time", None)
