"""Read a function's table: units alone, then together, then in a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnnlib.check.compare import agree
from cnnlib.check.exercise import Case, Exercise
from cnnlib.check.observations import counted
from cnnlib.check.table.probe import Answers, AskAll, arguments, read
from cnnlib.check.table.table import PartTable, Table, dense
from cnnlib.check.wiring import Wiring

#: Units that are sent through at most, and how many examples a batch has.
MOST, EXAMPLES = 80, 7
NOT_READ = "its wires cannot be read: "


def table_of(exercise: Exercise, cases: Sequence[Case], ask: AskAll, seed: int = 0) -> Table:
    """Return the table of a function for the first case that shows something wrong.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    cases : sequence of Case
        In the order in which they are tried.
    ask : callable
        Calls the function with several sets of arguments.
    seed : int
        Draws the numbers of the further probes.
    """
    wiring = exercise.wiring
    if wiring is None:
        return Table(exercise.name, {}, unread=NOT_READ + "it is not linear in any of its arrays")
    first: Table | None = None
    for case in cases:
        if np.prod(case[wiring.unit].shape[1:]) > MOST:
            continue
        table = _table(exercise, case, wiring, ask, seed)
        first = first or table
        if table is not None and not table:
            return table
    if first is None:
        return Table(exercise.name, {}, unread=NOT_READ + "it gives no arrays for single deltas")
    return first


def _table(exercise: Exercise, case: Case, wiring: Wiring, ask: AskAll, seed: int) -> Table | None:
    mine = read(case, wiring, ask)
    right = read(case, wiring, lambda case, asked: [_expected(exercise, case, a) for a in asked])
    if mine is None or right is None:
        return None
    parts = {}
    for part, how in wiring.parts.items():
        if part in mine and part in right:
            table = PartTable(part, how, mine[part], right[part])
            parts[part] = table
    together = _together(exercise, case, wiring, parts, ask, seed)
    return Table(exercise.name, together, case, wiring)


def _expected(exercise: Exercise, case: Case, arrays: Mapping[str, Any]) -> Answers:
    return exercise.expected(replace(case, arrays=arrays))


def _together(
    exercise: Exercise,
    case: Case,
    wiring: Wiring,
    parts: dict[str, PartTable],
    ask: AskAll,
    seed: int,
) -> dict[str, PartTable]:
    """Send all units at once, and several examples; tell where the wires do not add up."""
    rng = np.random.default_rng(seed)
    unit = rng.normal(size=(1, *case[wiring.unit].shape[1:]))
    one = {**arguments(case, wiring), wiring.unit: unit}
    many = _batch(case, wiring, rng)
    answers = ask(case, [one, one, {**one, wiring.unit: 2 * unit}])
    batch = ask(case, [many])
    return {
        part: replace(
            table,
            remarks=(
                *_overlaps(table, one, wiring, answers),
                *_of_batch(exercise, table, case, many, batch),
            ),
        )
        for part, table in parts.items()
    }


def _overlaps(
    table: PartTable, one: dict[str, Any], wiring: Wiring, answers: list[Answers] | None
) -> list[str]:
    if answers is None:
        return ["numbers other than a single 1 make it raise an exception"]
    once, again, twice = (np.asarray(a[table.part], float) for a in answers)
    if not np.array_equal(once, again, equal_nan=True):
        return ["the same arguments give another result each time"]
    if once.shape == twice.shape and not agree(twice, 2 * once, 1e-6):
        return [f"it is not linear: twice the {wiring.unit} does not give twice the result"]
    if table.yours.mixed:
        return []
    got = once if table.how.sums_batch else once[0]
    partner = one.get(table.how.partner) if table.how.partner else None
    bare = partner if table.how.partner == "w" or partner is None else partner[0]
    sums = dense(table.yours, one[wiring.unit][0], bare)
    if got.shape != sums.shape or agree(got, sums, 1e-6):
        return []
    if wiring.gate:
        return [f"what passes depends on {wiring.unit} itself"]
    wrong = int((~np.isclose(got, sums, rtol=1e-6, atol=1e-9)).sum())
    return [
        f"together the products do not add up: {wrong} of {got.size} entries are not the sum of "
        "their wires. Does a later one overwrite what was there (= for +=)?"
    ]


def _batch(case: Case, wiring: Wiring, rng: np.random.Generator) -> dict[str, Any]:
    """Return the arguments for several examples."""
    found = dict(case.arrays)
    for name, value in case.arrays.items():
        if name == "input_shape":
            found[name] = (EXAMPLES, *value[1:])
        elif isinstance(value, np.ndarray) and name not in ("w", "b"):
            found[name] = rng.normal(size=(EXAMPLES, *value.shape[1:]))
    return found


def _of_batch(
    exercise: Exercise,
    table: PartTable,
    case: Case,
    many: dict[str, Any],
    batch: list[Answers] | None,
) -> list[str]:
    """Compare several examples with what the single example has shown."""
    if batch is None:
        return ["several examples make it raise an exception"]
    if table.first or table.yours.mixed:
        return []
    got = np.asarray(batch[0][table.part], float)
    expected = np.asarray(_expected(exercise, case, many)[table.part])
    if got.shape != expected.shape or agree(got, expected, 1e-6):
        return []
    ratios = got[expected != 0] / expected[expected != 0]
    if np.allclose(ratios, ratios[0], rtol=1e-6):
        told = counted([(replace(case, arrays=many), float(ratios[0]))])
        told = told or f"each number is {ratios[0]:.4g} times the right one"
        return [f"with {EXAMPLES} examples {told}"]
    return ["one example is right, several together are not: do the examples mix?"]
