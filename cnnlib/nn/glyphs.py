"""Drawn characters under noise: data that can be made as easy or as hard as a question needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnlib.nn.layer import Array

#: Ten digits of 5 rows and 3 columns, as on a pocket calculator.
DIGITS = (
    "### #.# #.# #.# ###",
    ".#. ##. .#. .#. ###",
    "### ..# ### #.. ###",
    "### ..# ### ..# ###",
    "#.# #.# ### ..# ..#",
    "### #.. ### ..# ###",
    "### #.. ### #.# ###",
    "### ..# ..# .#. .#.",
    "### #.# ### #.# ###",
    "### #.# ### ..# ###",
)
#: One corner in four positions: each is another one turned by 180 degrees.
CORNERS = (
    "### #.. #..",
    "### ..# ..#",
    "..# ..# ###",
    "#.. #.. ###",
)


class GlyphData(NamedTuple):
    """Images (N, 12, 12, 1) and one-hot labels (N, K), to learn from and to be tested on.

    `cnnlib.nn.train` takes it as it takes a `cnnlib.data.Dataset`.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


def draw_glyphs(
    shapes: Sequence[str] = DIGITS,
    *,
    train: int,
    test: int,
    noise: float,
    rng: np.random.Generator,
    scale: int = 1,
    jitter: int = 1,
    size: int = 12,
) -> GlyphData:
    """Draw characters near the middle of an image, then add normal noise to every pixel.

    Parameters
    ----------
    shapes : sequence of str
        One picture for each class: rows parted by spaces, ``#`` is ink.
    train, test : int
        Numbers of images; the classes take turns.
    noise : float
        Standard deviation of the noise; ink is 1 and paper 0.
    rng : numpy.random.Generator
        Draws places and noise.
    scale : int
        Side of an ink dot in pixels.
    jitter : int
        Pixels by which a character may miss the middle, in each direction.
    size : int
        Rows and columns of the images.

    Returns
    -------
    GlyphData

    Raises
    ------
    ValueError
        If a character and its jitter do not fit the image.

    Notes
    -----
    Used in the chapter ``reversed_gradient``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = draw_glyphs(CORNERS, train=8, test=4, noise=0.0, rng=rng)
    >>> data.x_train.shape, data.y_test.shape, data.x_test.sum(axis=(1, 2, 3))
    ((8, 12, 12, 1), (4, 4), array([5., 5., 5., 5.]))
    """
    stamps = [_stamp(shape, scale) for shape in shapes]
    tall = max(max(stamp.shape) for stamp in stamps)
    if tall + 2 * jitter > size:
        raise ValueError(
            f"a character of {tall} pixels with a jitter of {jitter} does not fit {size} pixels: "
            f"raise size to at least {tall + 2 * jitter}"
        )
    x_train, y_train = _draw(stamps, train, noise, rng, jitter, size)
    x_test, y_test = _draw(stamps, test, noise, rng, jitter, size)
    return GlyphData(x_train, y_train, x_test, y_test)


def _stamp(shape: str, scale: int) -> Array:
    dots = np.array([[mark == "#" for mark in row] for row in shape.split()], float)
    return np.kron(dots, np.ones((scale, scale)))


def _draw(
    stamps: Sequence[Array],
    count: int,
    noise: float,
    rng: np.random.Generator,
    jitter: int,
    size: int,
) -> tuple[Array, Array]:
    x = rng.normal(0, noise, (count, size, size, 1))
    labels = [k % len(stamps) for k in range(count)]
    for image, stamp in zip(x, (stamps[label] for label in labels), strict=True):
        tall, wide = stamp.shape
        top, left = ((size - n) // 2 + rng.integers(-jitter, jitter + 1) for n in stamp.shape)
        image[top : top + tall, left : left + wide, 0] += stamp
    return x, np.eye(len(stamps))[labels]
