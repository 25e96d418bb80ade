"""``conv2d_kernel_grad``: delta carried back to the kernel alone."""

from cnnlib.check.exercises._conv_cases import IMAGES
from cnnlib.check.exercises._conv_gradients import exercise

EXERCISE = exercise(
    "conv2d_kernel_grad", ("delta", "x", "kernel_size"), ("dw",), IMAGES, {"dw": "the kernel"}
)
