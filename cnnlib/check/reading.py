"""``read_table``: the reader's own wires, read by probes and set beside the right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnnlib.check import exercises
from cnnlib.check.exercise import Case, Exercise
from cnnlib.check.runner import asking
from cnnlib.check.table.read import table_of
from cnnlib.check.table.table import Table
from cnnlib.ops._forbidden import forbid_during_check

#: Cases that tell most, in this order; then the others.
TELLING = (
    "a stride",
    "overlapping windows",
    "as many outputs as inputs",
    "several channels and filters",
    "padding",
)


def by_what_they_tell(cases: Sequence[Case]) -> list[Case]:
    """Put the cases first that tell most: whole numbers and pairs come last."""
    order = {adds: number for number, adds in enumerate(TELLING)}
    return sorted(cases, key=lambda c: (c.may_refuse, order.get(c.adds, len(order))))


@forbid_during_check("checker")
def read_table(
    function: Callable[..., Any], exercise: str | Exercise, *, seed: int = 0, limit_s: float = 4.0
) -> Table:
    """Read the wires of a function: which product arrives where.

    Single deltas are sent through, one after another, among weights and pixels that can be told
    apart by their values. No list of mistakes is needed.

    Parameters
    ----------
    function : callable
        Yours.
    exercise : str
        What it is meant to be: ``"conv2d_backward"``.
    seed, limit_s
        As for the checkers.

    Returns
    -------
    Table
        True where every wire is right; prints the reader's rule beside the right one.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Notes
    -----
    Read are functions that are linear in an array: convolutions, dense layers, average pooling,
    and, for given x or z, max pooling and ReLU. What else there is, it says. Why a linear pass is
    a table of wires is told in the chapter ``weight_sharing``.

    Examples
    --------
    >>> from cnnlib import check
    >>> def dense_backward(delta, x, w):
    ...     return delta @ w.T, x.T @ delta, delta.sum(axis=0) / 2
    >>> print(check.read_table(dense_backward, "dense_backward"))
    dense_backward, its own wires  (delta (2, 3), x (2, 3), w (3, 3))
      dx
        yours and right: dx[i], delta[k]
      dw
        yours and right: x[i], delta[k]
      db
        yours and right: delta[k]
        every product is divided by 2
    """
    asked = exercises.by_name(exercise) if isinstance(exercise, str) else exercise
    with asking(asked, function, limit_s) as ask:
        return table_of(asked, by_what_they_tell(asked.cases(seed)), ask, seed)
