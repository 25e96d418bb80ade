"""Which functions of ``cnnlib`` may not be called while a homework function is checked.

For a backward pass: every backward pass there is, since one can often be had from another (a dense
layer is a convolution with one tap), and the numerical gradient. Forward passes, padding, dilating
and rotating stay free: the textbook recipe is made of them.
"""

GRADIENTS = frozenset(
    {
        "conv1d_backward",
        "conv1d_input_grad",
        "conv1d_kernel_grad",
        "conv2d_backward",
        "conv2d_input_grad",
        "conv2d_kernel_grad",
        "dense_backward",
        "max_pool2d_backward",
        "avg_pool2d_backward",
        "relu_backward",
        "sigmoid_backward",
        "tanh_backward",
        "softmax_cross_entropy_backward",
        "numerical_gradient",
        "Trace.backward",
    }
)

#: For a forward convolution: every convolution, also those that carry deltas.
CONVOLUTIONS = GRADIENTS | {"conv1d", "conv2d"}
