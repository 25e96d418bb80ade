"""Taps for the convolution, reshaping for the pool, plain gradient descent."""

import numpy as np


def forward(weights, x):
    keep = {"x": np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))}
    keep["z1"] = weights["b1"] + sum(
        keep["x"][:, a : a + 8, b : b + 8] @ weights["w1"][a, b] for a in range(3) for b in range(3)
    )
    blocks = np.maximum(keep["z1"], 0).reshape(len(x), 4, 2, 4, 2, -1)
    best = blocks.max(axis=(2, 4), keepdims=True)
    keep["won"] = blocks == best
    keep["flat"] = best.reshape(len(x), -1)
    keep["z2"] = keep["flat"] @ weights["w2"] + weights["b2"]
    keep["a2"] = np.maximum(keep["z2"], 0)
    return keep["a2"] @ weights["w3"] + weights["b3"], keep


def logits(weights, x):
    return forward(weights, x)[0]


def gradients(weights, x, y):
    z, keep = forward(weights, x)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    delta = (p - y) / len(x)
    grads = {"w3": keep["a2"].T @ delta, "b3": delta.sum(axis=0)}
    delta = (delta @ weights["w3"].T) * (keep["z2"] > 0)
    grads["w2"], grads["b2"] = keep["flat"].T @ delta, delta.sum(axis=0)
    delta = (delta @ weights["w2"].T).reshape(len(x), 4, 1, 4, 1, -1)
    shared = keep["won"] / keep["won"].sum(axis=(2, 4), keepdims=True)
    delta = (delta * shared).reshape(keep["z1"].shape) * (keep["z1"] > 0)
    grads["w1"], grads["b1"] = np.zeros_like(weights["w1"]), delta.sum(axis=(0, 1, 2))
    for a in range(3):
        for b in range(3):
            seen = keep["x"][:, a : a + 8, b : b + 8]
            grads["w1"][a, b] = np.tensordot(seen, delta, axes=([0, 1, 2], [0, 1, 2]))
    return grads


def train(x, y, seed):
    rng = np.random.default_rng(seed)
    weights = initial(seed)  # noqa: F821 (the notebook defines it)
    for epoch in range(30):
        order = rng.permutation(len(x))
        for start in range(0, len(x), 32):
            batch = order[start : start + 32]
            for name, grad in gradients(weights, x[batch], y[batch]).items():
                weights[name] -= 0.1 * (1 - epoch / 30) * grad
    return weights
