"""Taps for the convolutions, reshaping for the pools, gradient descent with momentum."""

import numpy as np

TAPS = [(a, b) for a in range(3) for b in range(3)]


def block(x, w, b):
    n, h, v, _ = x.shape
    xp = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    z = b + sum(xp[:, a : a + h, c : c + v] @ w[a, c] for a, c in TAPS)
    windows = np.maximum(z, 0).reshape(n, h // 2, 2, v // 2, 2, -1)
    best = windows.max(axis=(2, 4), keepdims=True)
    return best.reshape(n, h // 2, v // 2, -1), (xp, z, windows == best)


def block_backward(da, w, keep):
    xp, z, won = keep
    n, h, v, k = z.shape
    share = won / won.sum(axis=(2, 4), keepdims=True)
    delta = (da.reshape(n, h // 2, 1, v // 2, 1, k) * share).reshape(z.shape) * (z > 0)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for a, c in TAPS:
        here = np.s_[:, a : a + h, c : c + v]
        dw[a, c] = np.tensordot(xp[here], delta, axes=([0, 1, 2], [0, 1, 2]))
        dxp[here] += delta @ w[a, c].T
    return dxp[:, 1:-1, 1:-1], dw, delta.sum(axis=(0, 1, 2))


def forward(weights, x):
    a1, keep1 = block(x, weights["w1"], weights["b1"])
    a2, keep2 = block(a1, weights["w2"], weights["b2"])
    flat = a2.reshape(len(x), -1)
    return flat @ weights["w3"] + weights["b3"], (keep1, keep2, a2.shape, flat)


def logits(weights, x):
    return forward(weights, x)[0]


def gradients(weights, x, y):
    z, (keep1, keep2, shape, flat) = forward(weights, x)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
    grads = {"w3": flat.T @ delta, "b3": delta.sum(axis=0)}
    da = (delta @ weights["w3"].T).reshape(shape)
    da, grads["w2"], grads["b2"] = block_backward(da, weights["w2"], keep2)
    _, grads["w1"], grads["b1"] = block_backward(da, weights["w1"], keep1)
    return grads


def train(x, y, seed):
    rng = np.random.default_rng(seed)
    weights = initial(seed)  # noqa: F821 (the notebook defines it)
    speed = {name: 0.0 for name in weights}
    for epoch in range(20):
        order = rng.permutation(len(x))
        for start in range(0, len(x), 32):
            batch = order[start : start + 32]
            for name, grad in gradients(weights, x[batch], y[batch]).items():
                speed[name] = 0.9 * speed[name] + grad
                weights[name] -= 0.1 * (1 - epoch / 20) * speed[name]
    return weights
