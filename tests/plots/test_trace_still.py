from __future__ import annotations

import numpy as np
import pytest

from cnnlib import plots
from cnnlib.plots.text import alike
from cnnlib.trace import Terms, Trace, trace_avg_pool2d, trace_conv2d, trace_max_pool2d, trace_relu


def texts(ax):
    return [text.get_text() for text in ax.texts]


def small():
    x = np.arange(1, 10).reshape(1, 3, 3, 1)
    return trace_conv2d(x, np.arange(1, 5).reshape(2, 2, 1, 1))


DELTA = np.array([1, 10, 100, 1000]).reshape(1, 2, 2, 1)


def line(ax):
    return texts(ax)[-1]


def test_the_forward_step_shows_window_partner_and_sum():
    shown = texts(plots.plot_trace(small(), 1))
    assert shown == [
        "x", *"123456789", "×1", "×2", "×3", "×4", "⋆", "w", *"1234", "=", "z", "37", "47",
        "z[0,1] = 2·1 + 3·2 + 5·3 + 6·4 = 47",
    ]  # fmt: skip


def test_the_gather_step_shows_the_kernel_turned():
    ax = plots.plot_trace(small().backward(DELTA, "x"), 4)
    assert [t for t in texts(ax) if t.startswith("×")] == ["×4", "×3", "×2", "×1"]
    assert line(ax) == "dx[1,1] = 1·4 + 10·3 + 100·2 + 1000·1 = 1234"


def test_the_scatter_step_adds_a_stamp_that_is_not_turned():
    ax = plots.plot_trace(small().backward(DELTA, "x"), 1, by="delta")
    assert [t for t in texts(ax) if t.startswith("+")] == ["+10", "+20", "+30", "+40"]
    assert line(ax) == "delta[0,1] = 10 times w is added onto dx"


@pytest.mark.parametrize("by", [None, "delta"])
def test_after_the_last_step_the_whole_result_stands_there(by):
    rng = np.random.default_rng(2)
    x, w = rng.integers(-5, 6, (1, 5, 4, 1)), rng.integers(-5, 6, (3, 2, 1, 1))
    z = trace_conv2d(x, w, stride=2, padding=1)
    trace = z.backward(rng.integers(-5, 6, z.shape), "x")
    steps = np.prod(trace.shape if by is None else z.shape)
    shown = texts(plots.plot_trace(trace, int(steps) - 1, by=by))
    start = shown.index("dx") + 1
    wired = np.ones(20, bool) if by is None else np.isin(np.arange(20), trace.terms[0].out)
    expected = [t for t, w in zip(alike(trace.replay().flat), wired, strict=True) if w]
    assert shown[start : start + len(expected)] == expected


def test_channels_stand_as_sheets_and_negative_factors_in_brackets():
    x = np.array([1.0, -2.0, 3.0, -4.0, 5.0]).reshape(1, 1, 1, 5)
    trace = trace_conv2d(x, -np.ones((1, 1, 5, 2)), np.array([7.0, 8.0]))
    shown = texts(plots.plot_trace(trace, 1))
    assert "x[:,:,2], 2 more" in shown
    assert "w[:,:,0,1]" in shown
    assert shown.index("⋆") < shown.index("+") < shown.index("=")
    total = "1·(−1) + (−2)·(−1) + 3·(−1) + (−4)·(−1) + 5·(−1) + 8"
    assert shown[-1] == f"z[0,0,1] = {total} = 5"


def test_a_long_sum_is_cut_and_a_rounded_one_says_so():
    rng = np.random.default_rng(3)
    trace = trace_conv2d(rng.normal(size=(1, 6, 5, 1)), rng.normal(size=(4, 3, 1, 1)))
    assert "+ … ≈ " in line(plots.plot_trace(trace, 2))


def test_pooling_and_masks_need_no_special_case():
    x = np.array([[3, 8], [1, 4]]).reshape(1, 2, 2, 1)
    assert line(plots.plot_trace(trace_max_pool2d(x, 2))) == "z[0,0] = 8"
    pooled = line(plots.plot_trace(trace_avg_pool2d(x, 2)))
    assert pooled == "z[0,0] = 0.25·3 + 0.25·8 + 0.25·1 + 0.25·4 = 4"
    assert line(plots.plot_trace(trace_relu(np.array([[-3.0, 2.0]])), 0)).endswith("] = 0")


def test_an_operation_nobody_foresaw_is_drawn():
    rows = Terms(out=[0, 0, 1], cells={"u": [0, 1, 2], "v": [1, 1, 0]}, coef=[1, 2, 3])
    toy = Trace("toy", {"u": [1, 2, 3], "v": [10, 20]}, (2,), rows, out="r")
    assert line(plots.plot_trace(toy, 0)) == "r[0] = 1·20 + 2·2·20 = 100"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plots.plot_trace("conv2d"), TypeError, "not str"),
        (lambda: plots.plot_trace(small(), 4), ValueError, "not among the 4 steps"),
        (lambda: plots.plot_trace(small(), by="delta"), ValueError, "choose one of x, w"),
    ],
)
def test_bad_input_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
