"""Ask a function for its wires: one unit after another, among weights that can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case
from cnnlib.check.wiring import Wiring

Index = tuple[int, ...]
Answers = Mapping[str, Array]
#: Answers to several sets of arguments, with the options of a case; None where there are none.
AskAll = Callable[[Case, Sequence[Mapping[str, Any]]], list[Answers] | None]
#: Numbers of a response that are looked at.
LOOSE, TINY = 1e-7, 1e-11


@dataclass(frozen=True)
class Wire:
    """One product: a cell of the unit array, what it meets, where it goes, and how often.

    Attributes
    ----------
    unit, result, partner : tuple of int
        The cells. In `partner` an axis of -1 stands for the sum over that axis.
    coef : float
        How often the product arrives.
    """

    unit: Index
    result: Index
    partner: Index
    coef: float


@dataclass(frozen=True)
class Reading:
    """The wires of one returned array.

    Attributes
    ----------
    wires : list of Wire
        What could be told.
    mixed : int
        Entries that are no single product.
    shape : tuple of int
        Of the array that came back, without the batch.
    """

    wires: list[Wire]
    mixed: int
    shape: Index


def arguments(case: Case, wiring: Wiring, seed: int = 5) -> dict[str, Any]:
    """Return the arguments for one example, with labels in place of weights and pixels."""
    rng = np.random.default_rng(seed)
    found = dict(case.arrays)
    for name, value in case.arrays.items():
        if name == "input_shape":
            found[name] = (1, *value[1:])
        elif name == "b":
            found[name] = None if value is None else np.zeros(value.shape)
        elif name in wiring.labels:
            shape = value.shape if name == "w" else (1, *value.shape[1:])
            found[name] = rng.uniform(1, 2, shape)
        elif isinstance(value, np.ndarray):
            found[name] = np.asarray(value[:1], float)
    return found


def units(case: Case, wiring: Wiring) -> list[Index]:
    """Return the cells of the unit array, without the batch."""
    return list(np.ndindex(case[wiring.unit].shape[1:]))


def probes(case: Case, wiring: Wiring) -> list[dict[str, Any]]:
    """Return the questions: every unit twice, with two sets of labels."""
    asked = []
    draws = [arguments(case, wiring, seed) for seed in (5, 6)]
    for cell in units(case, wiring):
        one = np.zeros((1, *case[wiring.unit].shape[1:]))
        one[(0, *cell)] = 1.0
        asked += [{**draw, wiring.unit: one} for draw in draws]
    return asked


def read(case: Case, wiring: Wiring, ask: AskAll) -> dict[str, Reading] | None:
    """Return the wires of every part, or None where the function gave nothing."""
    asked = probes(case, wiring)
    answers = ask(case, asked)
    if answers is None or any(not np.isfinite(a).all() for each in answers for a in each.values()):
        return None
    cells, found = units(case, wiring), {}
    for part, how in wiring.parts.items():
        if part not in answers[0]:
            continue
        batched = not how.sums_batch
        labels = [asked[k].get(how.partner) for k in (0, 1)] if how.partner else []
        if how.partner and any(label is None for label in labels):
            continue
        table = _Labels([_bare(label, how.partner) for label in labels])
        wires: list[Wire] = []
        mixed, shape = 0, ()
        for number, cell in enumerate(cells):
            pair = [answers[2 * number + k][part] for k in (0, 1)]
            if pair[0].shape != pair[1].shape or (batched and len(pair[0]) != 1):
                return None
            bare = [array[0] if batched else array for array in pair]
            shape = bare[0].shape
            here, odd = table.wires(cell, bare)
            wires, mixed = wires + here, mixed + odd
        found[part] = Reading(wires, mixed, shape)
    return found


def _bare(label: Any, name: str) -> Array:
    return np.asarray(label if name == "w" else label[0])


class _Labels:
    """Tells from two answers which cell of the partner a product has read."""

    def __init__(self, labels: list[Array]) -> None:
        self.names: list[Index] = [()]
        self.values = np.ones((2, 1))
        if not labels:
            return
        shape, axes = labels[0].shape, range(labels[0].ndim)
        self.names, values = [], []
        for summed in product((False, True), repeat=len(shape)):
            over = tuple(axis for axis in axes if summed[axis])
            if any(shape[axis] == 1 for axis in over):
                continue
            sums = [label.sum(axis=over, keepdims=True) for label in labels]
            for cell in np.ndindex(sums[0].shape):
                self.names.append(tuple(-1 if summed[a] else cell[a] for a in axes))
                values.append([s[cell] for s in sums])
        self.values = np.array(values).T

    def wires(self, unit: Index, answers: list[Array]) -> tuple[list[Wire], int]:
        """Return the wires that two answers show, and the number of entries that show none."""
        one, two = (np.asarray(a, float) for a in answers)
        there = np.argwhere((np.abs(one) > TINY) | (np.abs(two) > TINY))
        found, odd = [], 0
        loose = 1e-4 if answers[0].dtype == np.float32 else LOOSE
        for cell in map(tuple, there.tolist()):
            ratios = np.array([[one[cell]], [two[cell]]]) / self.values
            near = np.abs(ratios[0] - ratios[1]) <= loose * np.abs(ratios[0])
            hits = np.flatnonzero(near)
            if len(hits):
                found.append(Wire(unit, cell, self.names[hits[0]], float(ratios[0][hits[0]])))
            else:
                odd += 1
        return found, odd
