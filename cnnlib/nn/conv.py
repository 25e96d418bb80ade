"""The convolutional layer: a set of small kernels shared by every position of the image."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlib.nn.layer import Array, Layer, he_normal
from cnnlib.ops import (
    conv2d,
    conv2d_backward,
    conv2d_kernel_grad,
    conv2d_transpose,
    conv2d_transpose_backward,
)
from cnnlib.ops._check import divides, whole
from cnnlib.ops._window import Padding, Size, Window


class Conv2d(Layer):
    """Cross-correlate images with learned kernels and add one bias per filter.

    Parameters
    ----------
    c_in, c_out : int
        Channels of the input, and filters, which are the channels of the output.
    kernel_size : int or (rows, columns)
        Taps of each kernel.
    stride, padding, dilation, groups
        As in `cnnlib.conv2d`.
    rng : numpy.random.Generator
        Draws the kernels; biases start at 0.

    Raises
    ------
    ValueError, TypeError
        If a size is not a positive integer, or the geometry contradicts itself. An image that is
        too small is refused by `forward`.

    Examples
    --------
    >>> layer = Conv2d(1, 16, 3, rng=np.random.default_rng(0))
    >>> layer.forward(np.zeros((5, 8, 6, 1))).shape
    (5, 6, 4, 16)
    >>> layer.backward(np.ones((5, 6, 4, 16))).shape, layer.grads["b"].shape
    ((5, 8, 6, 1), (16,))
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: Size,
        *,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        groups: int = 1,
        rng: np.random.Generator,
    ) -> None:
        kernel_size = Window.of(kernel_size, stride, padding, dilation).kernel
        divides(whole(c_in, "c_in", 1), whole(c_out, "c_out", 1), groups)
        shape = (*kernel_size, c_in // groups, c_out)
        self.geometry: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
        if groups != 1:
            self.geometry["groups"] = groups
        config = {"c_in": c_in, "c_out": c_out, "kernel_size": kernel_size, **self.geometry}
        super().__init__(config, {"w": he_normal(shape, rng), "b": np.zeros(c_out)})

    def forward(self, x: Array) -> Array:
        """Return z (N, OH, OW, C_out) for x (N, H, W, C_in)."""
        self.x = x
        return conv2d(x, self.params["w"], self.params["b"], **self.geometry)

    def backward(self, delta: Array) -> Array:
        """Store dw and db, return dx, for delta shaped like z."""
        dx, dw, db = conv2d_backward(delta, self.x, self.params["w"], **self.geometry)
        self.grads = {"w": dw, "b": db}
        return dx

    def backward_to_params(self, delta: Array) -> None:
        """Store dw and db."""
        w = self.params["w"]
        dw = conv2d_kernel_grad(delta, self.x, w.shape[:2], **self.geometry)
        self.grads = {"w": dw, "b": delta.sum(axis=(0, 1, 2))}


class ConvTranspose2d(Layer):
    """Send every cell, times a learned kernel, to a window of a larger image.

    Parameters
    ----------
    c_in, c_out : int
        Channels of the input and of the output.
    kernel_size : int or (rows, columns)
        Taps of each kernel.
    stride, padding, output_padding, dilation
        As in `cnnlib.conv2d_transpose`: a stride spreads the windows, a padding takes rows off.
    rng : numpy.random.Generator
        Draws the kernels (KH, KW, C_out, C_in); biases start at 0.

    Raises
    ------
    ValueError, TypeError
        If a size is not a positive integer, or the geometry contradicts itself.

    Examples
    --------
    >>> layer = ConvTranspose2d(3, 2, 2, stride=2, rng=np.random.default_rng(0))
    >>> layer.forward(np.zeros((5, 4, 3, 3))).shape
    (5, 8, 6, 2)
    >>> layer.backward(np.ones((5, 8, 6, 2))).shape, layer.params["w"].shape
    ((5, 4, 3, 3), (2, 2, 2, 3))
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: Size,
        *,
        stride: Size = 1,
        padding: Padding = 0,
        output_padding: Size = 0,
        dilation: Size = 1,
        rng: np.random.Generator,
    ) -> None:
        kernel_size = Window.of(kernel_size, stride, padding, dilation).kernel
        shape = (*kernel_size, whole(c_in, "c_in", 1), whole(c_out, "c_out", 1))
        self.geometry: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "output_padding": output_padding,
            "dilation": dilation,
        }
        config = {"c_in": c_in, "c_out": c_out, "kernel_size": kernel_size, **self.geometry}
        w = he_normal(shape, rng).swapaxes(2, 3).copy()
        super().__init__(config, {"w": w, "b": np.zeros(c_out)})

    def forward(self, x: Array) -> Array:
        """Return z (N, OH, OW, C_out) for x (N, H, W, C_in)."""
        self.x = x
        return conv2d_transpose(x, self.params["w"], self.params["b"], **self.geometry)

    def backward(self, delta: Array) -> Array:
        """Store dw and db, return dx, for delta shaped like z."""
        dx, dw, db = conv2d_transpose_backward(delta, self.x, self.params["w"], **self.geometry)
        self.grads = {"w": dw, "b": db}
        return dx
