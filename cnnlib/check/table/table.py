"""The wires of a function beside the right ones, and what sets them apart, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnnlib.check.difference import name, number
from cnnlib.check.exercise import Array, Case
from cnnlib.check.observations import counted
from cnnlib.check.table.fit import rule
from cnnlib.check.table.probe import Reading, Wire
from cnnlib.check.wiring import Aim, Part, Wiring


@dataclass(frozen=True, eq=False)
class PartTable:
    """The wires of one returned array.

    Attributes
    ----------
    part : str
        Its name.
    how : Part
        Which arrays meet.
    yours, right : Reading
        The reader's wires and the right ones.
    remarks : tuple of str
        What further probes show: overlaps, batches, factors.
    """

    part: str
    how: Part
    yours: Reading
    right: Reading
    remarks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether nothing is wrong."""
        same = self.yours.shape == self.right.shape
        return same and not self.first and not self.yours.mixed and not self.remarks

    @cached_property
    def factor(self) -> float:
        """How often each product arrives, where that is the same for all; else 1."""
        right = {_key(w): w.coef for w in self.right.wires}
        ratios = [w.coef / right[_key(w)] for w in self.yours.wires if _key(w) in right]
        ratios = ratios or [w.coef / self.right.wires[0].coef for w in self.yours.wires]
        return ratios[0] if ratios and np.allclose(ratios, ratios[0], rtol=1e-6) else 1.0

    @cached_property
    def arrive(self) -> int:
        """How many of the right products arrive, whatever the factor."""
        here = {_key(wire) for wire in self.yours.wires}
        return sum(_key(wire) in here for wire in self.right.wires)

    @cached_property
    def first(self) -> tuple[Wire | None, Wire | None] | None:
        """The first wire that differs: the reader's and the right one; None if none does."""
        mine = {_key(w): w for w in self.yours.wires}
        right = {_key(w): w for w in self.right.wires}
        for key in sorted({*mine, *right}):
            a, b = mine.get(key), right.get(key)
            if a is None or b is None or not np.isclose(a.coef, b.coef, rtol=1e-6):
                return self._pair(a, b)
        return None

    def _pair(self, a: Wire | None, b: Wire | None) -> tuple[Wire | None, Wire | None]:
        """Find what stands in the other table for the same unit and partner, or unit and cell."""
        if a and not b:
            b = next((w for w in self.right.wires if _meets(w) == _meets(a)), None)
        if b and not a:
            a = next((w for w in self.yours.wires if _meets(w) == _meets(b)), None)
        return a, b

    def rules(self) -> Iterator[tuple[Aim, str, str]]:
        """Go through the axes: what is fixed, the reader's rule, the right one."""
        for aim in self.how.aims:
            yield aim, rule(self.yours.wires, aim), rule(self.right.wires, aim)

    def lines(self, wiring: Wiring, case: Case) -> Iterator[str]:
        """Say what is to be said."""
        if self.yours.shape != self.right.shape:
            yield f"{self.part} has shape {self.yours.shape}, and should have {self.right.shape}"
        if not self.yours.wires and not wiring.gate:
            odd = f"; {self.yours.mixed} entries are something else" if self.yours.mixed else ""
            with_ = f" · {self.how.partner}" if self.how.partner else ""
            yield f"no single product {wiring.unit}{with_} arrives{odd}"
            yield from self.remarks
            return
        yield from self._gate(wiring, case) if wiring.gate else self._told(wiring)
        yield from self._counts()
        if not np.isclose(self.factor, 1.0):
            count = counted([(case, self.factor)])
            yield count or _times(self.factor)
        if self.yours.mixed:
            yield f"{self.yours.mixed} entries hold several products, or something else than one"
        yield from self.remarks

    def _counts(self) -> Iterator[str]:
        total, extra = len(self.right.wires), len(self.yours.wires) - self.arrive
        if self.arrive < total and not extra:
            yield f"{self.arrive} of {total} products arrive"
        elif self.arrive == total and extra:
            yield f"{extra} products arrive that should not"

    def _told(self, wiring: Wiring) -> Iterator[str]:
        rules = list(self.rules())
        whole = self.arrive == len(self.yours.wires) == len(self.right.wires)
        if not self.first or (whole and self.factor != 1.0):
            both = [aim.told.replace("#", right) for aim, _, right in rules if right]
            yield f"yours and right: {', '.join(both)}"
            return
        told = False
        for aim, mine, right in rules:
            if mine != right and right and mine:
                told = True
                right_one = aim.told.replace("#", right)
                yield f"yours: {aim.told.replace('#', mine)}   right: {right_one}"
        if not told and (len(self.yours.wires) != self.arrive or self.factor == 1.0):
            yield self._first_wire(wiring)

    def _first_wire(self, wiring: Wiring) -> str:
        """Tell of the first wire that differs."""
        mine, right = self.first or (None, None)
        there = right or mine
        assert there is not None
        meets = name(wiring.unit, there.unit)
        if there.partner and min(there.partner) >= 0:
            meets += f" · {name(self.how.partner, there.partner)}"
        if mine and right and mine.result == right.result:
            times, should = number(mine.coef), number(right.coef)
            return f"{meets} arrives {times} times in {name(self.part, mine.result)}, not {should}"
        goes = f"goes to {name(self.part, mine.result)}" if mine else "arrives nowhere"
        should = f"belongs into {name(self.part, right.result)}" if right else "has no place here"
        return f"{meets} {goes}; it {should}"

    def _gate(self, wiring: Wiring, case: Case) -> Iterator[str]:
        """Tell what passes where, by the sign of the array that decides."""
        signs = np.sign(case[wiring.gate][0])
        names = {1: f"{wiring.gate} > 0", 0: f"{wiring.gate} = 0", -1: f"{wiring.gate} < 0"}
        passed: dict[int, set[float]] = {int(s): set() for s in np.unique(signs)[::-1]}
        through = {w.unit: w.coef for w in self.yours.wires if w.unit == w.result}
        for cell in np.ndindex(signs.shape):
            passed[int(signs[cell])].add(float(f"{through.get(cell, 0.0):.4g}"))
        told = ", ".join(
            f"times {' or '.join(number(v) for v in sorted(values)[:3])} where {names[sign]}"
            for sign, values in passed.items()
        )
        right = ", ".join(f"{1 if sign > 0 else 0} where {names[sign]}" for sign in passed)
        right = f"times {right}"
        same = "yours and right: " if told == right.replace(", ", ", times ") else ""
        yield (
            f"{same}{wiring.unit} {told}"
            if same
            else (f"yours: {wiring.unit} {told}   right: {right}")
        )


def _times(factor: float) -> str:
    if np.isclose(factor, -1):
        return "every product arrives with its sign flipped"
    if 0 < abs(factor) < 1 and np.isclose(1 / factor, round(1 / factor)):
        return f"every product is divided by {round(1 / factor)}"
    return f"every product arrives {number(factor)} times"


def _key(wire: Wire) -> tuple[object, ...]:
    return wire.unit, wire.partner, wire.result


def _meets(wire: Wire) -> tuple[object, ...]:
    return wire.unit, wire.partner


@dataclass(frozen=True, eq=False)
class Table:
    """A function's own wires, beside the right ones; true where they are the same.

    Attributes
    ----------
    exercise : str
        What was asked.
    parts : dict of str to PartTable
        The wires of each returned array.
    case : Case or None
        The sizes of the arrays that were sent through.
    wiring : Wiring or None
        Which arrays meet.
    unread : str
        Why the function could not be read, "" where it could.
    """

    exercise: str
    parts: Mapping[str, PartTable]
    case: Case | None = None
    wiring: Wiring | None = None
    unread: str = ""

    def __bool__(self) -> bool:
        """Return whether every wire is right, as far as probes can tell."""
        return not self.unread and all(self.parts.values())

    def lines(self, part: str) -> list[str]:
        """Return what there is to say of one returned array."""
        if self.wiring is None or self.case is None or part not in self.parts:
            return []
        return list(self.parts[part].lines(self.wiring, self.case))

    def __str__(self) -> str:
        """Return the table in a few lines."""
        head = f"{self.exercise}, its own wires"
        if self.unread:
            return f"{head}: {self.unread}"
        told = [f"{head}  ({self.case})"]
        for part in self.parts:
            told += [f"  {part}", *(f"    {line}" for line in self.lines(part))]
        return "\n".join(told)

    __repr__ = __str__


def dense(reading: Reading, unit: Array, partner: Array | None) -> Array:
    """Add up the products of a table, for one example."""
    found = np.zeros(reading.shape)
    for wire in reading.wires:
        value = float(unit[wire.unit]) * wire.coef
        if partner is not None and wire.partner:
            at = tuple(slice(None) if i < 0 else i for i in wire.partner)
            value *= float(np.sum(partner[at]))
        found[wire.result] += value
    return found
