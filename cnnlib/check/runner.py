"""Try a function on every case of an exercise and gather what is found into a report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import cnnlib
from cnnlib.check.compare import MOST_BYTES, agree, as_array
from cnnlib.check.conventions import remarks_on
from cnnlib.check.crashes import with_causes
from cnnlib.check.diagnosis import findings
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.other_calls import by_other_calls
from cnnlib.check.report import Report
from cnnlib.check.results import CaseResult, Finding
from cnnlib.check.sandbox import Budget, Outcome, Problem, call
from cnnlib.check.sandbox.call import sealed
from cnnlib.check.sandbox.namespace_guard import World, world
from cnnlib.check.starter import is_starter
from cnnlib.check.table.told import with_wires
from cnnlib.ops._forbidden import forbid_during_check

#: Seconds that must be left for the function to be asked for its wires.
TELLING_S = 0.3


@forbid_during_check("checker")
def run(
    exercise: Exercise,
    function: Callable[..., Any],
    *,
    seed: int,
    limit_s: float,
    parts: Sequence[str] | None,
) -> Report:
    """Return the report on a function.

    Raises
    ------
    TypeError, ValueError
        If `function` cannot be called, `parts` names a part that the exercise does not have, or
        `limit_s` is no time.
    """
    if not callable(function):
        raise TypeError(
            f"my_function must be a function, got {type(function).__name__}: pass "
            f"{exercise.name} itself, without parentheses"
        )
    if not limit_s > 0:
        raise ValueError(f"limit_s must be positive, got {limit_s}: 4 suits most functions")
    it = Run(exercise, function, _parts(exercise, parts), Budget(limit_s), world())
    with it.world.as_it_was():
        marks = with_causes(exercise, tuple(it.marks(seed)))
        unwritten = all(map(_unfinished, marks)) and is_starter(function)
        found = {} if unwritten else findings(exercise, marks, it.parts, it.answer)
        found = found if unwritten else by_other_calls(exercise, marks, found, it.ask)
        found = with_wires(exercise, marks, found, it.ask_all)
    found = found or dict.fromkeys(it.parts, Finding((), 0, len(marks)))
    return Report(exercise, cnnlib.__version__, seed, marks, found, unwritten)


def _unfinished(mark: CaseResult) -> bool:
    problem = mark.outcome.problem
    return problem is not None and problem.words.startswith("NotImplementedError")


def _parts(exercise: Exercise, parts: Sequence[str] | None) -> tuple[str, ...]:
    wanted = exercise.parts if parts is None else tuple(parts)
    unknown = [part for part in wanted if part not in exercise.parts]
    if unknown or not wanted:
        raise ValueError(
            f"parts must name some of {exercise.parts}, got {tuple(wanted)}: leave it out for all"
        )
    return wanted


@dataclass(frozen=True, eq=False)
class Run:
    """A function on it."""

    exercise: Exercise
    function: Callable[..., Any]
    parts: tuple[str, ...]
    budget: Budget
    world: World

    def marks(self, seed: int) -> Iterator[CaseResult]:
        """Try every case; after a call that does not end the others are not tried."""
        final: Problem | None = None
        for case in self.exercise.cases(seed):
            outcome = Outcome(problem=final) if final else self.answer(case)
            if outcome is None or _refused(case, outcome):
                continue
            if outcome.problem and outcome.problem.final:
                final = outcome.problem
            yield self._mark(case, outcome)

    def answer(self, case: Case) -> Outcome | None:
        """Call the function; None where the case is not for it."""
        return self.ask(case, case.arrays)

    def ask(self, case: Case, arrays: Mapping[str, Any]) -> Outcome | None:
        """Call the function with these arguments and the options of a case."""
        options = self._options(case)
        if options is None:
            return None
        if isinstance(options, Problem):
            return Outcome(problem=options)
        arguments = list(arrays.values())
        if problem := self._does_not_take(arguments, options):
            return Outcome(problem=problem)
        outcome = call(
            self.function,
            arguments,
            options,
            writable=case.writable,
            unpack=self._unpack,
            kinds=self.exercise.forbidden,
            budget=self.budget,
            world=self.world,
        )
        if isinstance(outcome.value, Problem):
            return replace(outcome, value=None, problem=outcome.value)
        return outcome

    def ask_all(
        self, case: Case, many: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Array]] | None:
        """Call the function with several sets of arrays in one go; None where one gives nothing."""
        options = self._options(case)
        if options is None or isinstance(options, Problem) or self.budget.left < TELLING_S:
            return None
        outcome = call(
            _Many(self.function, many, options, self._unpack),
            (),
            {},
            unpack=lambda value: value,
            kinds=self.exercise.forbidden,
            budget=self.budget,
            world=self.world,
        )
        found = outcome.value
        whole = isinstance(found, list) and not any(isinstance(a, Problem) for a in found)
        return found if whole and all(_small(v) for a in found for v in a.values()) else None

    def _options(self, case: Case) -> Mapping[str, Any] | Problem | None:
        """Return what to pass, or what the function lacks."""
        takes = _keywords(self.function)
        if takes is None:
            # It takes anything, which does not mean that it knows what to do with it.
            rare = [name for name in case.options if name in self.exercise.optional]
            return None if rare else case.options
        lacking = {k: v for k, v in case.options.items() if k not in takes}
        needed = [k for k, v in lacking.items() if v != self.exercise.defaults.get(k)]
        if any(name in self.exercise.optional for name in needed):
            return None
        if needed:
            words = f"the function does not take {' and '.join(needed)}: {self.exercise.signature}"
            return Problem(words, cause="wrong-signature")
        return {k: v for k, v in case.options.items() if k not in lacking}

    def _does_not_take(self, arguments: list[Any], options: Mapping[str, Any]) -> Problem | None:
        try:
            inspect.signature(self.function).bind(*arguments, **options)
        except TypeError as error:
            words = f"the function cannot be called as {self.exercise.signature}: {error}"
            return Problem(words, cause="wrong-signature", final=True)
        except ValueError:  # some compiled functions hide their signature
            return None
        return None

    def _unpack(self, value: Any) -> dict[str, Array | None] | Problem:
        """Take the returned value apart into plain arrays."""
        names = ", ".join(self.exercise.parts)
        if value is None:
            return Problem("the function returned None", cause="returns-nothing")
        if any(_tracked(v) for v in (value if isinstance(value, tuple | list) else [value])):
            return Problem("a tensor that requires grad came back", cause="tensor-with-grad")
        if len(self.exercise.parts) == 1:
            array = None if isinstance(value, tuple) else as_array(value)
            if array is None:
                words = f"expected the array {names}, got {type(value).__name__}"
                return Problem(words, cause="wrong-tuple")
            return {self.exercise.parts[0]: array}
        if not isinstance(value, tuple | list) or len(value) != len(self.exercise.parts):
            count = f" of {len(value)}" if isinstance(value, tuple | list) else ""
            words = f"expected the tuple ({names}), got {type(value).__name__}{count}"
            return Problem(words, cause="wrong-tuple")
        return {p: as_array(v) for p, v in zip(self.exercise.parts, value, strict=True)}

    def _mark(self, case: Case, outcome: Outcome) -> CaseResult:
        expected = self.exercise.expected(case)
        expected = {part: np.asarray(expected[part]) for part in self.parts}
        if outcome.problem:
            return CaseResult(case, expected, {}, outcome)
        got = {part: outcome.value.get(part) for part in self.parts}
        rtol = self.exercise.rtol
        right = {p for p, a in got.items() if a is not None and agree(a, expected[p], rtol)}
        remarks = remarks_on(self.exercise, case, {p: a for p, a in got.items() if p not in right})
        return CaseResult(
            case, expected, got, outcome, frozenset(right | {*remarks}), tuple(remarks.values())
        )


def _small(array: Array | None) -> bool:
    """Whether an array came back that can be looked at."""
    return array is not None and array.nbytes <= MOST_BYTES


class _Many:
    """Calls a function with one set of arrays after another."""

    def __init__(
        self,
        function: Callable[..., Any],
        many: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
        unpack: Callable[[Any], Any],
    ) -> None:
        self.many, self.options, self.unpack = many, options, unpack
        self.function = function
        self.__globals__ = getattr(function, "__globals__", {})

    def __call__(self) -> list[Any]:
        """Return all answers, each copied before the next call."""
        return [
            self.unpack(self.function(*map(sealed, arrays.values()), **self.options))
            for arrays in self.many
        ]


@contextmanager
def asking(
    exercise: Exercise, function: Callable[..., Any], limit_s: float
) -> Iterator[Callable[..., Any]]:
    """Lend a way to ask a function that is not judged."""
    it = Run(exercise, function, exercise.parts, Budget(limit_s), world())
    with it.world.as_it_was():
        yield it.ask_all


def _tracked(value: Any) -> bool:
    """Whether a value is a tensor that its library will not turn into an array."""
    return type(value).__module__.startswith("torch") and bool(getattr(value, "requires_grad", 0))


def _refused(case: Case, outcome: Outcome) -> bool:
    """Whether a function that knows whole numbers only was given a pair, and said so."""
    problem = outcome.problem
    errors = ("TypeError", "ValueError", "IndexError")
    return case.may_refuse and problem is not None and problem.words.startswith(errors)


def _keywords(function: Callable[..., Any]) -> set[str] | None:
    """Names of the options a function takes; None where it takes any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
