"""``conv1d_backward``: delta carried back through a convolution over sequences."""

from cnnlib.check.exercises._conv_cases import SEQUENCES
from cnnlib.check.exercises._conv_gradients import exercise

EXERCISE = exercise(
    "conv1d_backward",
    ("delta", "x", "w"),
    ("dx", "dw", "db"),
    SEQUENCES,
    {"dx": "x", "dw": "w", "db": "the last axis of w"},
)
