"""``conv2d_input_grad``: delta carried back to the input alone."""

from cnnlib.check.exercises._conv_cases import IMAGES
from cnnlib.check.exercises._conv_gradients import exercise

EXERCISE = exercise(
    "conv2d_input_grad", ("delta", "w", "input_shape"), ("dx",), IMAGES, {"dx": "the input"}
)
