"""The world a function finds, and puts back when the function has changed it.

Kept are the names of numpy, of Python's builtins and of ``cnnlib`` itself, as they were when the
checkers were imported: a function that replaces ``np.sum``, or the judge, is told so, and harms
neither the next case nor the next cell. A check can be fooled by code that means to; what grades
for marks runs the check in a process of its own.
"""

from __future__ import annotations

import builtins
import linecache
import math
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NoReturn

Space = ModuleType | type
Change = tuple[Space | FunctionType, str, Any]
CODE = ("__code__", "__defaults__", "__kwdefaults__")


GONE = object()


@cache
def world() -> World:
    """Return the world as it was when this was called first: at the end of the import."""
    return World()


class World:
    """What every name stood for."""

    def __init__(self) -> None:
        self.kept = [(space, _names(space)) for space in _spaces()]
        self.codes = [(f, [getattr(f, key) for key in CODE]) for f in self._functions()]

    def _functions(self) -> Iterator[FunctionType]:
        for _, names in self.kept:
            for value in names.values():
                if isinstance(value, FunctionType) and value.__module__.startswith("cnnlib"):
                    yield value

    def restore(self) -> dict[str, Change]:
        """Put every name back; return those that had changed with what they had become."""
        changes: dict[str, Change] = {}
        for space, names in self.kept:
            now = vars(space)
            for name, value in names.items():
                if now.get(name, GONE) is not value:
                    changes[f"{_title(space)}.{name}"] = (space, name, now.get(name, GONE))
                    setattr(space, name, value)
        for function, values in self.codes:
            for key, value in zip(CODE, values, strict=True):
                if getattr(function, key) is not value:
                    changes[function.__name__] = (function, key, getattr(function, key))
                    setattr(function, key, value)
        return changes

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """Work in the world as it was at first; afterwards give the session back its changes."""
        changed = self.restore()
        try:
            yield
        finally:
            self.restore()
            for space, name, value in changed.values():
                if value is GONE:
                    delattr(space, name)
                else:
                    setattr(space, name, value)


#: Modules of Python that a check itself relies on.
RELIED_ON = (builtins, time, math, linecache, traceback)


def _spaces() -> Iterator[Space]:
    yield from RELIED_ON
    for title, module in list(sys.modules.items()):
        top = title.partition(".")[0]
        if top == "numpy" and isinstance(module, ModuleType):
            yield module
        elif top == "cnnlib":
            yield module
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ == title:
                    yield value


def _names(space: Space) -> Mapping[str, Any]:
    names = {k: v for k, v in vars(space).items() if k not in _RESTLESS}
    if space.__name__.startswith("cnnlib.check"):
        return names
    return {k: v for k, v in names.items() if callable(v) or isinstance(v, float)}


#: Names that change by themselves.
_RESTLESS = {"_", "__warningregistry__", "__annotations__"}


def _title(space: Space) -> str:
    name = space.__name__
    return {"builtins": "builtins", "numpy": "np"}.get(name, name)


def _leave(*_: object) -> NoReturn:
    raise SystemExit


def _nobody_answers(*_: object) -> NoReturn:
    raise EOFError("a function that is checked cannot ask for input")


@contextmanager
def exits_blocked(names: dict[str, Any]) -> Iterator[None]:
    """Let the ways out of the session lead back into the check.

    In a notebook ``exit()`` would stop the kernel, and in a terminal it closes the input.

    Parameters
    ----------
    names : dict
        The global names of the function.
    """
    doors: list[tuple[dict[str, Any], str, Any]] = [
        (vars(builtins), "exit", _leave),
        (vars(builtins), "quit", _leave),
        (vars(builtins), "input", _nobody_answers),
        (vars(os), "_exit", _leave),
        (vars(os), "abort", _leave),
        *((names, name, _leave) for name in ("exit", "quit") if name in names),
    ]
    before = [(space, name, space.get(name)) for space, name, _ in doors]
    depth = sys.getrecursionlimit()
    for space, name, door in doors:
        space[name] = door
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        for space, name, value in before:
            if value is not None:
                space[name] = value
            else:
                space.pop(name, None)
