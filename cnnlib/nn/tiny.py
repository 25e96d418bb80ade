"""The smallest network that has every part: the one that opens the book."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnnlib.nn.activations import ReLU
from cnnlib.nn.conv import Conv2d
from cnnlib.nn.dense import Dense, Flatten
from cnnlib.nn.layer import Array
from cnnlib.nn.network import Network
from cnnlib.nn.pool import MaxPool2d

PICTURE = ((0, 0, 0, 1, 2), (0, 0, 1, 3, 0), (0, 1, 2, 1, 0), (0, 2, 1, 0, 0), (2, 0, 0, 0, 0))
KERNEL, BIAS = ((-2, -1), (2, 1)), (1,)
WEIGHTS = ((0, 0, -0.5), (0, 0, 0.5), (0, 0.5, -0.5), (0.5, -0.5, -0.5))
BIASES = (0, -1, 1)


class Tiny(NamedTuple):
    """A network with one picture to learn.

    Attributes
    ----------
    network : Network
        The layers, with their weights.
    x : ndarray of shape (1, 5, 5, 1)
        A slanted stroke.
    y : ndarray of shape (1, 3)
        Its label: level, upright or slanted.
    """

    network: Network
    x: Array
    y: Array


def tiny_network() -> Tiny:
    """Build a complete network of about ninety numbers, small and whole wherever possible.

    Returns
    -------
    Tiny
        Convolution (2x2, one kernel), ReLU, 2x2 max pool, flatten, dense (4 to 3); nothing in it
        is random. In the picture no maximum is tied and no sum is 0.

    Notes
    -----
    Used in the chapter ``one_network``.

    Examples
    --------
    >>> network, x, y = tiny_network()
    >>> print(network.forward_all(x)[1][0, :, :, 0])
    [[ 1.  2.  5.  3.]
     [ 2.  4.  1. -3.]
     [ 2.  2. -2. -1.]
     [ 3. -4. -1.  1.]]
    """
    rng = np.random.default_rng(0)  # every weight that it draws is replaced
    network = Network(
        [Conv2d(1, 1, 2, rng=rng), ReLU(), MaxPool2d(2), Flatten(), Dense(4, 3, rng=rng)]
    )
    first, last = network.layers[0].params, network.layers[-1].params
    first["w"][:, :, 0, 0], first["b"][:] = KERNEL, BIAS
    last["w"][:], last["b"][:] = WEIGHTS, BIASES
    return Tiny(network, np.array(PICTURE, float).reshape(1, 5, 5, 1), np.eye(3)[[2]])
