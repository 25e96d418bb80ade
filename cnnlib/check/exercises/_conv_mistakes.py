"""Everything that is known to go wrong in the backward pass of a convolution."""

from __future__ import annotations

import numpy as np

from cnnlib.check.exercise import Candidate
from cnnlib.check.exercises._conv_dw import DW
from cnnlib.check.exercises._conv_dx import FRAME, KERNEL
from cnnlib.check.exercises._conv_shared import (
    AVERAGES,
    DELTA,
    FACTORS,
    FEWER,
    FIRST,
    LAST_ONLY,
    MIXED,
    ONE_AXIS,
    SHIFTS,
    STRIDE,
    batch,
    every_other,
    times,
    upstream,
    windows,
    within,
)
from cnnlib.check.question import Change, pairs, single

DB: list[tuple[str, Change]] = [
    ("bias-not-summed", lambda q: q.but(compute={**q.compute, "db": lambda q: q.delta})),
    *(
        (
            "bias-not-summed",
            lambda q, a=axes: q.but(compute={**q.compute, "db": lambda q: q.delta.sum(a)}),
        )
        for axes in (0, 1, 2, (0, 1), (0, 2), (1, 2), (0, 1, 2, 3), (1, 2, 3), 3)
    ),
    ("bias-averaged", times(lambda q: 1 / windows(q))),
    ("bias-averaged", times(lambda q: 1 / (windows(q) * batch(q)))),
    ("delta-ignored", upstream(np.ones_like)),
    ("backward-strided", every_other),
    ("channels-missed", lambda q: q.then(lambda g: within(g, FIRST))),
]

SELDOM = {
    "column-order",
    "examples-mixed",
    "filters-mixed",
    "one-axis-forgotten",
    "overlap-averaged",
    "reshaped-not-transposed",
    "kernel-flipped-once",
    "kernel-turned-90",
    "taps-missed",
    "channels-missed",
    "windows-missed",
    "shifted-by-one",
}
MISTAKES: dict[str, list[tuple[str, Change]]] = {
    "dx": [*KERNEL, *DELTA, *FEWER, *STRIDE, *SHIFTS, *FRAME, *ONE_AXIS, *MIXED, *FACTORS],
    "dw": [
        *DW,
        *DELTA,
        *LAST_ONLY,
        *FEWER,
        *STRIDE,
        *SHIFTS,
        *ONE_AXIS,
        *MIXED,
        *FACTORS,
        *AVERAGES,
    ],
    "db": [*DB, *DELTA[3:], *LAST_ONLY, *FEWER, *FACTORS],
}


def candidates(parts: tuple[str, ...] = ("dx", "dw", "db")) -> tuple[Candidate, ...]:
    """Return every mistake alone, then every two together."""
    alone = [single(cause, part, change) for part in parts for cause, change in MISTAKES[part]]
    return (*alone, *(both for part in parts for both in pairs(part, _frequent(part))))


def _frequent(part: str) -> list[tuple[str, Change]]:
    """Leave out what is seldom made together with something else."""
    return [row for row in MISTAKES[part] if row[0] not in SELDOM]
