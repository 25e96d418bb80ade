"""Mistakes that were published or asked about, written anew: dense, relu, softmax."""

from __future__ import annotations

import numpy as np

from tests.check.cases.collect import case


@case("relu_backward", delta="gate-missing")
def slope_1_everywhere(da, z):
    """ReLU derivative that is 1 everywhere."""
    g = np.where(z < 0, 0, z)
    g = np.where(g >= 0, 1, g)
    return da * g


@case("relu_backward", delta="value-for-slope")
def multiplies_by_relu(da, z):
    """ReLU backward multiplies by relu(z) instead of its slope."""
    return np.where(z > 0, z, 0) * da


@case("relu_backward", delta="values-for-a-shape")
def zeros_of_the_values(da, z):
    """Np.zeros(x) where np.zeros_like(x) is meant."""
    grad = np.zeros(z)
    grad[z >= 0] = 1
    return da * grad


@case("relu_backward", delta="da times 1 where z > 0, times −0.01 where z = 0")
def leaky_with_a_minus(da, z):
    """Leaky ReLU with a slope of MINUS 0.01."""
    return da * np.vectorize(lambda v: 1 if v > 0 else -0.01)(z)


RATE = 0.01


@case("dense_backward", dx="not-additive")
def updates_before_dx(delta, x, w):
    """The weights are updated before dx is computed."""
    dw = x.T @ delta
    db = delta.sum(axis=0)
    w = w - RATE * dw
    return delta @ w.T, dw, db


@case("dense_backward", db="bias-not-summed")
def delta_for_db(delta, x, w):
    """ "d z / d b = 1, so db = delta"."""
    return delta @ w.T, x.T @ delta, delta


@case("softmax_cross_entropy_backward", delta="softmax-diagonal")
def diagonal_of_the_jacobian(z, y):
    """Softmax layer: dX = dY * (Y - Y**2), the diagonal alone."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dp = -y / p / len(z)
    return dp * (p - np.square(p))


@case("softmax_cross_entropy_backward", delta="mean-missing")
def mean_forgotten(z, y):
    """Loss is a mean over the batch, its gradient is not."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - y


@case("softmax_cross_entropy_backward", delta="mean-missing")
def two_wrongs_make_p_minus_y(z, y):
    """Two wrongs that make p - y: binary cross-entropy slope times p(1-p)."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    q = np.clip(p, 1e-15, 1 - 1e-15)
    grad = -(y / q) + (1 - y) / (1 - q)
    return grad * p * (1 - p)


@case("softmax_cross_entropy_backward", delta="softmax-wrong-axis")
def softmax_of_the_whole_batch(z, y):
    """Softmax for one vector used on a batch."""
    c = np.max(z)
    e = np.exp(z - c)
    return (e / np.sum(e) - y) / z.shape[0]


def _soft(a):
    e = np.exp(a)
    return e / e.sum(axis=-1, keepdims=True)


@case("softmax_cross_entropy_backward", delta="softmax-twice+mean-missing")
def squashed_twice(z, y):
    """Probabilities squashed a second time before p - y."""
    p = _soft(z - z.max(axis=1, keepdims=True))
    return _soft(np.clip(p, 1e-7, 1 - 1e-7)) - y


@case("numerical_gradient", gradient="integer-nudge")
def nudges_whole_numbers(f, x, *, step=1e-5):
    """Numerical gradient of whole numbers: 25000 instead of 6."""
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        idx = it.multi_index
        keep = x[idx]
        x[idx] = float(keep) + step
        up = f(x)
        x[idx] = keep - step
        down = f(x)
        grad[idx] = (up - down) / (2 * step)
        x[idx] = keep
        it.iternext()
    return grad


@case("numerical_gradient", gradient="row-nudged")
def nudges_whole_rows(f, x, *, step=1e-4):
    """Numerical gradient of a matrix, row by row."""
    g = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = np.array(x, float), np.array(x, float)
        up[i] += step
        down[i] -= step
        g[i] = (f(up) - f(down)) / (2 * step)
    return g
