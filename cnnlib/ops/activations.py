"""Activations: one number in, one number out, so each delta is scaled by a slope of its own.

Each is a value and, beside it, a slope, written with numpy's functions; the rest is made from them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnlib.ops._activation import ACTIVATIONS, Activation, Option

relu, relu_backward = Activation(
    "relu",
    layer="ReLU",
    value=lambda z: np.maximum(z, 0),
    slope=lambda z: np.where(z > 0, 1.0, 0.0),
    below=lambda: 0.0,
    says="Let positive numbers through and set the others to 0.",
    slope_says="Let delta pass where the gate was open: ``delta = da`` where ``z > 0``, else 0.",
    notes="""Derived in the chapter ``relu``. At the kink z = 0 there is no slope; 0 is chosen, as
    PyTorch does, while a central difference reads 0.5. ``z * (z > 0)`` would turn minus infinity
    into NaN.""",
    example="""
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])
    """,
    slope_example="""
    >>> relu_backward([1, 10, 100], [-2, 0, 3])
    array([  0.,   0., 100.])
    """,
    torch=lambda nn: nn.ReLU(),
).functions()


def _leaky(z: Any, slope: float) -> Any:
    if 0 < slope <= 1:
        return np.maximum(z, slope * z)
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


leaky_relu, leaky_relu_backward = Activation(
    "leaky_relu",
    layer="LeakyReLU",
    value=_leaky,
    slope=lambda z, slope: np.where(z > 0, 1.0, slope),
    below=lambda slope: slope,
    options={"slope": Option(0.01, "Slope up to 0: how much of a negative number leaks through.")},
    says="Let positive numbers through and only a small part of the others.",
    slope_says="Scale delta by 1 where ``z > 0``, else by ``slope``: no gate closes completely.",
    notes="A ReLU (chapter ``relu``) whose closed gates still let a little through.",
    example="""
    >>> leaky_relu([-2, 0, 3])
    array([-0.02,  0.  ,  3.  ])
    """,
    slope_example="""
    >>> leaky_relu_backward([1, 10, 100], [-2, 0, 3], slope=0.5)
    array([  0.5,   5. , 100. ])
    """,
    torch=lambda nn, slope: nn.LeakyReLU(slope),
).functions()


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))  # beyond 700 the exponential is infinite, and its reciprocal 0


def _sigmoid_slope(z: Any) -> Any:
    e = np.exp(-np.absolute(z))  # the slope is even; so the exponential is never above 1
    return e / np.square(1 + e)


sigmoid, sigmoid_backward = Activation(
    "sigmoid",
    layer="Sigmoid",
    value=_sigmoid,
    slope=_sigmoid_slope,
    says="Squash every number into 0..1: ``1 / (1 + exp(-z))``, without overflow.",
    slope_says="Scale delta by the slope: ``delta = da * sigmoid(z) * sigmoid(-z)``.",
    notes="Derived in the chapter ``mlp_deltas``. ``sigmoid(-z)`` is ``1 - a`` without rounding.",
    example="""
    >>> sigmoid([-1000, 0, 1000])
    array([0. , 0.5, 1. ])
    """,
    slope_example="""
    >>> sigmoid_backward([4, 4], [0, 1000])
    array([1., 0.])
    """,
    torch=lambda nn: nn.Sigmoid(),
).functions()


tanh, tanh_backward = Activation(
    "tanh",
    layer="Tanh",
    value=lambda z: np.tanh(z),
    slope=lambda z: 1 - np.square(np.tanh(z)),
    says="Squash every number into -1..1.",
    slope_says="Scale delta by the slope: ``delta = da * (1 - tanh(z)**2)``.",
    notes="Derived in the chapter ``relu``.",
    example="""
    >>> tanh([-1000, 0, 1000])
    array([-1.,  0.,  1.])
    """,
    slope_example="""
    >>> tanh_backward([4, 4], [0, 1000])
    array([4., 0.])
    """,
    torch=lambda nn: nn.Tanh(),
).functions()


_STEEP, _BEND = math.sqrt(2 / math.pi), 0.044715


def _half_step(z: Any) -> Any:
    """Rise from 0 to 1; beyond 10 both ways it has arrived, and a cube might overflow."""
    z = np.clip(z, -10, 10)
    return 0.5 * (1 + np.tanh(_STEEP * z * (1 + _BEND * np.square(z))))


def _half_step_slope(z: Any) -> Any:
    step, z = _half_step(z), np.clip(z, -10, 10)
    return 2 * step * (1 - step) * _STEEP * (1 + 3 * _BEND * np.square(z))


gelu, gelu_backward = Activation(
    "gelu",
    layer="GELU",
    value=lambda z: z * _half_step(z),
    slope=lambda z: _half_step(z) + z * _half_step_slope(z),
    says="Open the gate of ReLU gradually: ``z * (1 + tanh(sqrt(2/pi) (z + 0.044715 z**3))) / 2``.",
    slope_says="Scale delta by the slope, gate and gradual opening: the product rule.",
    notes="""ReLU (chapter ``relu``) with a soft gate, as transformers use it: the approximation
    that PyTorch calls ``approximate="tanh"`` (Hendrycks and Gimpel 2016, arXiv:1606.08415).""",
    example="""
    >>> gelu([-1, 0, 1, 10]).round(4)
    array([-0.1588,  0.    ,  0.8412, 10.    ])
    """,
    slope_example="""
    >>> gelu_backward([10, 10, 10], [-1000, 0, 1000])
    array([ 0.,  5., 10.])
    """,
    torch=lambda nn: nn.GELU(approximate="tanh"),
).functions()


NAMES = [name for f in ACTIVATIONS for name in (f, f"{f}_backward")]
if not TYPE_CHECKING:  # a type checker takes every name above
    __all__ = NAMES
