"""When two arrays count as equal."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlib.check.exercise import Array

#: Precision asked of float32 results, whose own rounding is no mistake.
COARSE = {"float32": 1e-4}
#: A larger result is of the wrong shape, whatever is in it.
MOST_BYTES = 2**26


def agree(got: Array, expected: Array, rtol: float) -> bool:
    """Tell whether two arrays have one shape and agree in every entry.

    The difference allowed is relative to the largest expected number: relative to the single entry
    it would punish rounding in entries near zero, and a sum by Fourier rounds all entries alike.
    """
    return got.shape == expected.shape and not differing(got, expected, rtol).any()


def differing(got: Array, expected: Array, rtol: float) -> Array:
    """CaseResult the entries that differ.

    Where a mistake predicts nan or infinity, only the same agrees with it.
    """
    scale = float(np.abs(expected).max(initial=0.0, where=np.isfinite(expected)))
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= COARSE.get(str(got.dtype), rtol) * max(scale, 1e-12)
    alike = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.asarray(~(near | alike))


def as_array(value: Any) -> Array | None:
    """Return a returned value as an array of real numbers, or None if it is no such thing.

    Lists of numbers count, and so do arrays of other libraries that numpy can read. It is a copy:
    the function may write into its own array again.
    """
    try:
        array = np.asarray(value)
    except Exception:
        return None
    if array.dtype.kind not in "fiub":
        return None
    return array.copy() if array.nbytes <= MOST_BYTES else array
