"""Pooling layers: one number for each window, nothing to learn."""

from __future__ import annotations

from typing import Any

from cnnlib.nn.layer import Array, Layer
from cnnlib.ops import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from cnnlib.ops._check import word
from cnnlib.ops._window import Padding, Size
from cnnlib.ops.pool import pool_window


class MaxPool2d(Layer):
    """Keep the largest value of every window, channel by channel.

    Parameters
    ----------
    kernel_size : int or (rows, columns)
        Size of the window.
    stride : int or (rows, columns), optional
        Step between windows; the window's own size by default, so that windows tile the image.
    padding
        As in `cnnlib.max_pool2d`.
    ties : {"first", "split", "all"}
        Who receives the gradient when several values are largest; see `cnnlib.max_pool2d_backward`.

    Examples
    --------
    >>> import numpy as np
    >>> layer = MaxPool2d(2)
    >>> layer.forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    >>> layer.backward(np.full((1, 2, 2, 1), 10.0))[0, 1, :, 0]
    array([ 0., 10.,  0., 10.])
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Padding = 0,
        ties: str = "first",
    ) -> None:
        self.kernel_size = pool_window(kernel_size, stride, padding).kernel
        self.geometry: dict[str, Any] = {"stride": stride, "padding": padding}
        word(ties, "ties", ("first", "split", "all"))
        self.ties = ties
        super().__init__({"kernel_size": self.kernel_size, **self.geometry, "ties": ties})

    def forward(self, x: Array) -> Array:
        """Return z (N, OH, OW, C) for x (N, H, W, C)."""
        self.x = x
        return max_pool2d(x, self.kernel_size, **self.geometry)

    def backward(self, delta: Array) -> Array:
        """Return dx: every delta goes to the winner of its window."""
        return max_pool2d_backward(delta, self.x, self.kernel_size, **self.geometry, ties=self.ties)


class AvgPool2d(Layer):
    """Take the mean of every window, channel by channel; padded zeros count.

    Parameters
    ----------
    kernel_size : int or (rows, columns)
        Size of the window.
    stride : int or (rows, columns), optional
        Step between windows; the window's own size by default.
    padding
        As in `cnnlib.avg_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> layer = AvgPool2d(2)
    >>> layer.forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Padding = 0,
    ) -> None:
        self.kernel_size = pool_window(kernel_size, stride, padding).kernel
        self.geometry: dict[str, Any] = {"stride": stride, "padding": padding}
        super().__init__({"kernel_size": self.kernel_size, **self.geometry})

    def forward(self, x: Array) -> Array:
        """Return z (N, OH, OW, C) for x (N, H, W, C)."""
        self.x = x
        return avg_pool2d(x, self.kernel_size, **self.geometry)

    def backward(self, delta: Array) -> Array:
        """Return dx: every cell of a window receives an equal share of its delta."""
        return avg_pool2d_backward(delta, self.x, self.kernel_size, **self.geometry)


class GlobalAvgPool2d(Layer):
    """Take the mean of every feature map: (N, H, W, C) to (N, C), whatever the size.

    Examples
    --------
    >>> import numpy as np
    >>> GlobalAvgPool2d().forward(np.arange(6.0).reshape(1, 2, 3, 1))
    array([[2.5]])
    """

    def forward(self, x: Array) -> Array:
        """Return z (N, C) for x (N, H, W, C)."""
        self.shape = x.shape
        return global_avg_pool2d(x)

    def backward(self, delta: Array) -> Array:
        """Return dx: every cell of a map receives an equal share of its delta."""
        return global_avg_pool2d_backward(delta, self.shape)
