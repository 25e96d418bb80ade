"""The exercises, one small file each."""

from cnnlib.check.exercise import Exercise
from cnnlib.check.exercises import (
    avg_pool2d_backward,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv2d_input_grad,
    conv2d_kernel_grad,
    dense_backward,
    max_pool2d_backward,
    numerical_gradient,
    relu_backward,
    softmax_cross_entropy_backward,
)

__all__ = [
    "avg_pool2d_backward",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_input_grad",
    "conv2d_kernel_grad",
    "dense_backward",
    "max_pool2d_backward",
    "numerical_gradient",
    "relu_backward",
    "softmax_cross_entropy_backward",
]


def by_name(name: str) -> Exercise:
    """Return an exercise.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    if name not in __all__:
        raise ValueError(f"{name!r} is no exercise: choose from {', '.join(__all__)}")
    found: Exercise = globals()[name].EXERCISE
    return found
