"""A window that slides: the one place that knows kernel size, stride, padding and dilation.

Convolutions and poolings differ in what they do with the cells a window sees, not in which cells
those are. Tap ``a`` of window ``o`` reads padded cell ``o * stride + a * dilation``; everything
below is that sentence, read in different directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd
from typing import Any

import numpy as np

from cnnlib.ops._check import Array, whole, word

Margins = tuple[tuple[int, int], ...]
Size = int | tuple[int, ...]
Padding = int | str | tuple[int, ...] | Margins


@dataclass(frozen=True)
class Window:
    """A kernel sliding over one axis or two; every field holds one entry for each axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Margins
    dilation: tuple[int, ...]

    @classmethod
    def of(cls, kernel: Any, stride: Any, padding: Any, dilation: Any, *, axes: int = 2) -> Window:
        """Read the forms a caller may use: an int, a pair, a word, a pair of pairs."""
        kernel = sizes(kernel, "kernel_size", axes)
        stride = sizes(stride, "stride", axes)
        dilation = sizes(dilation, "dilation", axes)
        span = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
        return cls(kernel, stride, margins(padding, axes, span, stride), dilation)

    @property
    def span(self) -> tuple[int, ...]:
        """Cells from the first tap to the last, the gaps of the dilation included."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def padded(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Size of the input with its margins."""
        return tuple(n + sum(p) for n, p in zip(size, self.padding, strict=True))

    def output_size(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Return the number of windows along each axis: floor((padded - span) / stride) + 1."""
        room = [n - k for n, k in zip(self.padded(size), self.span, strict=True)]
        if min(room) < 0:
            raise ValueError(self._does_not_fit(size))
        return tuple(r // s + 1 for r, s in zip(room, self.stride, strict=True))

    def uncovered(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """Return the cells at the far end that no window reaches: r of the gradient rule."""
        fit = zip(self.padded(size), self.span, self.stride, strict=True)
        return tuple((n - k) % s for n, k, s in fit)

    def transposed(self, size: tuple[int, ...]) -> Window:
        """Return the window that carries a dilated delta back to an input of ``size``.

        Full (span - 1 zeros on each side), r more at the far end for the cells no window reached,
        and the margins of the forward pass taken off again, which may leave a negative number.
        """
        edges = zip(self.span, self.padding, self.uncovered(size), strict=True)
        back = tuple((k - 1 - p0, k - 1 - p1 + r) for k, (p0, p1), r in edges)
        return Window(self.kernel, (1,) * len(self.kernel), back, self.dilation)

    def classes(
        self, size: tuple[int, ...], out: tuple[int, ...]
    ) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], Window]]:
        """Return the classes of input cells that meet the same taps, as (cells, taps, window back).

        The window of a class leads from delta to its cells: it has a stride of 1 and the kernel of
        its taps, rotated. A class that meets no tap is left out.
        """
        axes = [list(self._classes_along(axis, size[axis], out[axis])) for axis in range(2)]
        for (rows, a, high, top, d), (cols, b, wide, left, e) in product(*axes):
            yield (rows, cols), (a, b), Window((high, wide), (1, 1), (top, left), (d, e))

    def _classes_along(
        self, axis: int, size: int, out: int
    ) -> Iterator[tuple[slice, slice, int, tuple[int, int], int]]:
        s, d, k, p = (
            self.stride[axis],
            self.dilation[axis],
            self.kernel[axis],
            self.padding[axis][0],
        )
        every, gap = s // gcd(s, d), d // gcd(s, d)  # taps of a class, and their distance in delta
        for first in range(min(every, k)):
            taps = slice(first, None, every)
            number = len(range(first, k, every))
            begin = (
                first * d - p
            ) % s  # the first cell, and the window that meets it with this tap
            count = len(range(begin, size, s))
            before = (number - 1) * gap - (begin + p - first * d) // s
            if count:
                after = count - 1 + (number - 1) * gap - (out - 1) - before
                yield slice(begin, None, s), taps, number, (before, after), gap

    def taps_along(self, axis: int, count: int) -> list[slice]:
        """For each tap along ``axis``, the padded cells it meets in ``count`` windows."""
        s, d = self.stride[axis], self.dilation[axis]
        return [slice(a * d, a * d + (count - 1) * s + 1, s) for a in range(self.kernel[axis])]

    def taps(self, out: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
        """Return the cells each tap meets, tap after tap in row order."""
        return product(*(self.taps_along(axis, count) for axis, count in enumerate(out)))

    def _does_not_fit(self, size: tuple[int, ...]) -> str:
        spread = f" (spanning {times(self.span)} when dilated)" if self.span != self.kernel else ""
        enough = max(-((n - k) // 2) for n, k in zip(size, self.span, strict=True))
        return (
            f"kernel {times(self.kernel)}{spread} does not fit the padded input "
            f"{times(self.padded(size))}: raise padding to at least {enough}"
        )


def times(size: tuple[int, ...]) -> str:
    """Write a size as people do, 3x5."""
    return "x".join(map(str, size))


def sizes(value: Any, name: str, axes: int, least: int = 1) -> tuple[int, ...]:
    """Read an int, or one int for each axis."""
    entries = value if isinstance(value, tuple | list) else (value,) * axes
    if len(entries) != axes:
        forms = "an int or a pair (rows, columns)" if axes > 1 else "an int, as there is one axis"
        raise ValueError(f"{name} must be {forms}, got {value!r}")
    return tuple(whole(entry, name, least) for entry in entries)


def margins(
    padding: Any, axes: int, span: tuple[int, ...] | None = None, stride: tuple[int, ...] = ()
) -> Margins:
    """Read any form of ``padding`` into (before, after) for each axis."""
    if isinstance(padding, str):
        return _margins_of_word(padding, axes, span, stride)
    entries = padding if axes > 1 and isinstance(padding, tuple | list) else (padding,) * axes
    pairs = [entry if isinstance(entry, tuple | list) else (entry, entry) for entry in entries]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        forms = "(rows, columns) or ((top, bottom), (left, right))" if axes > 1 else "(left, right)"
        raise ValueError(f"padding must be an int, a word, {forms}, got {padding!r}")
    return tuple((whole(a, "padding", 0), whole(b, "padding", 0)) for a, b in pairs)


def _margins_of_word(
    padding: str, axes: int, span: tuple[int, ...] | None, stride: tuple[int, ...]
) -> Margins:
    if span is None:
        raise ValueError(f"padding {padding!r} needs a kernel to measure: give numbers here")
    word(padding, "padding", ("valid", "same", "full"))
    if padding == "same" and max(stride) > 1:
        raise ValueError(
            f"padding 'same' keeps the size only for stride 1, got stride {times(stride)}: "
            "give the padding in numbers, such as ((top, bottom), (left, right))"
        )
    extra = {"valid": [0] * axes, "same": [k - 1 for k in span], "full": [2 * k - 2 for k in span]}
    return tuple((total // 2, total - total // 2) for total in extra[padding])


def pad_or_crop(x: Array, edges: Margins, fill: float = 0.0) -> Array:
    """Copy (N, H, W, C) into a frame with these margins; a negative margin crops."""
    n, h, w, c = x.shape
    (from_rows, to_rows), (from_cols, to_cols) = _overlap(h, *edges[0]), _overlap(w, *edges[1])
    frame = np.full((n, h + sum(edges[0]), w + sum(edges[1]), c), fill, x.dtype)
    frame[:, to_rows, to_cols] = x[:, from_rows, from_cols]
    return frame


def _overlap(size: int, before: int, after: int) -> tuple[slice, slice]:
    start = max(-before, 0)
    stop = max(min(size, size + after), start)
    return slice(start, stop), slice(start + before, stop + before)
