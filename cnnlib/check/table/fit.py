"""From wires to a rule: one axis as a whole-number sum of others, written as in a formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from cnnlib.check.table.probe import Index, Wire
from cnnlib.check.wiring import Aim, Place

Rule = str


def rule(wires: Sequence[Wire], aim: Aim) -> Rule:
    """Return the rule of an axis as text, "" if no straight rule holds for all wires."""
    names = list(aim.names)
    try:
        target = _column(wires, aim.at)
        columns = {name: _column(wires, place) for name, place in aim.names.items()}
    except IndexError:  # an array with other axes came back
        return ""
    if (target < 0).any() or any((column < 0).any() for column in columns.values()):
        return _with_sums(target, columns)
    for count in range(len(names) + 1):
        for chosen in combinations(names, count):
            found = _solve(target, [columns[name] for name in chosen])
            if found is not None:
                return written(dict(zip(chosen, found[:-1], strict=True)), found[-1])
    return ""


def _with_sums(target: np.ndarray, columns: dict[str, np.ndarray]) -> Rule:
    if (target < 0).all():
        return "all of them"
    for name, column in columns.items():
        if not (column < 0).any() and (column == target).all():
            return name
    return "one for all" if all((column < 0).any() for column in columns.values()) else ""


def _column(wires: Sequence[Wire], place: Place) -> np.ndarray:
    which, axis = place
    cells: list[Index] = [getattr(wire, which) for wire in wires]
    return np.array([cell[axis] for cell in cells], float)


def _solve(target: np.ndarray, columns: Sequence[np.ndarray]) -> list[Fraction] | None:
    """Return whole coefficients and the constant, or None where they do not fit."""
    matrix = np.stack([*columns, np.ones(len(target))], axis=1)
    found, *_ = np.linalg.lstsq(matrix, target, rcond=None)
    exact = [Fraction(float(value)).limit_denominator(12) for value in found]
    fits = matrix @ np.array([float(value) for value in exact])
    return exact if np.allclose(fits, target, atol=1e-6) else None


def written(coefs: dict[str, Fraction], constant: Fraction) -> str:
    """Write a sum as ``2i − a + 2``."""
    terms = [(value, name) for name, value in coefs.items() if value]
    text = ""
    for value, name in [*terms, (constant, "")]:
        if not value and (name or text):
            continue
        size = abs(value)
        body = name if name and size == 1 else f"{size}{name}"
        if not text:
            text = f"−{body}" if value < 0 else body
        else:
            text += f" − {body}" if value < 0 else f" + {body}"
    return text
