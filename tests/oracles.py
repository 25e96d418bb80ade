"""Slow references, written from the definitions with loops and bounds checks, sharing no code.

A convolution is a list of wires: output cell, input cell, tap. Summed by output cell they are the
forward pass, by input cell the input gradient, by tap the kernel gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

Pair = tuple[int, int]
Edges = tuple[Pair, Pair]


def count_windows(n: int, kernel: int, stride: int, edges: Pair, dilation: int) -> int:
    """How many window starts leave the last tap inside the padded input."""
    count = 0
    while count * stride + (kernel - 1) * dilation < n + edges[0] + edges[1]:
        count += 1
    return count


def wires(
    size: Pair, kernel: Pair, stride: Pair, edges: Edges, dilation: Pair
) -> Iterator[tuple[Pair, Pair, Pair]]:
    """Every (output cell, input cell, tap) that are multiplied; taps on padding are left out."""
    out = [count_windows(*axis) for axis in zip(size, kernel, stride, edges, dilation, strict=True)]
    for i, j, a, b in product(*map(range, (*out, *kernel))):
        row = i * stride[0] + a * dilation[0] - edges[0][0]
        col = j * stride[1] + b * dilation[1] - edges[1][0]
        if 0 <= row < size[0] and 0 <= col < size[1]:
            yield (i, j), (row, col), (a, b)


def channel_pairs(c_in: int, c_out: int, groups: int) -> Iterator[tuple[int, int, int]]:
    """Every (input channel, output channel) of one group, and the kernel's channel for it."""
    for c, k in product(range(c_in), range(c_out)):
        if c * groups // c_in == k * groups // c_out:
            yield c, k, c % (c_in // groups)


def conv2d(
    x,
    w,
    b,
    stride: Pair = (1, 1),
    edges: Edges = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
):
    """Cross-correlation, one product at a time."""
    size, kernel = x.shape[1:3], w.shape[:2]
    out = [count_windows(*axis) for axis in zip(size, kernel, stride, edges, dilation, strict=True)]
    z = np.zeros((len(x), *out, w.shape[3]))
    for n, (c, k, deep) in product(range(len(x)), channel_pairs(x.shape[3], w.shape[3], groups)):
        for (i, j), (row, col), (a, t) in wires(size, kernel, stride, edges, dilation):
            z[n, i, j, k] += x[n, row, col, c] * w[a, t, deep, k]
    return z + b


def conv2d_backward(
    delta,
    x,
    w,
    stride: Pair = (1, 1),
    edges: Edges = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
):
    """The same wires, read from the other two ends."""
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[3])
    for n, (c, k, deep) in product(range(len(x)), channel_pairs(x.shape[3], w.shape[3], groups)):
        for (i, j), (row, col), (a, t) in wires(x.shape[1:3], w.shape[:2], stride, edges, dilation):
            dx[n, row, col, c] += delta[n, i, j, k] * w[a, t, deep, k]
            dw[a, t, deep, k] += delta[n, i, j, k] * x[n, row, col, c]
    for n, i, j, k in np.ndindex(delta.shape):
        db[k] += delta[n, i, j, k]
    return dx, dw, db


def conv2d_transpose(x, w, b, size: Pair, stride: Pair, edges: Edges, dilation: Pair):
    """Every cell of x sends its products along the wires of the convolution from ``size``, back."""
    z = np.zeros((len(x), *size, w.shape[2]))
    for n, k, c in product(range(len(x)), range(w.shape[2]), range(w.shape[3])):
        for i, j, a, t in product(*map(range, (*x.shape[1:3], *w.shape[:2]))):
            row = i * stride[0] + a * dilation[0] - edges[0][0]
            col = j * stride[1] + t * dilation[1] - edges[1][0]
            if 0 <= row < size[0] and 0 <= col < size[1]:
                z[n, row, col, k] += x[n, i, j, c] * w[a, t, k, c]
    return z + b


def _windows(x, kernel: Pair, stride: Pair, edges: Edges):
    """For every output cell, the input cells its window sees, in row order."""
    seen: dict[Pair, list[Pair]] = {}
    for out, cell, _ in wires(x.shape[1:3], kernel, stride, edges, (1, 1)):
        seen.setdefault(out, []).append(cell)
    return seen


def _pooled(x, kernel: Pair, stride: Pair, edges: Edges):
    axes = zip(x.shape[1:3], kernel, stride, edges, (1, 1), strict=True)
    rows, cols = [count_windows(*axis) for axis in axes]
    return np.zeros((x.shape[0], rows, cols, x.shape[3]))


def max_pool2d(x, kernel: Pair, stride: Pair, edges: Edges = ((0, 0), (0, 0))):
    """The largest cell of each window."""
    z = _pooled(x, kernel, stride, edges)
    for (i, j), cells in _windows(x, kernel, stride, edges).items():
        for n, c in product(range(x.shape[0]), range(x.shape[3])):
            z[n, i, j, c] = max(x[n, row, col, c] for row, col in cells)
    return z


def max_pool2d_backward(
    delta, x, kernel: Pair, stride: Pair, edges: Edges = ((0, 0), (0, 0)), ties: str = "first"
):
    """Delta to the first winner, in equal parts to all winners, or in full to all winners."""
    dx = np.zeros(x.shape)
    for (i, j), cells in _windows(x, kernel, stride, edges).items():
        for n, c in product(range(x.shape[0]), range(x.shape[3])):
            best = max(x[n, row, col, c] for row, col in cells)
            winners = [(row, col) for row, col in cells if x[n, row, col, c] == best]
            receivers = winners[:1] if ties == "first" else winners
            for row, col in receivers:
                share = delta[n, i, j, c] / (len(winners) if ties == "split" else 1)
                dx[n, row, col, c] += share
    return dx


def avg_pool2d(x, kernel: Pair, stride: Pair, edges: Edges = ((0, 0), (0, 0))):
    """The sum of each window over its full size, zeros of the padding counted."""
    z = _pooled(x, kernel, stride, edges)
    for (i, j), cells in _windows(x, kernel, stride, edges).items():
        for row, col in cells:
            z[:, i, j] += x[:, row, col] / (kernel[0] * kernel[1])
    return z


def avg_pool2d_backward(delta, x, kernel: Pair, stride: Pair, edges: Edges = ((0, 0), (0, 0))):
    """An equal part of each delta to every cell its window saw."""
    dx = np.zeros(x.shape)
    for (i, j), cells in _windows(x, kernel, stride, edges).items():
        for row, col in cells:
            dx[:, row, col] += delta[:, i, j] / (kernel[0] * kernel[1])
    return dx


def softmax(z):
    """Probabilities with exact sums, safe because only differences of logits are raised."""
    p = np.zeros(z.shape)
    for n, j in np.ndindex(z.shape):
        with np.errstate(over="ignore"):
            p[n, j] = 1 / sum(np.exp(z[n, k] - z[n, j]) for k in range(z.shape[1]))
    return p
