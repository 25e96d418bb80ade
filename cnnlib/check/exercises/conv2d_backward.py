"""``conv2d_backward``: delta carried back to the input, the kernel and the bias."""

from cnnlib.check.exercises._conv_cases import IMAGES
from cnnlib.check.exercises._conv_gradients import exercise

EXERCISE = exercise(
    "conv2d_backward",
    ("delta", "x", "w"),
    ("dx", "dw", "db"),
    IMAGES,
    {"dx": "x", "dw": "w", "db": "the last axis of w"},
)
