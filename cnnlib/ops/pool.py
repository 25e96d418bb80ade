"""Pooling: one number for each window. Maxima pass delta to the winner, averages share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops._check import Array, floats, ieee, same_shape, word
from cnnlib.ops._fast import kept
from cnnlib.ops._forbidden import forbid_during_check
from cnnlib.ops._sorted import fold, sort, sorted_shape, taps, unsort
from cnnlib.ops._window import Padding, Size, Window, times


@ieee
def max_pool2d(
    x: ArrayLike, kernel_size: Size, *, stride: Size | None = None, padding: Padding = 0
) -> Array:
    """Keep the largest cell of every window.

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C)
        Batch of images or feature maps; every channel is pooled on its own.
    kernel_size : int or (rows, columns)
        Size of the window.
    stride : int or (rows, columns), optional
        Steps between windows; by default the kernel size, so that windows tile the image.
    padding : int, (rows, columns), ((top, bottom), (left, right)) or a word
        Cells around the image that never win; at most half the kernel on each side.

    Returns
    -------
    z : ndarray of shape (N, OH, OW, C)
        Rows and columns that do not fill a window are left out, as in PyTorch.

    Raises
    ------
    ValueError, TypeError
        If the window does not fit, or the padding exceeds half of it.

    Notes
    -----
    Explained in the chapter ``pooling``. A NaN counts as the largest cell of its window, as in
    PyTorch, so it is seen in the output and not lost.

    Examples
    --------
    >>> x = np.array([[1, 5, 2], [4, 3, 6]]).reshape(1, 2, 3, 1)
    >>> max_pool2d(x, 2, stride=1).ravel()
    array([5., 6.])
    """
    x = floats(x, "x", "N H W C")
    window = pool_window(kernel_size, stride, padding)
    out = window.output_size(x.shape[1:3])
    return fold(np.maximum, taps(sort(x, window, -np.inf), window, out))


@forbid_during_check("gradient")
@ieee
def max_pool2d_backward(
    delta: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    ties: str = "first",
) -> Array:
    """Give each delta to the cell that won its window; overlapping windows add up.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C)
        Gradient of the loss with respect to the pooled output.
    x, kernel_size, stride, padding
        As given to :func:`max_pool2d`.
    ties : {"first", "split", "all"}
        Who receives delta when several cells are largest: the first in row order (as PyTorch),
        all in equal parts, or each of them in full (which multiplies the gradient).

    Returns
    -------
    dx : ndarray of shape (N, H, W, C)

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like the output, ``ties`` is another word, or as for the forward
        pass.

    Notes
    -----
    Derived in the chapter ``pooling``; the counterexample to "all" is in ``pooling_ties``. At a tie
    the maximum has no derivative and "first" is a choice. A NaN is a winner like any other, and
    cells of the padding are never winners, not even against minus infinity.

    Examples
    --------
    >>> x, delta = np.array([[1, 3], [3, 0]]).reshape(1, 2, 2, 1), np.ones((1, 1, 1, 1))
    >>> max_pool2d_backward(delta, x, 2)[0, :, :, 0]
    array([[0., 1.],
           [0., 0.]])
    >>> max_pool2d_backward(delta, x, 2, ties="split")[0, :, :, 0]
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    delta, x = floats(delta, "delta", "N OH OW C"), floats(x, "x", "N H W C")
    word(ties, "ties", ("first", "split", "all"))
    window = pool_window(kernel_size, stride, padding)
    out = window.output_size(x.shape[1:3])
    same_shape(delta, "delta", (len(x), *out, x.shape[3]), "z")
    hits = _winners(x, window, out)
    if ties == "split":
        delta = delta / np.sum(hits, axis=0, dtype=delta.dtype)
    winners = _first(hits) if ties == "first" else hits
    return _spread((kept(hit, delta) for hit in winners), x, window, out)


@ieee
def avg_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    count_include_pad: bool = True,
) -> Array:
    """Average the cells of every window.

    Parameters
    ----------
    x : ndarray of shape (N, H, W, C)
        Batch of images or feature maps; every channel is pooled on its own.
    kernel_size, stride, padding
        As for :func:`max_pool2d`.
    count_include_pad : bool
        Whether zeros of the padding count as cells, as they do in PyTorch by default. If not, the
        sum is divided by the number of cells of the image that the window sees.

    Returns
    -------
    z : ndarray of shape (N, OH, OW, C)

    Raises
    ------
    ValueError, TypeError
        If the window does not fit, or the padding exceeds half of it.

    Notes
    -----
    Explained in the chapter ``pooling``.

    Examples
    --------
    >>> avg_pool2d(np.arange(1, 17).reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[ 3.5,  5.5],
           [11.5, 13.5]])
    """
    x = floats(x, "x", "N H W C")
    window = pool_window(kernel_size, stride, padding)
    out = window.output_size(x.shape[1:3])
    total = fold(np.add, taps(sort(x, window, 0), window, out))
    total /= _counts(x, window, out, count_include_pad)
    return total


@forbid_during_check("gradient")
@ieee
def avg_pool2d_backward(
    delta: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    count_include_pad: bool = True,
) -> Array:
    """Give every cell of a window an equal part of its delta; overlapping windows add up.

    Parameters
    ----------
    delta : ndarray of shape (N, OH, OW, C)
        Gradient of the loss with respect to the pooled output.
    x, kernel_size, stride, padding, count_include_pad
        As given to :func:`avg_pool2d`; of ``x`` only the shape matters.

    Returns
    -------
    dx : ndarray of shape (N, H, W, C)
        Cells that no window reached get 0; the parts that fell on padding are dropped.

    Raises
    ------
    ValueError, TypeError
        If ``delta`` is not shaped like the output, or as for the forward pass.

    Notes
    -----
    Derived in the chapter ``pooling``.

    Examples
    --------
    >>> delta = np.array([4, 40]).reshape(1, 1, 2, 1)
    >>> avg_pool2d_backward(delta, np.zeros((1, 2, 4, 1)), 2)[0, :, :, 0]
    array([[ 1.,  1., 10., 10.],
           [ 1.,  1., 10., 10.]])
    """
    delta, x = floats(delta, "delta", "N OH OW C"), floats(x, "x", "N H W C")
    window = pool_window(kernel_size, stride, padding)
    out = window.output_size(x.shape[1:3])
    same_shape(delta, "delta", (len(x), *out, x.shape[3]), "z")
    share = delta / _counts(x, window, out, count_include_pad)
    return _spread(repeat(share), x, window, out)


def pool_window(kernel_size: Size, stride: Size | None, padding: Padding) -> Window:
    """Read the window of a pool: it steps by its own size, and never sees padding alone."""
    window = Window.of(kernel_size, kernel_size if stride is None else stride, padding, 1)
    if any(max(edge) > k // 2 for edge, k in zip(window.padding, window.kernel, strict=True)):
        most = times(tuple(k // 2 for k in window.kernel))
        raise ValueError(
            f"padding {window.padding} is more than half the kernel {times(window.kernel)}: a "
            f"window could see padding alone, lower it to at most {most}"
        )
    return window


def _winners(x: Array, window: Window, out: tuple[int, ...]) -> list[NDArray[np.bool_]]:
    """For each tap in row order, where it met the maximum."""
    cells = sort(x, window, -np.inf)
    z = fold(np.maximum, taps(cells, window, out))
    hits = [cell == z for cell in taps(cells, window, out)]
    if np.isnan(z).any():
        for hit, cell in zip(hits, taps(cells, window, out), strict=True):
            hit |= np.isnan(cell)
    if np.any(window.padding) and np.isneginf(z).any():
        for hit, real in zip(hits, taps(_inside(x, window), window, out), strict=True):
            hit &= real > 0
    return hits


def _first(hits: Iterable[NDArray[np.bool_]]) -> Iterator[NDArray[np.bool_]]:
    """Of all hits in a window, keep the first."""
    taken: NDArray[np.bool_] | bool = False
    for hit in hits:
        yield hit & ~np.asarray(taken)
        taken = hit | taken


def _inside(x: Array, window: Window) -> Array:
    """Return one sorted image of ones in a frame of zeros."""
    return sort(np.ones((1, *x.shape[1:3], 1), x.dtype), window, 0)


def _counts(x: Array, window: Window, out: tuple[int, ...], count_include_pad: bool) -> Any:
    """By how many cells a sum is divided: all of the window, or those that are no padding."""
    if not isinstance(count_include_pad, bool | np.bool_):
        raise TypeError(f"count_include_pad must be True or False, got {count_include_pad!r}")
    if count_include_pad or not np.any(window.padding):
        return window.kernel[0] * window.kernel[1]
    return fold(np.add, taps(_inside(x, window), window, out))


def _spread(parts: Iterator[Array], x: Array, window: Window, out: tuple[int, ...]) -> Array:
    """Add one part for each tap to the cells that the tap met."""
    first = next(parts)
    cells = np.zeros(sorted_shape(x.shape, window), first.dtype)
    for cell, part in zip(taps(cells, window, out), chain([first], parts), strict=False):
        cell += part
    return unsort(cells, window, x.shape[1:3])
