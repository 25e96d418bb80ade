"""Softmax and cross-entropy as a chain: shift, exp, sum, log, subtract, weigh with the labels."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from cnnlib import ops
from cnnlib.ops._check import floats
from cnnlib.trace.chain import Chain
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup, index
from cnnlib.trace.trace import Trace

Array = NDArray[Any]


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
    y = floats(y, "y")
    steps = _exponentials(floats(z, "z"))
    steps["log_total"] = _each("log", "total", steps["total"].replay(), "log_total")
    steps["log_p"] = _subtract(steps["shifted"].replay(), steps["log_total"].replay())
    steps["loss"] = _weigh(steps["log_p"].replay(), y)
    return Chain(steps)


def trace_softmax(z: ArrayLike) -> Chain:
    """Spell out :func:`cnnlib.softmax` as exp, sum, divide.

    Parameters
    ----------
    z : array_like of shape (N, K)
        Logits.

    Returns
    -------
    Chain
        Steps ``shifted`` (z minus the row's maximum, a constant), ``e``, ``total``, ``scale`` (one
        over the total) and ``p``. Carrying back a delta that is 1 at one cell of ``p`` gives a
        row of the Jacobian at ``z``.

    Raises
    ------
    ValueError, TypeError
        As :func:`cnnlib.softmax` does.

    Notes
    -----
    ``e`` is read twice, by the sum and by the division: both deltas arrive there and add up.
    Derived in the chapter ``softmax``.

    Examples
    --------
    >>> import numpy as np
    >>> chain = trace_softmax([[0, np.log(3)]])
    >>> chain.replay()
    array([[0.25, 0.75]])
    >>> chain.backward([[1, 0]])["z"]
    array([[ 0.1875, -0.1875]])
    """
    ops.softmax(z)
    steps = _exponentials(floats(z, "z"))
    steps["scale"] = _each("reciprocal", "total", steps["total"].replay(), "scale")
    group = TermGroup(index("nk"), {"e": index("nk"), "scale": index("n")})
    reads = {name: steps[name].replay() for name in ("e", "scale")}
    rule = IndexRule(tuple("nk"), (group,))
    steps["p"] = Trace("divide", reads, reads["e"].shape, rule, out="p")
    return Chain(steps)


def _exponentials(z: Array) -> dict[str, Trace]:
    rule = IndexRule(tuple("nk"), _difference("z", "max"))
    shifted = Trace("shift", {"z": z, "max": z.max(axis=1)}, z.shape, rule, out="shifted")
    e = _each("exp", "shifted", shifted.replay(), "e")
    total = IndexRule(tuple("nk"), (TermGroup(index("n"), {"e": index("nk")}),))
    return {
        "shifted": shifted,
        "e": e,
        "total": Trace("sum", {"e": e.replay()}, z.shape[:1], total, out="total"),
    }


def _each(post: str, name: str, values: Array, out: str) -> Trace:
    dims = index("nk"[: values.ndim])
    rule = IndexRule(tuple("nk"[: values.ndim]), (TermGroup(dims, {name: dims}),))
    return Trace(post, {name: values}, values.shape, rule, out=out, post=post)


def _difference(first: str, per_row: str) -> tuple[TermGroup, TermGroup]:
    return (
        TermGroup(index("nk"), {first: index("nk")}),
        TermGroup(index("nk"), {per_row: index("n")}, -1.0),
    )


def _subtract(shifted: Array, log_total: Array) -> Trace:
    reads = {"shifted": shifted, "log_total": log_total}
    rule = IndexRule(tuple("nk"), _difference("shifted", "log_total"))
    return Trace("subtract", reads, shifted.shape, rule, out="log_p")


def _weigh(log_p: Array, y: Array) -> Trace:
    group = TermGroup(
        (AffineIndex({}),), {"log_p": index("nk"), "y": index("nk")}, -1.0 / max(len(y), 1)
    )
    rule = IndexRule(tuple("nk"), (group,))
    return Trace("cross-entropy", {"log_p": log_p, "y": y}, (1,), rule, out="loss")
