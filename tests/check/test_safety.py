"""Whatever a function does, the check comes back, says what happened, and harms nothing."""

from __future__ import annotations

import _thread
import builtins
import signal
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

import cnnlib
from cnnlib import check
from cnnlib.check import runner
from cnnlib.check.report import Report


def right(delta, x, w):
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)


def first_words(report: Report) -> str:
    problem = report.marks[0].outcome.problem
    return f"{problem.words} | {problem.where}" if problem else ""


def test_an_exception_is_shown_with_the_own_line() -> None:
    def dense_backward(delta, x, w):
        return delta @ w.T, x.T @ delta, delta.sum(axis=7)

    report = check.dense_backward(dense_backward)
    assert not report
    assert "AxisError" in first_words(report)
    assert "delta.sum(axis=7)" in first_words(report)


@pytest.mark.parametrize("leave", [sys.exit, exit, quit, lambda: builtins.exit(3)])
def test_leaving_the_program_is_reported(leave) -> None:
    report = check.dense_backward(lambda delta, x, w: leave())
    assert set(report.causes.values()) == {("exits",)}
    assert not sys.stdin.closed


def test_the_exit_of_a_notebook_is_not_called(monkeypatch) -> None:
    stopped = []
    monkeypatch.setitem(globals(), "exit", lambda: stopped.append("the kernel"))
    report = check.dense_backward(leaves_as_in_a_notebook)
    assert set(report.causes.values()) == {("exits",)}
    assert stopped == []
    exit()
    assert stopped == ["the kernel"]


def leaves_as_in_a_notebook(delta, x, w):
    exit()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python's own handler: a program started in the background is told to ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_user_can_interrupt_a_check() -> None:
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        check.dense_backward(spins, limit_s=30)
    timer.join()
    assert not running(spins)
    assert check.dense_backward(right)


def test_an_interrupt_of_its_own_is_reported() -> None:
    def dense_backward(delta, x, w):
        raise KeyboardInterrupt

    assert "KeyboardInterrupt" in first_words(check.dense_backward(dense_backward))


def catches_everything(delta, x, w):
    while True:
        try:
            x = x + 1
        except:  # noqa: E722
            pass


def running(function) -> bool:
    """Tell whether some thread is inside a function, half a second later at the most."""
    for _ in range(10):
        frames = [frame for frame in sys._current_frames().values()]
        while frames and not any(f.f_code is function.__code__ for f in frames):
            frames = [f.f_back for f in frames if f.f_back]
        if not frames:
            return False
        time.sleep(0.05)
    return True


def spins(delta, x, w):
    while True:
        x = x + 1


@pytest.mark.parametrize("loop", [spins, catches_everything])
def test_an_endless_loop_is_stopped_and_its_line_shown(loop) -> None:
    began = time.monotonic()
    report = check.dense_backward(loop, limit_s=0.3)
    assert set(report.causes.values()) == {("never-ends",)}
    assert "last seen in line" in first_words(report)
    assert not running(loop)
    assert time.monotonic() - began < 30  # not a measurement: it ends


def test_a_call_that_cannot_be_stopped_is_left_behind() -> None:
    report = check.dense_backward(lambda delta, x, w: time.sleep(5), limit_s=0.2)
    assert "still runs" in first_words(report)
    assert check.dense_backward(right)


def test_without_threads_a_loop_is_stopped_too(monkeypatch) -> None:
    def no_threads(self) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_threads)
    tracer = sys.gettrace()
    report = check.dense_backward(spins, limit_s=0.3)
    assert set(report.causes.values()) == {("never-ends",)}
    assert sys.gettrace() is tracer
    assert check.dense_backward(right)
    assert "AxisError" in first_words(check.dense_backward(lambda delta, x, w: delta.sum(axis=7)))


def test_printing_is_kept_short_and_out_of_the_way(capsys) -> None:
    def dense_backward(delta, x, w):
        for _ in range(10_000):
            print("here")
        print("error", file=sys.stderr)
        return None

    report = check.dense_backward(dense_backward)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
    assert "here" in str(report)
    assert len(str(report)) < 4000


@pytest.mark.parametrize(
    "greedy",
    [
        lambda: np.ones(10**12),
        lambda: np.ones(10**10),
        lambda: bytearray(10**12),
        lambda: [0] * 10**12,
    ],
)
def test_huge_memory_is_refused(greedy) -> None:
    report = check.dense_backward(lambda delta, x, w: greedy())
    assert not report
    assert set(report.causes.values()) <= {("too-much-memory",), ("wrong-tuple",)}


def test_a_huge_result_is_not_looked_at() -> None:
    big = np.lib.stride_tricks.as_strided(np.zeros(1), (10**6, 10**6), (0, 0))
    report = check.dense_backward(lambda delta, x, w: (big, x.T @ delta, delta.sum(axis=0)))
    assert "should have the shape" in str(report)


def test_endless_recursion_is_reported() -> None:
    def dense_backward(delta, x, w):
        return dense_backward(delta, x, w)

    report = check.dense_backward(dense_backward)
    assert set(report.causes.values()) == {("never-ends",)}


def test_a_raised_recursion_limit_is_put_back() -> None:
    depth = sys.getrecursionlimit()

    def dense_backward(delta, x, w):
        sys.setrecursionlimit(depth + 500)
        return right(delta, x, w)

    assert check.dense_backward(dense_backward)
    assert sys.getrecursionlimit() == depth


def replaces_numpy():
    np.sum = lambda *a, **k: 0
    np.linalg.norm = None


def replaces_the_judge():
    runner.agree = lambda *a: True


def replaces_the_report():
    Report.__bool__ = lambda self: True


def replaces_a_builtin():
    builtins.abs = lambda value: 0


def deletes_a_name():
    del np.tensordot


def replaces_the_code():
    check.compare.differing.__code__ = (lambda got, expected, rtol: got != got).__code__


@pytest.mark.parametrize(
    "attack",
    [
        replaces_numpy,
        replaces_the_judge,
        replaces_the_report,
        replaces_a_builtin,
        deletes_a_name,
        replaces_the_code,
    ],
)
def test_what_is_replaced_is_put_back_and_reported(attack) -> None:
    kept = np.sum, np.tensordot, np.linalg.norm, abs, runner.agree

    def dense_backward(delta, x, w):
        attack()
        return None

    report = check.dense_backward(dense_backward)
    assert (np.sum, np.tensordot, np.linalg.norm, abs, runner.agree) == kept
    assert not report
    assert set(report.causes.values()) <= {("replaces-names",), ("returns-nothing",)}
    wrong = check.dense_backward(lambda d, x, w: (d @ w.T, x.T @ d, d.mean(axis=0)))
    assert wrong.causes == {"db": ("bias-averaged",)}
    assert check.dense_backward(right)


def test_numpy_replaced_beforehand_does_not_fool_the_check(monkeypatch) -> None:
    mine = lambda *a, **k: np.zeros(())  # noqa: E731
    monkeypatch.setattr(np, "tensordot", mine)
    monkeypatch.setattr(np, "abs", mine)
    assert check.dense_backward(right)
    assert not check.dense_backward(lambda d, x, w: (d @ w.T, x.T @ d, d.mean(axis=0)))
    assert np.tensordot is mine


def test_inputs_cannot_be_changed() -> None:
    def by_force(delta, x, w):
        base = x
        while isinstance(base.base, np.ndarray):
            base = base.base
        for array in (x, base):
            array.flags.writeable = True
        x += 1

    report = check.dense_backward(by_force)
    assert "WRITEABLE" in first_words(report)


def test_inputs_changed_behind_numpys_back_are_noticed() -> None:
    import ctypes

    def by_address(delta, x, w):
        ctypes.memset(x.ctypes.data, 0, x.nbytes)
        return right(delta, x, w)

    report = check.dense_backward(by_address)
    assert set(report.causes.values()) == {("input-modified",)}


def test_a_result_that_is_no_array_runs_no_code_of_its_own() -> None:
    class Evil:
        def __array__(self, *args, **kwargs):
            raise SystemExit

        def __len__(self):
            raise RuntimeError("no length")

    for value in (Evil(), [Evil()] * 3, (Evil(), Evil(), Evil()), iter(()), {"dx": 1}, "abc", 3):
        report = check.dense_backward(lambda delta, x, w, value=value: value)
        assert not report
        str(report), report._repr_html_(), report.as_dict()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_and_infinity_are_named(value: float) -> None:
    report = check.dense_backward(lambda d, x, w: (d @ w.T * value, x.T @ d, d.sum(axis=0)))
    assert report.causes == {"dx": ("not-finite",)}


def test_cnnlibs_own_answer_is_barred_and_free_again(rng) -> None:
    own = cnnlib.dense_backward  # bound before

    report = check.dense_backward(own)
    assert set(report.causes.values()) == {("uses-cnnlib",)}
    arrays = rng.normal(size=(2, 3)), rng.normal(size=(2, 4)), rng.normal(size=(4, 3))
    assert own(*arrays).dx.shape == (2, 4)


def by_layer(delta, x, w):
    from cnnlib.nn import Dense

    layer = Dense(*w.shape, rng=np.random.default_rng(0))
    layer.params["w"] = w
    layer.forward(x)
    return layer.backward(delta), layer.grads["w"], layer.grads["b"]


def by_trace(delta, x, w):
    trace = cnnlib.trace_dense(x, w, np.zeros(w.shape[1]))
    return tuple(trace.backward(delta, name).replay() for name in "xwb")


def by_a_kernel_of_one_tap(delta, x, w):
    found = cnnlib.conv2d_backward(delta[:, None, None], x[:, None, None], w[None, None])
    return found.dx[:, 0, 0], found.dw[0, 0], found.db


def by_nudging(delta, x, w):
    nudged = cnnlib.numerical_gradient
    dx = nudged(lambda x: float((x @ w * delta).sum()), x)
    return dx, nudged(lambda w: float((x @ w * delta).sum()), w), delta.sum(axis=0)


def by_the_checker(delta, x, w):
    from cnnlib.check.exercise import Case
    from cnnlib.check.exercises.dense_backward import expected

    found = expected(Case("", {"delta": delta, "x": x, "w": w}))
    return found["dx"], found["dw"], found["db"]


@pytest.mark.parametrize(
    "way", [by_layer, by_trace, by_a_kernel_of_one_tap, by_nudging, by_the_checker]
)
def test_other_ways_to_cnnlibs_answer_are_barred(way) -> None:
    assert set(check.dense_backward(way).causes.values()) == {("uses-cnnlib",)}


def test_other_threads_may_use_cnnlib_meanwhile(rng) -> None:
    arrays = rng.normal(size=(2, 3)), rng.normal(size=(2, 4)), rng.normal(size=(4, 3))
    errors, stop = [], threading.Event()

    def elsewhere() -> None:
        while not stop.is_set():
            try:
                cnnlib.dense_backward(*arrays)
            except Exception as error:
                errors.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    try:
        assert check.dense_backward(right)
    finally:
        stop.set()
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda delta, x: None, "cannot be called as"),
        (lambda: None, "cannot be called as"),
        (print, "returned None"),
    ],
)
def test_a_wrong_signature_is_told(function, words: str) -> None:
    assert words in first_words(check.dense_backward(function))


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="my_function must be a function"):
        check.dense_backward(right(*[np.ones((1, 1))] * 3))
    with pytest.raises(ValueError, match="parts must name some of"):
        check.dense_backward(right, parts=["dz"])
    with pytest.raises(ValueError, match="limit_s must be positive"):
        check.dense_backward(right, limit_s=0)


def test_parts_are_checked_alone() -> None:
    def only_db(delta, x, w):
        return None, None, delta.sum(axis=0)

    assert check.dense_backward(only_db, parts=["db"])
    assert check.dense_backward(only_db).score["db"] == (5, 5)
