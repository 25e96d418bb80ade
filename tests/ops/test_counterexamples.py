"""Published and common mistakes: each function returns what the mistake gives, and what is right.

A function carries the name of its counterexample in `tests/golden.json`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnlib as c
from tests.golden import MISTAKES

Answer = tuple[Any, Any]


def grid(values: Any) -> np.ndarray:
    return np.array(values)[None, :, :, None]


def kernel(values: Any) -> np.ndarray:
    return np.array(values)[:, :, None, None]


def row(values: Any) -> np.ndarray:
    return np.array(values)[None, :, None]


def taps(values: Any) -> np.ndarray:
    return np.array(values)[:, None, None]


def reversed_dw_1d(x, dz) -> Answer:
    dw = c.conv1d_kernel_grad(row(dz), row(x), 2)
    return c.rot180(dw).ravel(), dw.ravel()


def reversed_dw_2d(x, dz) -> Answer:
    dw = c.conv2d_kernel_grad(grid(dz), grid(x), 2)[:, :, 0, 0]
    return c.rot180(dw), dw


def reversed_step_raises_loss(x, t, lr) -> Answer:
    w = np.zeros((2, 1, 1))

    def loss(w: np.ndarray) -> float:
        return float(((c.conv1d(row(x), w) - t) ** 2).sum() / 2)

    dw = c.conv1d_kernel_grad(c.conv1d(row(x), w) - t, row(x), 2)
    wrong, right = ({"loss_before": loss(w), "loss_after": loss(w - lr * step)}
                    for step in (c.rot180(dw), dw))  # fmt: skip
    return wrong, right


def missing_padding_dw(x, dz) -> Answer:
    wrong = c.conv1d_kernel_grad(row(dz), row(x), 1)
    return wrong.ravel(), c.conv1d_kernel_grad(row(dz), row(x), 3, padding=1).ravel()


def dx_without_rotation(w, dz) -> Answer:
    wrong, right = (c.conv2d_input_grad(grid(dz), k, (1, 3, 3, 1))[0, :, :, 0]
                    for k in (c.rot180(kernel(w)), kernel(w)))  # fmt: skip
    return wrong, right


def dx_negative_index_wrap(w, dz, i) -> Answer:
    wrong = sum(dz[i - a] * w[a] for a in range(len(w)))
    return wrong, c.conv1d_input_grad(row(dz), taps(w), (1, 3, 1))[0, i, 0]


def _strided(w, dz, n, stride) -> np.ndarray:
    return c.conv1d_input_grad(row(dz), taps(w), (1, n, 1), stride=stride).ravel()


def stride_reused_backward(w, dz, n, stride) -> Answer:
    wrong = c.conv1d(row(dz), c.rot180(taps(w)), padding="full", stride=stride)
    return wrong.ravel(), _strided(w, dz, n, stride)


def stride_not_dilated(w, dz, n, stride) -> Answer:
    wrong = c.conv1d(row(dz), c.rot180(taps(w)), padding="full")
    return wrong.ravel(), _strided(w, dz, n, stride)


def uncovered_tail_forgotten(w, dz, n, stride) -> Answer:
    wrong = c.conv1d(c.dilate(row(dz), stride), c.rot180(taps(w)), padding="full")
    return wrong.ravel(), _strided(w, dz, n, stride)


def uncovered_tail_dw(x, dz, stride) -> Answer:
    wrong = c.conv1d(row(x), taps(c.dilate(dz, stride)))
    return wrong.ravel(), c.conv1d_kernel_grad(row(dz), row(x), 3, stride=stride).ravel()


def isclose_tie(patch) -> Answer:
    wrong, right = (
        c.max_pool2d_backward(grid([[1]]), grid(patch), 2, ties=ties)[0, :, :, 0]
        for ties in ("all", "first")
    )
    return wrong, right


def isclose_false_tie(patch) -> Answer:
    every = c.max_pool2d_backward(grid([[1]]), grid(patch), 2, ties="all")[0, :, :, 0]
    return np.isclose(patch, np.max(patch)), every


def isclose_shared_bias() -> Answer:
    z = c.conv2d(np.zeros((1, 5, 5, 1)), np.ones((2, 2, 1, 1)), [1])
    wrong, right = (
        c.max_pool2d_backward(np.ones((1, 2, 2, 1)), c.relu(z), 2, ties=ties).sum()
        for ties in ("all", "first")
    )
    return wrong, right


def avgpool_axes(x) -> Answer:
    n, h, w, channels = np.shape(x)
    patches = np.reshape(x, (n, h // 2, 2, w // 2, 2, channels))
    return patches.mean(axis=3).mean(axis=4), c.avg_pool2d(x, 2)


avgpool_axes_shape = avgpool_axes_silent = avgpool_axes


def even_kernel_silent(x, w, dz, padding) -> Answer:
    dx = c.conv2d_input_grad(grid(dz), kernel(w), grid(x).shape, padding=padding)[0, :, :, 0]
    same_size = c.conv2d(c.pad2d(grid(dz), 1), c.rot180(kernel(w)), padding="same")
    middle = same_size[0, 1:-1, 1:-1, 0]  # one cell is left, and fills the whole gradient
    return np.broadcast_to(middle, dx.shape), dx


def even_kernel_raises(n, f) -> Answer:
    dx = c.conv2d_input_grad(np.ones((1, 2, 2, 1)), np.ones((f, f, 1, 1)), (1, n, n, 1))
    return (
        "ValueError: operands could not be broadcast",
        f"dx of shape ({dx.shape[1]},{dx.shape[2]})",
    )


def f1_raises(f) -> Answer:
    dz = np.arange(1.0, 7).reshape(1, 2, 3, 1)
    dx = c.conv2d_input_grad(dz, np.full((f, f, 1, 1), 5), dz.shape)
    right = "dx = dz * w" if np.array_equal(dx, dz * 5) else "another gradient"
    return "ValueError: operands could not be broadcast", right


def nonsquare_silent(x, w, dz, padding) -> Answer:
    dw = c.conv2d_kernel_grad(grid(dz), grid(x), np.shape(w), padding=padding)[:, :, 0, 0]
    x, wrong, reach = np.array(x), np.zeros(dw.shape), len(x) - len(w) + 1
    for a, b in np.ndindex(dw.shape):  # the reach of the rows taken for the columns, too
        wrong[a, b] = (x[a : a + reach, b : b + reach] * dz).sum()
    return wrong, dw


def int_kernel_truncates(dW_true) -> Answer:
    w = taps([1])
    truncated = np.zeros_like(w)
    truncated[...] = dW_true
    return truncated.item(), c.conv1d_kernel_grad(row([0.5]), row([1]), len(w)).item()


def softmax_elementwise(z, y) -> Answer:
    p = c.softmax([z])[0]
    return -np.array(y) / p * p * (1 - p), c.softmax_cross_entropy_backward([z], [y])[0]


def double_one_over_m(X, Y, W) -> Answer:
    delta = c.softmax_cross_entropy_backward(c.dense(np.transpose(X), np.transpose(W)), Y)
    dw = c.dense_backward(delta, np.transpose(X), np.transpose(W)).dw.T
    return dw / len(Y), dw


def flip_all_axes(w_c0, w_c1, dz) -> Answer:
    w = np.stack([w_c0, w_c1], axis=2)[..., None]
    both = (c.conv2d_input_grad(grid(dz), k, (1, 2, 2, 2))[0] for k in (w[:, :, ::-1], w))
    wrong, right = ({f"dx_c{i}": dx[:, :, i] for i in range(2)} for dx in both)
    return wrong, right


def scala_half_kernel_offset(a, k) -> Answer:
    wrong, right = (c.conv2d(grid(a), kernel(k), padding=padding)[0, :, :, 0]
                    for padding in (((1, 3), (1, 3)), "full"))  # fmt: skip
    return wrong, right


def flatten_reshape(rows) -> Answer:
    x = np.array(rows)
    return x.reshape(-1, len(x)), x.reshape(len(x), -1).T


def fft_wrap(x, k) -> Answer:
    wrong = np.fft.ifft(np.fft.fft(x) * np.fft.fft(k, len(x))).real.round(12)
    return wrong, c.conv1d(row(x), c.rot180(taps(k)), padding="full").ravel()


def int_trunc_size(n, k, s) -> Answer:
    with pytest.raises(ValueError, match="does not fit"):  # no window: an error says so
        c.output_size(n, k, s)
    return int((n - k) / s) + 1, (n - k) // s + 1


def same(value: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert value.keys() == expected.keys()
        for key in expected:
            same(value[key], expected[key])
    elif isinstance(expected, str):
        assert value == expected
    else:
        np.testing.assert_allclose(np.asarray(value, float), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", MISTAKES)
def test_counterexample(name: str) -> None:
    case = MISTAKES[name]
    wrong, right = globals()[name](**case["inputs"])
    same(right, case["right"])
    same(wrong, case["wrong"])
