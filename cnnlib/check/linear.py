"""Gradients of linear functions by unit steps: exact, and from the forward pass alone.

For a function that is linear in an array, the step from 0 to 1 in one cell changes the output by
exactly the slope. All cells are stepped at once: the batch axis carries one unit image for each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.ops._forbidden import forbid_during_check


@forbid_during_check("checker")
def pull_back(forward: Callable[[Array], Array], shape: tuple[int, ...], delta: Array) -> Array:
    """Return the gradient of ``sum(forward(x) * delta)`` for ``x`` of this shape.

    Parameters
    ----------
    forward : callable
        Linear, and treats every example of a batch alike: (B, …) to (B, …).
    shape : tuple of int
        Shape (N, …) of the array whose gradient is wanted.
    delta : ndarray of shape (N, …)
        Weights of the outputs.
    """
    cells = int(np.prod(shape[1:]))
    steps = np.eye(cells).reshape(cells, *shape[1:])
    responses = forward(steps).reshape(cells, -1)
    return (delta.reshape(len(delta), -1) @ responses.T).reshape(shape)
