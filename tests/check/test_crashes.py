"""Exceptions come first, are counted, and are told in the reader's language."""

from __future__ import annotations

import numpy as np
import pytest

import cnnlib
from cnnlib import check
from tests.check.crashes import CRASHES


@pytest.mark.parametrize("label", CRASHES)
def test_the_cause_of_a_crash_is_named(label: str) -> None:
    exercise, function = CRASHES[label]
    report = getattr(check, exercise)(function)
    assert not report
    assert set(report.causes.values()) == {(function.__doc__,)}, report


def test_exceptions_come_first_and_are_counted() -> None:
    def conv2d_backward(delta, x, w, *, stride=1, padding=0):
        db = np.zeros(w.shape[3])
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                db += delta[:, i, j].sum(0)
        return np.zeros(x.shape), np.zeros(w.shape), db

    report = check.conv2d_backward(conv2d_backward, parts=["db"])
    first, second = report.failures
    assert "gives no arrays in 8 of 10 cases. The first: one image" in first.headline
    assert "IndexError" in first.what[0]
    assert "db += delta[:, i, j].sum(0)" in first.what[1]
    assert "db is wrong in 2 of 10 cases" in second.headline
    assert report.causes["db"] == ("loops-over-input",)
    assert "starts too late" not in str(report)


def test_one_case_of_six_names_no_cause() -> None:
    mask = np.zeros((5, 3))
    report = check.relu_backward(lambda da, z: da * (mask > 0))
    assert "ValueError" in str(report)
    assert "all zeros" not in str(report)


def test_the_line_is_shown_as_it_stands() -> None:
    _, function = CRASHES["asks_an_array"]
    assert "if z > 0:" in str(check.relu_backward(function))


def test_a_cause_that_predicts_the_crashes_is_named_beside_them() -> None:
    def conv2d_input_grad(delta, w, input_shape, *, stride=1, padding=0):
        if stride > 1:
            raise ValueError("strides are too hard")
        return cnnlib.conv2d(
            np.pad(delta, ((0, 0), *[(k - 1, k - 1) for k in w.shape[:2]], (0, 0))),
            w.swapaxes(2, 3),
        )[:, padding : padding + input_shape[1], padding : padding + input_shape[2]]

    report = check.conv2d_input_grad(conv2d_input_grad)
    assert report.causes == {"dx": ("kernel-not-rotated",)}
    assert "every case with another stride than 1 fails, and no other" in str(report)


def test_a_buffer_that_is_used_again_does_not_rewrite_the_evidence() -> None:
    buffer = np.zeros(1000)

    def relu_backward(da, z):
        out = buffer[: z.size].reshape(z.shape)
        out[...] = da * (z < 0)
        return out

    report = check.relu_backward(relu_backward)
    assert report.causes == {"delta": ("gate-inverted",)}
    assert "7 of 7 entries differ" in str(report)


def test_what_is_kept_between_calls_is_not_repeatable() -> None:
    kept: dict[tuple[int, ...], np.ndarray] = {}

    def dense_backward(delta, x, w):
        dw = kept.setdefault(w.shape, np.zeros(w.shape))
        dw += x.T @ delta
        return delta @ w.T, dw, delta.sum(axis=0)

    assert check.dense_backward(dense_backward).causes == {"dw": ("not-repeatable",)}


def test_a_factor_is_told_with_what_it_counts() -> None:
    def conv2d_backward(delta, x, w, *, stride=1, padding=0):
        db = delta.sum(axis=(0, 1, 2)) * w.shape[3]
        return np.zeros(x.shape), np.zeros(w.shape), db

    text = " ".join(str(check.conv2d_backward(conv2d_backward, parts=["db"])).split())
    assert "times 3, 4, 2" in text
    assert "there are 3 filters" in text


def test_hints_come_one_at_a_time_and_the_rule_last() -> None:
    report = check.dense_backward(lambda d, x, w: (d @ w.T, d.T @ x, d.sum(axis=0)))
    assert "x.T @ delta" not in str(report)
    hints = [report.hint() for _ in range(6)]
    assert hints[0].startswith("Hint 1: ")
    assert len(set(hints[:3])) == 3
    assert hints[-1] == "That is all there is to say. Change one thing, and check again."
