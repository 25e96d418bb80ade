"""Causes that show in the result itself, whatever the exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Array

#: Entries of an array that nobody looks at.
HUGE = 1_000_000
Parts = Mapping[str, Array | None]


def plain_cause(pairs: Sequence[tuple[Array, Array]], rtol: float) -> str:
    """Return what the wrong arrays of one part have in common, or "".

    Parameters
    ----------
    pairs : sequence of (got, expected)
        The wrong arrays.
    rtol : float
        Precision of the comparison.
    """
    wrong = [got for got, _ in pairs]
    if all(array.dtype.kind in "iub" for array in wrong):
        return "integer-accumulator"
    if all(array.dtype == np.float16 for array in wrong):
        return "half-precision"
    if all(0 < array.size < HUGE and not array.any() for array in wrong):
        return "all-zero"
    if all(array.size < HUGE and not np.isfinite(array).all() for array in wrong):
        return "not-finite"
    return _axes_cause(pairs, rtol)


def _axes_cause(pairs: Sequence[tuple[Array, Array]], rtol: float) -> str:
    """Return the cause where the right numbers come back with other axes, or ""."""
    if any(got.size != expected.size for got, expected in pairs):
        return ""
    if all(agree(got.squeeze(), expected.squeeze(), rtol) for got, expected in pairs):
        return "extra-axes"
    orders = permutations(range(pairs[0][1].ndim))
    if any(all(_in_order(got, e, order, rtol) for got, e in pairs) for order in orders):
        return "axes-order"
    return ""


def _in_order(got: Array, expected: Array, order: tuple[int, ...], rtol: float) -> bool:
    return expected.ndim == len(order) and agree(got, expected.transpose(order), rtol)


def wrong_order(results: Sequence[tuple[Parts, Mapping[str, Array]]], rtol: float) -> set[str]:
    """Return the parts that hold another part's right array in every case.

    Parameters
    ----------
    results : sequence of (got, expected)
        One pair for each case in which arrays came back.
    rtol : float
        Precision of the comparison.
    """
    if not results:
        return set()
    parts = set(results[0][1])
    found = {p: {q for q in parts if _holds(results, p, q, rtol)} for p in parts}
    return {part for part, held in found.items() if held and part not in held}


def _holds(
    results: Sequence[tuple[Parts, Mapping[str, Array]]], part: str, other: str, rtol: float
) -> bool:
    pairs = [(got.get(part), expected[other]) for got, expected in results]
    return all(got is not None and agree(got, array, rtol) for got, array in pairs)


def constant_ratio(got: Array, expected: Array, rtol: float) -> float | None:
    """Return the factor by which all entries are off, or None if there is no such factor."""
    if got.shape != expected.shape or not expected.any():
        return None
    largest = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    ratio = float(got[largest] / expected[largest])
    return ratio if ratio and agree(got, ratio * expected, rtol) else None
