"""Right and wrong ways to write ``dense_backward``."""

from __future__ import annotations

import numpy as np


def loops(delta, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(len(x)):
        for m in range(w.shape[1]):
            db[m] += delta[n, m]
            for r in range(w.shape[0]):
                dx[n, r] += delta[n, m] * w[r, m]
                dw[r, m] += delta[n, m] * x[n, r]
    return dx, dw, db


CORRECT = {
    "matrix products": lambda delta, x, w: (delta @ w.T, x.T @ delta, delta.sum(axis=0)),
    "loops": loops,
    "einsum, as a list": lambda delta, x, w: [
        np.einsum("nm,rm->nr", delta, w),
        np.einsum("nm,nr->rm", delta, x),
        np.einsum("nm->m", delta),
    ],
    "lists of numbers": lambda delta, x, w: (
        (delta @ w.T).tolist(),
        (x.T @ delta).tolist(),
        delta.sum(axis=0).tolist(),
    ),
    "float32": lambda delta, x, w: (
        delta.astype("f") @ w.T.astype("f"),
        x.T.astype("f") @ delta.astype("f"),
        delta.astype("f").sum(axis=0),
    ),
}


def whole_numbers(delta, x, w):
    dw = np.zeros_like(w)
    for n in range(len(x)):
        for r in range(w.shape[0]):
            for m in range(w.shape[1]):
                dw[r, m] += delta[n, m] * x[n, r]
    return delta @ w.T, dw, delta.sum(axis=0)


def assigned(delta, x, w):
    for n in range(len(x)):
        dw = np.outer(x[n], delta[n])
        db = delta[n]
    return delta @ w.T, dw, db


def in_place(delta, x, w):
    delta /= len(delta)
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)


# name: (function, causes by part). Parts that are not mentioned are right.
PLANTED = {
    "bias averaged": (
        lambda d, x, w: (d @ w.T, x.T @ d, d.mean(axis=0)),
        {"db": ("bias-averaged",)},
    ),
    "bias not summed": (lambda d, x, w: (d @ w.T, x.T @ d, d), {"db": ("bias-not-summed",)}),
    "bias summed over the wrong axis": (
        lambda d, x, w: (d @ w.T, x.T @ d, d.sum(axis=1)),
        {"db": ("bias-not-summed",)},
    ),
    "1/m in the layer": (
        lambda d, x, w: (d @ w.T, x.T @ d / len(d), d.sum(axis=0) / len(d)),
        {"dw": ("divided-by-batch",), "db": ("divided-by-batch",)},
    ),
    "1/m twice": (
        lambda d, x, w: (d @ w.T, x.T @ d / len(d) ** 2, d.sum(axis=0)),
        {"dw": ("divided-by-batch-twice",)},
    ),
    "delta ignored": (
        lambda d, x, w: (np.ones_like(d) @ w.T, x.T @ d, d.sum(axis=0)),
        {"dx": ("delta-ignored",)},
    ),
    "multiplied by the batch": (
        lambda d, x, w: (d @ w.T, x.T @ d * len(d), d.sum(axis=0)),
        {"dw": ("multiplied-by-batch",)},
    ),
    "sign flipped": (lambda d, x, w: (-d @ w.T, x.T @ d, d.sum(axis=0)), {"dx": ("sign-flipped",)}),
    "only the first example": (
        lambda d, x, w: (d @ w.T, np.outer(x[0], d[0]), d[0]),
        {"dw": ("first-example-only",), "db": ("first-example-only",)},
    ),
    "delta rotated": (
        lambda d, x, w: (d @ w.T, x.T @ d[::-1, ::-1], d.sum(axis=0)),
        {"dw": ("delta-rotated",)},
    ),
    "delta transposed": (
        lambda d, x, w: (d.T.reshape(d.shape) @ w.T, x.T @ d, d.sum(axis=0)),
        {"dx": ("delta-transposed",)},
    ),
    "wrong order": (
        lambda d, x, w: (x.T @ d, d @ w.T, d.sum(axis=0)),
        {"dx": ("wrong-order",), "dw": ("wrong-order",)},
    ),
    "all zeros": (
        lambda d, x, w: (np.zeros(x.shape), x.T @ d, d.sum(axis=0)),
        {"dx": ("all-zero",)},
    ),
    "not finite": (
        lambda d, x, w: (d @ w.T / 0.0, x.T @ d, d.sum(axis=0)),
        {"dx": ("not-finite",)},
    ),
    "w where w.T is needed": (
        lambda d, x, w: (d @ w.reshape(w.shape[::-1]), x.T @ d, d.sum(axis=0)),
        {"dx": ("weights-transposed",)},
    ),
    "= for +=": (assigned, {"dw": ("overwritten",), "db": ("overwritten",)}),
    "integer accumulator": (whole_numbers, {"dw": ("integer-accumulator",)}),
    "input modified": (in_place, {part: ("input-modified",) for part in ("dx", "dw", "db")}),
    "returns None": (
        lambda d, x, w: None,
        {part: ("returns-nothing",) for part in ("dx", "dw", "db")},
    ),
    "wrong tuple": (
        lambda d, x, w: (d @ w.T, x.T @ d),
        {part: ("wrong-tuple",) for part in ("dx", "dw", "db")},
    ),
}
