"""The operations of a convolutional network: pure functions, each with its backward beside it."""

from cnnlib.ops import activations
from cnnlib.ops.activations import *  # noqa: F403
from cnnlib.ops.arrays import dilate, output_size, pad2d, rot180
from cnnlib.ops.conv1d import (
    Conv1dGrads,
    conv1d,
    conv1d_backward,
    conv1d_input_grad,
    conv1d_kernel_grad,
)
from cnnlib.ops.conv2d import (
    Conv2dGrads,
    conv2d,
    conv2d_backward,
    conv2d_input_grad,
    conv2d_kernel_grad,
)
from cnnlib.ops.conv_transpose import conv2d_transpose, conv2d_transpose_backward
from cnnlib.ops.dense import DenseGrads, dense, dense_backward
from cnnlib.ops.dropout import Dropout, dropout, dropout_backward
from cnnlib.ops.global_pool import global_avg_pool2d, global_avg_pool2d_backward
from cnnlib.ops.norm import BatchNormGrads, batch_norm, batch_norm_backward
from cnnlib.ops.pool import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from cnnlib.ops.softmax import (
    log_softmax,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

__all__ = [
    "BatchNormGrads",
    "Dropout",
    "batch_norm",
    "batch_norm_backward",
    "dropout",
    "dropout_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    *activations.NAMES,
    "Conv1dGrads",
    "Conv2dGrads",
    "DenseGrads",
    "avg_pool2d",
    "avg_pool2d_backward",
    "conv1d",
    "conv1d_backward",
    "conv1d_input_grad",
    "conv1d_kernel_grad",
    "conv2d",
    "conv2d_backward",
    "conv2d_input_grad",
    "conv2d_kernel_grad",
    "conv2d_transpose",
    "conv2d_transpose_backward",
    "dense",
    "dense_backward",
    "dilate",
    "log_softmax",
    "max_pool2d",
    "max_pool2d_backward",
    "output_size",
    "pad2d",
    "rot180",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
]
