"""Softmax and cross-entropy as a chain: shift, exp, sum, log, subtract, weigh with the labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnlib import ops
from cnnlib.ops._check import floats
from cnnlib.trace.chain import Chain
from cnnlib.trace.conv import index
from cnnlib.trace.rule import Dim, Group, Rule
from cnnlib.trace.terms import Terms
from cnnlib.trace.trace import Trace


def trace_softmax_cross_entropy(z: ArrayLike, y: ArrayLike) -> Chain:
    """Spell out :func:`cnnlib.softmax_cross_entropy` in steps that are sums of products.

    Parameters
    ----------
    z : array_like of shape (N, K)
        Logits.
    y : array_like of shape (N, K)
        Labels, one-hot or soft; every row sums to 1.

    Returns
    -------
    Chain
        Steps ``shifted`` (z minus the row's maximum, a constant), ``e``, ``total``, ``log_total``,
        ``log_p`` and ``loss`` (the mean over the batch). Backward from 1 gives ``z``: (p - y) / N.

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.softmax_cross_entropy` does.

    Notes
    -----
    The maximum may be treated as a constant because softmax does not change when all logits of
    a row move together. Derived in the chapter ``softmax``.

    Examples
    --------
    >>> chain = trace_softmax_cross_entropy([[1000, 0]], [[0, 1]])
    >>> chain.replay()
    array([1000.])
    >>> chain.backward([1])["z"]
    array([[ 1., -1.]])
    """
    ops.softmax_cross_entropy(z, y)
    z, y = floats(z, "z"), floats(y, "y")
    steps = {"shifted": _shift(z)}
    steps["e"] = _one("exp", "shifted", steps["shifted"].replay(), "e", "exp")
    total = Rule(tuple("nk"), (Group(index("n"), {"e": index("nk")}),))
    steps["total"] = Trace("sum", {"e": steps["e"].replay()}, z.shape[:1], total, out="total")
    steps["log_total"] = _one("log", "total", steps["total"].replay(), "log_total", "log")
    steps["log_p"] = _difference(steps["shifted"].replay(), steps["log_total"].replay())
    steps["loss"] = _weigh(steps["log_p"].replay(), y)
    return Chain(steps)


def _shift(z: np.ndarray) -> Trace:
    cells = np.arange(z.size)
    best = z.max(axis=1)
    rows = (Terms(cells, {"z": cells}), Terms(cells, {"max": cells // z.shape[1]}, -1.0))
    return Trace("shift", {"z": z, "max": best}, z.shape, rows, out="shifted")


def _one(op: str, name: str, values: np.ndarray, out: str, post: str) -> Trace:
    dims = index("nk"[: values.ndim])
    rule = Rule(tuple("nk"[: values.ndim]), (Group(dims, {name: dims}),))
    return Trace(op, {name: values}, values.shape, rule, out=out, post=post)


def _difference(shifted: np.ndarray, log_total: np.ndarray) -> Trace:
    groups = (
        Group(index("nk"), {"shifted": index("nk")}),
        Group(index("nk"), {"log_total": index("n")}, -1.0),
    )
    operands = {"shifted": shifted, "log_total": log_total}
    return Trace("subtract", operands, shifted.shape, Rule(tuple("nk"), groups), out="log_p")


def _weigh(log_p: np.ndarray, y: np.ndarray) -> Trace:
    group = Group((Dim({}),), {"log_p": index("nk"), "y": index("nk")}, -1.0 / len(y))
    rule = Rule(tuple("nk"), (group,))
    return Trace("cross-entropy", {"log_p": log_p, "y": y}, (1,), rule, out="loss")
