"""Which arrays meet in an exercise, and what their axes are called: all that a reading needs."""

from __future__ import annotations

from dataclasses import dataclass

#: A place in a wire: (unit, result or partner, axis). The batch is left out.
Place = tuple[str, int]


@dataclass(frozen=True)
class Aim:
    """One axis that a rule fixes, and the axes that the rule may read.

    Attributes
    ----------
    at : (str, int)
        The axis: of the "unit" array, of the "result" or of the "partner".
    told : str
        How it is written, with # for the rule: ``dx[#]``.
    names : dict
        What the rule may read, by the letter that stands for it.
    """

    at: Place
    told: str
    names: dict[str, Place]


@dataclass(frozen=True)
class Part:
    """How one returned array comes about.

    Attributes
    ----------
    partner : str
        The array whose cells meet those of the unit array; "" if there is none.
    aims : tuple of Aim
        What a rule must say.
    sums_batch : bool
        Whether all examples flow together.
    """

    partner: str
    aims: tuple[Aim, ...]
    sums_batch: bool = False


@dataclass(frozen=True)
class Wiring:
    """How an exercise is probed.

    Attributes
    ----------
    unit : str
        The array that is sent through cell by cell; everything must be linear in it.
    labels : tuple of str
        The arrays whose cells are told apart by their values.
    parts : dict of str to Part
        For each returned array.
    gate : str
        An array that stays as it is and lets through or not; "" if there is none.
    """

    unit: str
    labels: tuple[str, ...]
    parts: dict[str, Part]
    gate: str = ""


U, R, P = "unit", "result", "partner"


def _space(told: str, at: str, place: str, tap: str, axes: int) -> tuple[Aim, ...]:
    letters = (("i", "a"), ("j", "b"))[:axes]
    return tuple(
        Aim((at, axis), told, {i: (place, axis), a: (tap, axis)})
        for axis, (i, a) in enumerate(letters)
    )


def conv_backward(axes: int) -> Wiring:
    """Return the wiring of a convolution's way back over so many axes of space."""
    c, k = axes, axes + 1
    dx = (
        *_space("dx[#]", R, U, P, axes),
        Aim((R, c), "dx[…, #]", {"c": (P, c), "k": (P, k)}),
        Aim((U, c), "delta[…, #]", {"k": (P, k), "c": (P, c)}),
    )
    dw = (
        *_space("x[#]", P, U, R, axes),
        Aim((P, c), "x[…, #]", {"c": (R, c), "k": (R, k)}),
        Aim((U, c), "delta[…, #]", {"k": (R, k), "c": (R, c)}),
    )
    db = (Aim((U, c), "delta[…, #]", {"k": (R, 0)}),)
    parts = {"dx": Part("w", dx), "dw": Part("x", dw, True), "db": Part("", db, True)}
    return Wiring("delta", ("x", "w"), parts)


def conv_forward() -> Wiring:
    """Return the wiring of a convolution, read from the input on."""
    z = (
        *_space("x[#]", U, R, P, 2),
        Aim((U, 2), "x[…, #]", {"c": (P, 2), "k": (P, 3)}),
        Aim((R, 2), "z[…, #]", {"k": (P, 3), "c": (P, 2)}),
    )
    return Wiring("x", ("w",), {"z": Part("w", z)})


def dense_backward() -> Wiring:
    """Return the wiring of a dense layer's way back."""
    dx = (
        Aim((R, 0), "dx[#]", {"i": (P, 0), "k": (P, 1)}),
        Aim((U, 0), "delta[#]", {"k": (P, 1), "i": (P, 0)}),
    )
    dw = (
        Aim((P, 0), "x[#]", {"i": (R, 0), "k": (R, 1)}),
        Aim((U, 0), "delta[#]", {"k": (R, 1), "i": (R, 0)}),
    )
    db = (Aim((U, 0), "delta[#]", {"k": (R, 0)}),)
    parts = {"dx": Part("w", dx), "dw": Part("x", dw, True), "db": Part("", db, True)}
    return Wiring("delta", ("x", "w"), parts)


def pool_backward() -> Wiring:
    """Return the wiring of a pool's way back: who is paid stands in x, which is kept."""
    aims = (
        Aim((R, 0), "dx[#]", {"i": (U, 0)}),
        Aim((R, 1), "dx[#]", {"j": (U, 1)}),
        Aim((R, 2), "dx[…, #]", {"c": (U, 2)}),
    )
    return Wiring("delta", (), {"dx": Part("", aims)})


def gate_backward() -> Wiring:
    """Return the wiring of a gate: every cell for itself."""
    return Wiring("da", (), {"delta": Part("", (Aim((R, 0), "delta[#]", {"m": (U, 0)}),))}, "z")
