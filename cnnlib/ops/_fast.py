"""The same results in less time: where numpy's obvious functions are slow, what does their work.

Each is compared with the obvious one in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops._check import Array

BLOCK = 1 << 16  # numbers that all steps of a formula go through while they are in the cache
MASKS = {2: np.int16, 4: np.int32, 8: np.int64}


def kept(mask: NDArray[np.bool_], values: Array) -> Array:
    """Return the values where the mask is true and 0 elsewhere, as ``np.where(mask, values, 0)``.

    A mask of ones or zeros in every bit, and no cell has to be asked. Infinities and NaN are let
    through or not like any number; multiplying by 0 would turn them into NaN.

    Examples
    --------
    >>> kept(np.array([True, False]), np.array([-3.0, np.inf]))
    array([-3.,  0.])
    """
    whole_number = MASKS.get(values.itemsize)
    if whole_number is None:
        return np.where(mask, values, values.dtype.type(0))
    bits = -mask.view(np.int8)
    return np.bitwise_and(bits, values.view(whole_number), dtype=whole_number).view(values.dtype)


def in_blocks(formula: Callable[..., Array], *arrays: Array) -> Array:
    """Apply a formula that looks at one cell at a time to some cells after the others.

    Its intermediate results then stay in the processor's cache.

    Examples
    --------
    >>> in_blocks(lambda z: 2 * z + 1, np.array([[1.0, 2.0]]))
    array([[3., 5.]])
    """
    first = arrays[0]
    if first.size <= BLOCK:
        return np.asarray(formula(*arrays))
    flat = [array.reshape(-1) for array in arrays]
    out = np.empty(first.shape, np.result_type(*arrays))
    into = out.reshape(-1)
    for start in range(0, first.size, BLOCK):
        part = slice(start, start + BLOCK)
        into[part] = formula(*(array[part] for array in flat))
    return out


def exponentials(z: Array) -> Iterator[tuple[slice, Array, Array, Array]]:
    """Yield, for some rows after the others, ``exp(z - max)`` as columns, the max, and the sums.

    numpy is slow on many short rows and fast on few long ones: so some rows are written as columns.

    Examples
    --------
    >>> [(rows, columns, largest, total)] = exponentials(np.log([[2.0, 4.0, 1.0]]))
    >>> columns.T, np.exp(largest), total
    (array([[0.5 , 1.  , 0.25]]), array([4.]), array([1.75]))
    """
    step = max(1, BLOCK // 4 // z.shape[1])
    for start in range(0, len(z), step):
        rows = slice(start, start + step)
        columns = z[rows].T.copy()
        largest = columns.max(axis=0)
        columns -= largest
        np.exp(columns, out=columns)
        yield rows, columns, largest, columns.sum(axis=0)
