"""A sliding window whose every number can be set wrong: the forward passes behind the diagnoses.

Output row i reads, through tap a, input row ``i * stride + a * dilation - padding``; cells outside
the image are zeros. With the numbers asked for this is ``conv2d``; with other numbers it is the
forward pass of somebody who made a mistake. All axes are (rows, columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnlib.check.exercise import Array

Pair = tuple[int, int]
#: What a convolution does when nothing else is asked for.
USUAL = {"stride": 1, "padding": 0, "dilation": 1}


def pair(value: int | Pair) -> Pair:
    """Return (rows, columns) of a number that stands for both, or of a pair."""
    return value if isinstance(value, tuple) else (value, value)


@dataclass(frozen=True)
class Slide:
    """Where windows lie: pairs (rows, columns)."""

    kernel: Pair
    out: Pair
    stride: Pair
    dilation: Pair
    padding: Pair

    @property
    def span(self) -> Pair:
        """How many rows and columns lie between the first tap and the last, both included."""
        rows, columns = ((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return rows, columns

    def patches(self, x: Array) -> Array:
        """Return what each window sees: (B, OH, OW, KH, KW, C) of (B, H, W, C)."""
        seen = x
        for axis in (0, 1):
            seen = self._take(seen, axis)
        return seen.transpose(0, 1, 3, 2, 4, 5)

    def _take(self, x: Array, axis: int) -> Array:
        """Replace the axis of rows (or, after that, of columns) by windows and taps."""
        at = 1 + 2 * axis
        place = np.arange(self.out[axis])[:, None] * self.stride[axis]
        cell = place + np.arange(self.kernel[axis]) * self.dilation[axis] - self.padding[axis]
        inside = (cell >= 0) & (cell < x.shape[at])
        found = np.take(x, np.where(inside, cell, 0), axis=at)
        return found * inside.reshape((1,) * at + inside.shape + (1,) * (x.ndim - at - 1))

    def correlate(self, x: Array, w: Array) -> Array:
        """Slide the kernel (KH, KW, C, K) over the images (B, H, W, C): (B, OH, OW, K)."""
        return np.tensordot(self.patches(x), w, axes=3)
