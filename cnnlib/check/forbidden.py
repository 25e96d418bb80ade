"""Which kinds of answers may not be called while a homework function is checked.

For a backward pass: every backward pass there is, since one can often be had from another (a dense
layer is a convolution with one tap), and the numerical gradient. Forward passes, padding, dilating
and rotating stay free: the textbook recipe is made of them. Which function is of which kind stands
where it is defined, as ``@forbid_during_check(kind)``.
"""

GRADIENTS = frozenset({"gradient", "measurement"})

#: For a forward convolution: every convolution, also those that carry deltas.
CONVOLUTIONS = GRADIENTS | {"convolution"}

#: For the numerical gradient: that of cnnlib.
MEASUREMENTS = frozenset({"measurement"})
