"""An exercise of one's own: a forward function and shapes are enough to judge and to name."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlib import batch_norm, batch_norm_backward, check, conv2d, conv2d_backward

GROUPS = check.own(
    "grouped_backward",
    lambda x, w: conv2d(x, w, groups=2),
    [{"x": (1, 3, 4, 2), "w": (2, 2, 1, 2)}, {"x": (2, 4, 3, 4), "w": (2, 3, 2, 6)}],
)
NORM = check.own(
    "norm_backward",
    batch_norm,
    [{"x": (5, 2), "gamma": (2,), "beta": (2,)}, {"x": (4, 3), "gamma": (3,), "beta": (3,)}],
)


def norm(delta, x, gamma, beta):
    wide = np.sqrt(x.var(axis=0) + 1e-5)
    xhat = (x - x.mean(axis=0)) / wide
    dxhat = delta * gamma
    dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / wide
    return dx, (delta * xhat).sum(axis=0), delta.sum(axis=0)


def grouped(delta, x, w):
    halves = [
        conv2d(
            np.pad(d, ((0, 0), *[(k - 1, k - 1) for k in w.shape[:2]], (0, 0))),
            v[::-1, ::-1].swapaxes(2, 3),
        )
        for d, v in zip(np.split(delta, 2, axis=3), np.split(w, 2, axis=3), strict=True)
    ]
    kernels = [
        conv2d(a.transpose(3, 1, 2, 0), d.transpose(1, 2, 0, 3)).transpose(1, 2, 0, 3)
        for a, d in zip(np.split(x, 2, axis=3), np.split(delta, 2, axis=3), strict=True)
    ]
    return np.concatenate(halves, axis=3), np.concatenate(kernels, axis=3)


def test_right_answers_pass() -> None:
    assert NORM(norm)
    assert GROUPS(grouped)


def test_mistakes_are_named_and_the_book_may_not_answer() -> None:
    def averaged(delta, x, gamma, beta):
        dx, dgamma, dbeta = norm(delta, x, gamma, beta)
        return dx, dgamma, dbeta / len(x)

    assert NORM(averaged).causes == {"dbeta": ("divided-by-batch",)}
    borrowed = NORM(lambda delta, x, gamma, beta: tuple(batch_norm_backward(delta, x, gamma)))
    assert set(borrowed.causes.values()) == {("uses-cnnlib",)}
    borrowed = GROUPS(lambda delta, x, w: conv2d_backward(delta, x, w, groups=2)[:2])
    assert set(borrowed.causes.values()) == {("uses-cnnlib",)}


def test_cases_name_the_same_arrays() -> None:
    with pytest.raises(ValueError, match="the same arrays in each"):
        check.own("f_backward", np.add, [{"x": (1, 2), "y": (1, 2)}, {"x": (1, 2)}])
