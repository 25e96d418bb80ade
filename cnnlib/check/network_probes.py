"""Measurements on a network that shows nothing but its logits: slopes, and what slides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnlib.check.exercise import Array
from cnnlib.ops import softmax_cross_entropy

STEP, NUDGE = 1e-6, 1e-4
#: Taps that are looked at for each kernel, the windows that must show, and the share that agrees.
TRIALS, ENOUGH, MOST = 12, 12, 0.8
Weights = dict[str, Array]
Forward = Callable[[Weights, Array], Array]


def slopes(
    forward: Forward,
    found: Weights,
    weights: Weights,
    x: Array,
    y: Array,
    rng: np.random.Generator,
) -> dict[str, tuple[float, float]]:
    """Measure each array's slope along a random direction; return it beside that of `found`."""

    def loss(name: str, move: Array) -> float:
        return softmax_cross_entropy(forward({**weights, name: weights[name] + move}, x), y)

    pairs = {}
    for name, array in weights.items():
        way = rng.normal(size=array.shape)
        measured = (loss(name, STEP * way) - loss(name, -STEP * way)) / (2 * STEP)
        pairs[name] = (float(measured), float((found[name] * way).sum()))
    return pairs


def kernels(
    forward: Forward, weights: Weights, x: Array, rng: np.random.Generator
) -> tuple[str, ...]:
    """Return the names of the arrays that slide over the image."""
    found = []
    for name, array in weights.items():
        if array.ndim == 4 and array.shape[0] * array.shape[1] > 1:
            if array.shape[2] == x.shape[3] and all(
                k < n for k, n in zip(array.shape[:2], x.shape[1:3], strict=True)
            ):
                if _slides(forward, weights, name, x, rng):
                    found.append(name)
    return tuple(found)


def _slides(
    forward: Forward, weights: Weights, name: str, x: Array, rng: np.random.Generator
) -> bool:
    """Whether pixel and tap act together by the window alone: pixel less tap.

    A pixel at row r meets tap a in the window at row r - a; so does the pixel one further on with
    the tap one further on. Between kinks the two mixed differences of the logits are the same.
    """
    kh, kw, c, k = weights[name].shape
    step = (1, 0) if kh > 1 else (0, 1)
    seen = fits = 0
    for _ in range(TRIALS):
        tap = int(rng.integers(kh - step[0])), int(rng.integers(kw - step[1]))
        rest = int(rng.integers(c)), int(rng.integers(k))
        image = x[[int(rng.integers(len(x)))]]
        pixels = np.array([*np.ndindex(*x.shape[1:3])])
        inside = (pixels >= [kh - 1, kw - 1]) & (pixels <= np.array(x.shape[1:3]) - [kh, kw] - 1)
        pixels = pixels[inside.all(axis=1)]
        one = _mixed(forward, weights, name, (*tap, *rest), image, pixels)
        other = _mixed(
            forward,
            weights,
            name,
            (tap[0] + step[0], tap[1] + step[1], *rest),
            image,
            pixels + step,
        )
        size = np.maximum(np.abs(one), np.abs(other)).max(axis=1)
        there = size > 1e-3 * max(float(size.max(initial=0.0)), 1e-3)
        seen += int(there.sum())
        fits += int((np.abs(one - other).max(axis=1) <= 0.02 * size)[there].sum())
    return seen >= ENOUGH and fits >= MOST * seen


def _mixed(
    forward: Forward,
    weights: Weights,
    name: str,
    entry: tuple[int, ...],
    image: Array,
    pixels: Array,
) -> Array:
    """Return the mixed second differences of the logits for one weight and each pixel."""
    lit = np.repeat(image, len(pixels) + 1, axis=0)
    lit[np.arange(len(pixels)) + 1, pixels[:, 0], pixels[:, 1], entry[2]] += NUDGE
    moved = {**weights, name: weights[name].copy()}
    moved[name][entry] += NUDGE
    rise = forward(moved, lit) - forward(weights, lit)
    return np.asarray((rise[1:] - rise[0]) / NUDGE**2)
