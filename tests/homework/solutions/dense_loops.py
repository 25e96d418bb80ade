"""One product at a time."""

import numpy as np


def dense_backward(delta, x, w):
    dx = np.zeros(x.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(w.shape[1])
    for n in range(len(x)):
        for j in range(w.shape[1]):
            db[j] += delta[n, j]
            for i in range(w.shape[0]):
                dx[n, i] += delta[n, j] * w[i, j]
                dw[i, j] += delta[n, j] * x[n, i]
    return dx, dw, db


def relu_backward(da, z):
    delta = np.array(da, float)
    delta[z <= 0] = 0
    return delta
