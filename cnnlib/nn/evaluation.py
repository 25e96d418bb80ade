"""How good is a network? Loss, accuracy, and what it confuses with what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network
from cnnlib.ops import softmax_cross_entropy

BATCH = 500


class Evaluation(NamedTuple):
    """Mean loss and share of right answers."""

    loss: float
    accuracy: float


def evaluate(network: Network, x: Array, y: Array) -> Evaluation:
    """Measure the mean cross-entropy and the accuracy on labelled images, in evaluation mode.

    Parameters
    ----------
    network : Network
        Returns logits (N, K).
    x : ndarray of shape (N, H, W, C)
        Images.
    y : ndarray of shape (N, K)
        One-hot labels.

    Returns
    -------
    Evaluation
        ``loss`` and ``accuracy``; both nan for no images.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length.

    Examples
    --------
    >>> from cnnlib.nn import Flatten
    >>> evaluate(Network([Flatten()]), np.array([[[[0.0, 9.0]]]]), np.array([[0.0, 1.0]])).accuracy
    1.0
    """
    check_lengths(x, y)
    if len(x) == 0:
        return Evaluation(float("nan"), float("nan"))
    loss = right = 0.0
    with network.evaluating():
        for start in range(0, len(x), BATCH):
            z, labels = network.forward(x[start : start + BATCH]), y[start : start + BATCH]
            loss += softmax_cross_entropy(z, labels) * len(z)
            right += count_right(z, labels)
    return Evaluation(float(loss) / len(x), right / len(x))


def accuracy(network: Network, x: Array, y: Array) -> float:
    """Return the share of right answers, as `evaluate` does.

    Examples
    --------
    >>> from cnnlib.nn import Flatten
    >>> accuracy(Network([Flatten()]), np.array([[[[0.0, 9.0]]]]), np.array([[1.0, 0.0]]))
    0.0
    """
    return evaluate(network, x, y).accuracy


def confusion_matrix(network: Network, x: Array, y: Array) -> Array:
    """Count the answers to every digit.

    Parameters
    ----------
    network, x, y
        As for `evaluate`.

    Returns
    -------
    ndarray of int, shape (K, K)
        Entry (i, j): how many images of class i were taken for j. Right answers are on the
        diagonal, rows sum to the number of images of the class.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length.

    Examples
    --------
    >>> from cnnlib.nn import Flatten
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).reshape(3, 1, 1, 2)
    >>> y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> confusion_matrix(Network([Flatten()]), x, y)
    array([[1, 0],
           [1, 1]])
    """
    check_lengths(x, y)
    counts = np.zeros((y.shape[1], y.shape[1]), int)
    np.add.at(counts, (y.argmax(axis=1), network.predict(x).argmax(axis=1)), 1)
    return counts


def count_right(z: Array, y: Array) -> int:
    """Count rows whose largest logit stands where the label does."""
    return int((z.argmax(axis=1) == y.argmax(axis=1)).sum())


def check_lengths(x: Array, y: Array) -> None:
    """Refuse images and labels that do not pair up."""
    if len(x) != len(y):
        raise ValueError(f"x holds {len(x)} images, y {len(y)} labels: pass one label per image")
