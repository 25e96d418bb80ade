"""What an exercise is: cases to try, what is expected of each, and the mistakes worth naming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.check.wiring import Wiring

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Case:
    """One call of the reader's function.

    Attributes
    ----------
    adds : str
        The difficulty that this case adds to those before it, in a few words.
    arrays : dict of str to object
        The positional arguments in their order: arrays, shapes, functions.
    options : dict of str to object
        The keyword arguments. One that a function does not take is left out where it holds its
        default; see ``Exercise.defaults``.
    may_refuse : bool
        Whether a function may raise an exception here: for arguments that not everybody takes.
    writable : bool
        Whether a function may write into its arguments, if it puts back what was there.
    """

    adds: str
    arrays: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    may_refuse: bool = False
    writable: bool = False

    def __getitem__(self, name: str) -> Any:
        """Return an argument by its name."""
        return self.arrays[name] if name in self.arrays else self.options[name]

    def __str__(self) -> str:
        """Write the configuration: shapes and options."""
        shapes = [f"{name} {_shape(value)}" for name, value in self.arrays.items()]
        return ", ".join([*shapes, *(f"{name}={value!r}" for name, value in self.options.items())])


@dataclass(frozen=True)
class Candidate:
    """A mistake, as the right answer to a different question.

    Attributes
    ----------
    cause : str or tuple of str
        Ids in :mod:`cnnlib.check.causes`; several, where several mistakes come together.
    part : str
        The returned array it concerns.
    predict : callable
        ``predict(case)`` is what a function with this mistake returns for that part, of whatever
        shape; None where the mistake says nothing (it may also raise there). In a case where the
        mistake does no harm it is the right answer.
    """

    cause: str | tuple[str, ...]
    part: str
    predict: Callable[[Case], Array | None]

    @property
    def causes(self) -> tuple[str, ...]:
        """The ids as a tuple."""
        return (self.cause,) if isinstance(self.cause, str) else self.cause

    def at(self, case: Case) -> Array | None:
        """Return the answer, or None where there is none."""
        try:
            with np.errstate(all="ignore"):
                answer = self.predict(case)
        except (ValueError, IndexError, ZeroDivisionError, FloatingPointError):
            return None
        return None if answer is None else np.asarray(answer)


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function to write, and how it is judged.

    Attributes
    ----------
    name : str
        Name of the function, which is also that of the checker and of ``cnnlib``'s own.
    signature : str
        Its arguments as the reader writes them.
    parts : tuple of str
        Names of the arrays it returns, in order. A function with one part returns the bare array.
    like : dict of str to str
        For a part, the argument that it is shaped like (told when the shape is wrong).
    cases : callable
        ``cases(seed)`` returns the cases; the seed changes the numbers, not the shapes.
    expected : callable
        ``expected(case)`` returns the right array for each part, from the forward pass alone.
    candidates : tuple of Candidate
        The mistakes. Where two fit equally well and name different causes, neither is named.
    conventions : tuple of Candidate
        Answers that count as right too; their causes are told as remarks.
    defaults : dict of str to object
        Options a function need not take as long as they hold this value.
    optional : tuple of str
        Options that are tried only where the function takes them.
    forbidden : frozenset of str
        Kinds of functions of ``cnnlib`` that give the answer away (:mod:`cnnlib.check.forbidden`).
    upstream : str
        The argument that impulses are sent through (a one-hot delta); "" for none.
    rtol : float
        Difference allowed, relative to the largest expected number of the part.
    trace : callable, optional
        ``trace(case, part)`` is the :class:`cnnlib.Trace` whose result is that part; it draws the
        first wrong cell.
    accepts : callable
        ``accepts(case, part, got)`` is the id of a convention that counts an answer as right which
        is none of the above, "" if none does.
    others : tuple of OtherCall
        Other ways to call the function, tried where it raises.
    wiring : Wiring, optional
        Which arrays meet, so that the function's own table can be read.
    """

    name: str
    signature: str
    parts: tuple[str, ...]
    like: Mapping[str, str]
    cases: Callable[[int], list[Case]]
    expected: Callable[[Case], dict[str, Array]]
    candidates: tuple[Candidate, ...]
    conventions: tuple[Candidate, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    forbidden: frozenset[str] = frozenset()
    upstream: str = ""
    rtol: float = 1e-6
    trace: Callable[[Case, str], Any] | None = None
    accepts: Callable[[Case, str, Array], str] = lambda case, part, got: ""
    others: tuple[OtherCall, ...] = ()
    wiring: Wiring | None = None

    def causes(self) -> tuple[str, ...]:
        """Ids of the mistakes that are possible here."""
        own = [cause for c in self.candidates for cause in c.causes]
        return tuple(dict.fromkeys([*own, *(other.cause for other in self.others)]))

    def traits(self) -> dict[str, Callable[[Case], bool]]:
        """Return what may set failing cases apart, in words, the plainest first."""
        usual = {"stride": 1, "padding": 0, **self.defaults}
        if "kernel_size" in self.signature:
            usual["stride"] = self.defaults.get("stride")
        found: dict[str, Callable[[Case], bool]] = {
            f"another {name} than {value}": partial(_differs, name, value)
            for name, value in usual.items()
            if value is not None
        }
        found["a stride of its own"] = lambda case: case.options.get("stride") is not None
        return {**found, **TRAITS}


@dataclass(frozen=True)
class OtherCall:
    """Another way to call a function, in which somebody's function may be right.

    Attributes
    ----------
    cause : str
        What it shows if the answers are right then.
    ask : callable
        ``ask(arguments)`` returns the arguments to pass instead.
    read : callable
        ``read(part, array)`` turns an array that comes back into the one asked for.
    """

    cause: str
    ask: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    read: Callable[[str, Array], Array] = lambda part, array: array


def _differs(name: str, value: Any, case: Case) -> bool:
    return bool(case.options.get(name, value) != value)


def _size(case: Case, name: str, axis: int) -> int:
    array = case.arrays.get(name)
    shape = getattr(array, "shape", array if isinstance(array, tuple) else ())
    return int(shape[axis]) if len(shape) > max(axis, -axis - 1) else 1


def _square(case: Case, name: str, axis: int) -> bool:
    return _size(case, name, axis) == _size(case, name, axis + 1)


def _examples(case: Case) -> int:
    return max(_size(case, name, 0) for name in ("delta", "z", "x", "input_shape"))


#: What sets cases apart, beyond their options.
TRAITS: dict[str, Callable[[Case], bool]] = {
    "stride and padding together": lambda c: _differs("stride", 1, c) and _differs("padding", 0, c),
    "a stride or a padding": lambda c: _differs("stride", 1, c) or _differs("padding", 0, c),
    "windows of another size than 2": lambda c: (
        "kernel_size" in c.arrays and set(np.ravel(c["kernel_size"])) != {2}
    ),
    "whole numbers": lambda c: c.adds.startswith("whole-number"),
    "more than one example": lambda c: _examples(c) > 1,
    "more than one channel": lambda c: (
        max(_size(c, "x", -1), _size(c, "input_shape", -1), _size(c, "w", -2)) > 1
    ),
    "more than one filter": lambda c: _size(c, "delta", -1) > 1,
    "a kernel that is not square": lambda c: (
        not _square(c, "w", 0) or not _square(c, "kernel_size", 0)
    ),
    "as many rows as columns": lambda c: _square(c, "delta", -2) or _square(c, "z", -2),
    "zeros in z": lambda c: "exactly 0" in c.adds,
    "rows or columns left over": lambda c: "left over" in c.adds or "leaves" in c.adds,
    "windows that overlap": lambda c: "overlap" in c.adds or "one step" in c.adds,
    "ties": lambda c: "ties" in c.adds,
}


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return str(value.shape) if value.dtype.kind == "f" else f"{value.shape} {value.dtype}"
    return getattr(value, "__name__", None) or str(value)
