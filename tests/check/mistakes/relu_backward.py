"""Right and wrong ways to write ``relu_backward``."""

from __future__ import annotations

import numpy as np

import cnnlib


def loops(da, z):
    delta = np.zeros(z.shape)
    for cell in np.ndindex(z.shape):
        if z[cell] > 0:
            delta[cell] = da[cell]
    return delta


def copied(da, z):
    delta = da.copy()
    delta[z <= 0] = 0
    return delta


def nested(da, z):
    if np.ndim(z) == 0:
        return float(da) if z > 0 else 0.0
    return [nested(d, v) for d, v in zip(da, z, strict=True)]


CORRECT = {
    "mask": lambda da, z: da * (z > 0),
    "where": lambda da, z: np.where(z > 0, da, 0),
    "loops": loops,
    "a copy, closed gates set to 0": copied,
    "gate from the activation": lambda da, z: da * (cnnlib.relu(z) > 0),
    "gate applied twice": lambda da, z: da * (z > 0) * (z > 0),
    "heaviside": lambda da, z: da * np.heaviside(z, 0),
    "einsum": lambda da, z: np.einsum("...,...->...", da, (z > 0).astype(float)),
    "float32": lambda da, z: da.astype("f") * (z > 0),
    "nested lists": nested,
}


def in_place(da, z):
    da[z <= 0] = 0
    return da


def whole_numbers(da, z):
    delta = np.zeros_like(z)
    delta[z > 0] = da[z > 0]
    return delta


def first_example(da, z):
    delta = np.zeros(da.shape)
    for n in range(len(z)):
        delta[n] = da[n] * (z[n] > 0)
        return delta


def sigmoid_slope(da, z):
    s = 1 / (1 + np.exp(-z))
    return da * s * (1 - s)


def divided(da, z):
    with np.errstate(invalid="ignore"):
        return da * cnnlib.relu(z) / z


# name: (function, cause)
WRONG = {
    "gate on da": (lambda da, z: da * (da > 0), "gate-on-gradient"),
    "relu of da": (lambda da, z: cnnlib.relu(da), "gate-on-gradient"),
    "gate on both": (lambda da, z: da * (da > 0) * (z > 0), "gate-on-gradient"),
    "gate on da, copied": (lambda da, z: np.where(da <= 0, 0, da), "gate-on-gradient"),
    ">= at the kink": (lambda da, z: da * (z >= 0), "gate-at-kink"),
    "< 0 closed": (lambda da, z: np.where(z < 0, 0, da), "gate-at-kink"),
    "half at the kink": (lambda da, z: da * np.heaviside(z, 0.5), "gate-at-kink"),
    "inverted": (lambda da, z: da * (z < 0), "gate-inverted"),
    "no gate": (lambda da, z: da.copy(), "gate-missing"),
    "one gate": (lambda da, z: da if z.any() > 0 else 0 * da, "gate-missing"),
    "one gate, all": (lambda da, z: da * (z > 0).all(), "all-zero"),
    "one gate for an example": (lambda da, z: da * (z > 0)[:1], "one-gate-for-all"),
    "da ignored": (lambda da, z: 1.0 * (z > 0), "delta-ignored"),
    "times the activation": (lambda da, z: da * cnnlib.relu(z), "value-for-slope"),
    "times z": (lambda da, z: da * z, "value-for-slope"),
    "leaky": (lambda da, z: da * np.where(z > 0, 1, 0.01), "other-activation"),
    "sign": (lambda da, z: da * np.sign(z), "other-activation"),
    "sigmoid": (sigmoid_slope, "other-activation"),
    "divided by the batch": (lambda da, z: da * (z > 0) / len(z), "divided-by-batch"),
    "summed over the batch": (lambda da, z: (da * (z > 0)).sum(axis=0), "summed-over-batch"),
    "the way forward": (lambda da, z: cnnlib.relu(z), "returns-value"),
    "elu": (lambda da, z: da * np.where(z > 0, 1, np.exp(z)), "other-activation"),
    "sign flipped": (lambda da, z: -da * (z > 0), "sign-flipped"),
    "returned in the loop": (first_example, "first-example-only"),
    "in place": (in_place, "input-modified"),
    "whole numbers": (whole_numbers, "integer-accumulator"),
    "returns None": (lambda da, z: None, "returns-nothing"),
    "returns a pair": (lambda da, z: (da * (z > 0), z[:1]), "wrong-tuple"),
    "0 / 0": (divided, "not-finite"),
    "two at once": (
        lambda da, z: -da * (da > 0),
        ("gate-on-gradient", "sign-flipped"),
    ),
}
PLANTED = {
    label: (function, {"delta": (cause,) if isinstance(cause, str) else cause})
    for label, (function, cause) in WRONG.items()
}
