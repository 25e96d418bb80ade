"""From the logits, with the largest of each row taken off first."""

import numpy as np


def softmax_cross_entropy_backward(z, y):
    return (my_softmax(z) - y) / len(z)


def my_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def my_loss(z, y):
    top = z.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    return float((y * (log_sum - z)).sum() / len(z))
