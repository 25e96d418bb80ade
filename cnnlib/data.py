"""Real handwritten digits, a photograph, and MNIST from its files.

The bundled images are the test part of *Optical Recognition of Handwritten Digits*, E. Alpaydin and
C. Kaynak (1998), UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, licensed
CC BY 4.0. The photograph was taken by Lav Varshney and given to the public (CC0).
"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnlib._data.idx import REMEDY, read_idx

Array = NDArray[Any]
CLASSES = 10
TEST_IMAGES = 360


class Dataset(NamedTuple):
    """Images and labels, split into a part to learn from and a part to be judged on.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (N, H, W, 1)
        Images, 0 for paper and 1 for ink.
    y_train, y_test : ndarray of shape (N, 10)
        One-hot labels: row n is 1 at the digit that image n shows, 0 elsewhere.
        ``y.argmax(axis=1)`` gives the digits themselves.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    def __repr__(self) -> str:
        """Show shapes: nobody wants to read thousands of pixels."""
        shapes = (f"{name}={array.shape}" for name, array in zip(self._fields, self, strict=True))
        return f"Dataset({', '.join(shapes)})"


def digits(*, seed: int = 0) -> Dataset:
    """Load the 1797 bundled 8x8 digits, split at random into 1437 to train and 360 to test.

    Every digit has the same share of both parts (a *stratified* split). Used from the chapter
    `digits` on.

    Parameters
    ----------
    seed : int
        Draws the split. The book uses 0, which was not chosen for its result.

    Returns
    -------
    Dataset
        Images in 0..1 of shape (1437, 8, 8, 1) and (360, 8, 8, 1), one-hot labels.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not a non-negative integer.

    Examples
    --------
    >>> digits()
    Dataset(x_train=(1437, 8, 8, 1), y_train=(1437, 10), x_test=(360, 8, 8, 1), y_test=(360, 10))
    >>> digits().y_test.sum(axis=0).astype(int)
    array([36, 37, 35, 37, 36, 36, 36, 36, 35, 36])
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"seed must be an integer, got {seed!r}: choose for example 0")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}: choose for example 0")
    with resources.files("cnnlib._data").joinpath("digits.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        x, labels = stored["images"][..., None] / 16.0, stored["labels"]
    test = _stratified(labels, TEST_IMAGES, np.random.default_rng(seed))
    y = _one_hot(labels)
    return Dataset(x[~test], y[~test], x[test], y[test])


def photograph() -> Array:
    """Load a photograph in shades of grey: a man with a camera, 128 rows and 128 columns.

    Taken by Lav Varshney and given to the public (CC0); the test image ``camera`` of scikit-image,
    made smaller. Used in the chapter ``convolution_2d``.

    Returns
    -------
    ndarray of shape (1, 128, 128, 1)
        0 for black, 1 for white.

    Examples
    --------
    >>> photograph().shape
    (1, 128, 128, 1)
    """
    with resources.files("cnnlib._data").joinpath("photograph.npz").open("rb") as file:
        pixels = np.load(file, allow_pickle=False)["pixels"]
    return np.asarray(pixels[None, :, :, None] / 255.0)


def mnist(folder: str | os.PathLike[str]) -> Dataset:
    """Read MNIST, or a set in the same format such as Fashion-MNIST, from its four files.

    Parameters
    ----------
    folder : str or path
        Holds ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte``
        and ``t10k-labels-idx1-ubyte``, each with or without ``.gz``.

    Returns
    -------
    Dataset
        Images in 0..1 of shape (N, 28, 28, 1), float64 like the bundled digits (376 MB for the
        60 000 training images), and one-hot labels.

    Raises
    ------
    FileNotFoundError
        If a file is absent; the message names it.
    ValueError
        If a file is damaged, truncated or of another kind, an image is not 28x28, a label is not
        in 0..9, or the numbers of images and labels differ; the message names the file.

    Examples
    --------
    >>> mnist("no/such/folder")
    Traceback (most recent call last):
    ...
    FileNotFoundError: ...train-images-idx3-ubyte... is missing...
    """
    folder = Path(folder)
    return Dataset(*_mnist_part(folder, "train"), *_mnist_part(folder, "t10k"))


def _mnist_part(folder: Path, part: str) -> tuple[Array, Array]:
    """Read the images and labels of one part and check that they belong together."""
    images_path = _find(folder, f"{part}-images-idx3-ubyte")
    labels_path = _find(folder, f"{part}-labels-idx1-ubyte")
    images, labels = read_idx(images_path, ndim=3), read_idx(labels_path, ndim=1)
    if images.shape[1:] != (28, 28):
        raise ValueError(
            f"{images_path} holds images of {images.shape[1]}x{images.shape[2]} pixels instead of "
            f"28x28: {REMEDY}"
        )
    if labels.size and labels.max() >= CLASSES:
        raise ValueError(
            f"{labels_path} holds the label {labels.max()}, labels are 0 to {CLASSES - 1}: {REMEDY}"
        )
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images)} images but {labels_path} {len(labels)} labels: "
            "use the two files of one distribution"
        )
    return images[..., None] / 255.0, _one_hot(labels)


def _find(folder: Path, name: str) -> Path:
    """Return the path of a file that may be gzipped."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"{folder / name} is missing (also with .gz): put the four files of MNIST into {folder}"
    )


def _stratified(labels: Array, count: int, rng: np.random.Generator) -> Array:
    """Mark `count` rows so that every class has its share, as nearly as integers allow.

    Rounding every share down leaves a few rows over; they go to the classes that lost most.
    """
    shares = np.bincount(labels, minlength=CLASSES) * count / len(labels)
    sizes = np.floor(shares).astype(int)
    sizes[np.argsort(sizes - shares, kind="stable")[: count - sizes.sum()]] += 1
    marked = np.zeros(len(labels), bool)
    for digit, size in enumerate(sizes):
        marked[rng.permutation(np.flatnonzero(labels == digit))[:size]] = True
    return marked


def _one_hot(labels: Array) -> Array:
    """Rows of the identity: label 2 of 4 becomes 0 0 1 0."""
    return np.eye(CLASSES)[labels]
