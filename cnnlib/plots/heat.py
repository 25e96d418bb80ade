"""Arrays too large for numbers: kernels, activations and digits as pictures.

How strong a value is shows in how opaque its cell is, so zero is the page itself, in both
themes. A positive cell is full, a negative one is grey and hollow: the sign does not depend
on the colour alone. All pictures of one figure share one scale, which stands below them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike

from cnnlib.plots import _check
from cnnlib.plots._check import Array
from cnnlib.plots.figure import LINE, canvas, house_style
from cnnlib.plots.style import role_of
from cnnlib.plots.svg import LIGHT
from cnnlib.plots.text import number

FINE = 6  # pixels along a cell: room for the hole that marks a negative value


def plot_kernels(w: ArrayLike, *, role: str = "w", ax: Axes | None = None) -> Axes:
    """Draw every kernel of a convolution: a row for each input channel, a column for each filter.

    With one input channel the filters stand in rows of eight.

    Parameters
    ----------
    w : array_like of shape (KH, KW, C_in, C_out)
        Kernels, or their gradient with ``role="dw"``.
    role : str
        Name of the array; gives the colour.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``w`` has not four axes, is empty, or holds a NaN.

    Examples
    --------
    >>> ax = plot_kernels(np.ones((3, 3, 2, 4)))
    >>> ax.get_title(loc="left")
    '4 filters across, 2 channels down'
    """
    w = _check.finite(w, "w", 4)
    inputs, filters = w.shape[2:]
    tiles = w.transpose(2, 3, 0, 1).reshape(-1, *w.shape[:2])
    ax = plot_tiles(tiles, role, columns=filters if inputs > 1 else 8, signed=True, ax=ax)
    down = f" across, {_count(inputs, 'channel')} down" if inputs > 1 else ""
    _title(ax, _count(filters, "filter") + down)
    return ax


def plot_activations(
    a: ArrayLike, *, role: str = "a", columns: int = 8, ax: Axes | None = None
) -> Axes:
    """Draw the maps of one image, side by side.

    Parameters
    ----------
    a : array_like of shape (H, W, C) or (1, H, W, C)
        Activations, or deltas with ``role="delta"``.
    role : str
        Name of the array; gives the colour.
    columns : int
        Maps in a row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``a`` holds more than one image, has a wrong number of axes, is empty or holds a NaN.

    Examples
    --------
    >>> ax = plot_activations(np.ones((6, 6, 16)))
    >>> ax.get_title(loc="left")
    '16 channels'
    """
    a = _check.finite(a, "a", 3, 4)
    if a.ndim == 4 and len(a) != 1:
        raise ValueError(f"a holds {len(a)} images: pick one, for example a[0]")
    maps = np.moveaxis(a.reshape(a.shape[-3:]), -1, 0)
    ax = plot_tiles(maps, role, columns=columns, signed=bool((maps < 0).any()), ax=ax)
    _title(ax, _count(len(maps), "channel"))
    return ax


def plot_digits(
    images: ArrayLike,
    labels: Sequence[int] | ArrayLike | None = None,
    predictions: Sequence[int] | ArrayLike | None = None,
    *,
    columns: int = 10,
    ax: Axes | None = None,
) -> Axes:
    """Draw images in ink, each with its label; a wrong prediction is shown as ``3 → 5``.

    Parameters
    ----------
    images : array_like of shape (N, H, W, 1) or (N, H, W)
        Images, ink 1 and paper 0.
    labels, predictions : array_like of shape (N,), optional
        Class numbers: what each image is, and what it was taken for.
    columns : int
        Images in a row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If shapes or counts do not fit, or there are predictions without labels.

    Examples
    --------
    >>> ax = plot_digits(np.ones((2, 8, 8, 1)), labels=[3, 7], predictions=[3, 1])
    >>> [text.get_text() for text in ax.texts]
    ['3', '7 → 1']
    """
    images = _check.finite(images, "images", 3, 4)
    if images.ndim == 4 and images.shape[-1] != 1:
        raise ValueError(f"images have {images.shape[-1]} channels: digits have 1")
    count, tall, wide = images.shape[:3]
    images = images.reshape(count, tall, wide)
    notes = _notes(count, labels, predictions)
    ax = plot_tiles(images, "ink", columns=columns, scale=False, below=bool(notes), ax=ax)
    with house_style():
        for k, (note, wrong) in enumerate(notes):
            row, column = divmod(k, columns)
            x, y = _corner(row, column, (tall, wide), below=True)
            ax.text(
                x + wide / 2, y + tall * 1.06, note, ha="center", va="top",
                size=9, color=LIGHT["sym-delta" if wrong else "cnn-soft"],
                weight="bold" if wrong else "normal",
            )  # fmt: skip
    return ax


def _notes(count: int, labels: object, predictions: object) -> list[tuple[str, bool]]:
    if labels is None and predictions is None:
        return []
    if labels is None:
        raise ValueError("predictions need labels beside them: pass labels as well")
    true = _classes(labels, count, "labels")
    if predictions is None:
        return [(str(t), False) for t in true]
    taken = _classes(predictions, count, "predictions")
    return [(str(t) if t == p else f"{t} → {p}", t != p) for t, p in zip(true, taken, strict=True)]


def _classes(values: object, count: int, name: str) -> list[int]:
    array = np.asarray(values)
    if array.shape != (count,):
        hint = ": take .argmax(axis=1) of one-hot rows" if array.ndim == 2 else ""
        raise ValueError(f"{name} have shape {array.shape} beside {count} images{hint}")
    return [int(v) for v in array]


def plot_tiles(
    tiles: ArrayLike,
    role: str = "z",
    *,
    columns: int = 8,
    signed: bool = False,
    scale: bool = True,
    below: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw equally large matrices in rows, on one scale.

    Parameters
    ----------
    tiles : array_like of shape (T, H, W)
        The matrices.
    role : str
        Name of the array; gives the colour.
    columns : int
        Tiles in a row.
    signed : bool
        Whether the scale goes from minus to plus the largest size.
    scale : bool
        Whether the largest value is written below.
    below : bool
        Leave room for a line of text below each tile.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the tiles are no finite (T, H, W), or ``columns`` is not positive.
    """
    tiles = _check.finite(tiles, "tiles", 3)
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    columns = min(columns, len(tiles))
    largest = float(np.abs(tiles).max())
    strength, ground = _mosaic(tiles / (largest or 1.0), columns, below)
    with house_style():
        if ax is None:
            ax = _own_axes(ground.shape, tiles.shape[1:])
        _layer(ax, ground * 0.3, LINE, "cnn-line")
        colour = f"sym-{role_of(role)}"
        _layer(ax, np.clip(strength, 0, 1), LIGHT[colour], colour)
        if signed:
            _layer(ax, _hollow(np.clip(-strength, 0, 1)), LIGHT["cnn-soft"], "cnn-soft")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        if scale:
            ax.set_xlabel(_legend(largest, signed), loc="left")
    return ax


def _mosaic(tiles: Array, columns: int, below: bool) -> tuple[Array, Array]:
    """Lay the tiles out on one sheet; the second array is 1 where there is a tile."""
    count, *size = tiles.shape
    rows = -(-count // columns)
    tall, wide = (int(n) for n in _corner(rows, columns, size, below=below)[::-1])
    strength, ground = np.zeros((tall, wide)), np.zeros((tall, wide))
    for k, tile in enumerate(tiles):
        x, y = _corner(*divmod(k, columns), size, below=below)
        strength[y : y + size[0], x : x + size[1]] = tile
        ground[y : y + size[0], x : x + size[1]] = 1.0
    return strength, ground


def _corner(row: int, column: int, size: Sequence[int], *, below: bool) -> tuple[int, int]:
    gap = 1 if max(size) < 16 else 2
    text = -(-size[0] // 2) if below else 0
    return column * (size[1] + gap), row * (size[0] + gap + text)


def _own_axes(shape: tuple[int, ...], size: Sequence[int]) -> Axes:
    tile_inches = 0.52 if max(size) > 5 else 0.44
    width = min(5.6, max(1.6, shape[1] / size[1] * tile_inches))
    _, ax = canvas(width=width, height=width * shape[0] / shape[1] + 0.5)
    return ax


def _layer(ax: Axes, strength: Array, colour: str, name: str) -> None:
    """Show how strong one colour is everywhere, as the opacity of an image."""
    pixels = np.empty((*strength.shape, 4))
    pixels[..., :3] = to_rgb(colour)
    pixels[..., 3] = strength
    rows, columns = (n // (FINE if name == "cnn-soft" else 1) for n in strength.shape)
    box = (0, columns, rows, 0)
    ax.imshow(pixels, interpolation="none", extent=box).set_gid(f"tint:{name}")


def _hollow(strength: Array) -> Array:
    """Enlarge every cell and leave out its middle."""
    ring = np.ones((FINE, FINE))
    ring[2:-2, 2:-2] = 0.25
    return np.asarray(np.kron(strength, ring), dtype=float)


def _legend(largest: float, signed: bool) -> str:
    low = "0" if not signed else number(-largest)
    hollow = "hollow: negative" if signed else "empty: 0"
    return f"{low} … {number(largest)} ({hollow})"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _title(ax: Axes, text: str) -> None:
    with house_style():
        ax.set_title(text, loc="left")
