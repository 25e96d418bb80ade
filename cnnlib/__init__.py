"""Backpropagation in convolutional networks, small enough to read. Imports numpy and nothing else.

The operations of :mod:`cnnlib.ops` are available here by their names: ``cnnlib.conv2d`` and so on,
and so are the traces and the gradient check.
"""

from typing import TYPE_CHECKING, Any

from cnnlib import ops, trace
from cnnlib.gradcheck import check_gradient, numerical_gradient
from cnnlib.ops import *  # noqa: F403
from cnnlib.trace import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [*ops.__all__, *trace.__all__, "check_gradient", "numerical_gradient"]

if TYPE_CHECKING:  # a tracer is made for each activation there is

    def __getattr__(name: str) -> Any: ...
