"""The student's process: runs the cells of the submission and answers calls with arrays."""

from __future__ import annotations

import contextlib
import ctypes  # noqa: F401  (loaded before the doors are locked)
import importlib
import importlib.abc
import inspect
import os
import re
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import numpy as np
import wire
from doors import lock_the_doors

MEMORY = 4 * 1024**3
OTHERS = {"autograd", "jax", "keras", "tensorflow", "tinygrad", "torch"}
ALL_OF_IT = ("cnnlib", "cnnlib.check", "cnnlib.nn", "cnnlib.data", "cnnlib.plots", "cnnlib.widgets")
INSTALL = re.compile(r"^(\s*)[!%]+\s*(pip|conda|mamba|uv)\b.*$", re.MULTILINE)


def serve(pipe: Connection, folder: str) -> None:
    """Answer until the judge hangs up. Nothing that is printed here goes anywhere."""
    _alone(folder)
    put_answers_away()
    shell = _shell()
    lock_the_doors()
    with contextlib.suppress(EOFError, OSError):
        while True:
            request = wire.unpack(pipe.recv_bytes())
            try:
                answer = {"value": _do(shell, request)}
            except BaseException as error:
                answer = {"error": type(error).__name__, "words": str(error), "line": _line(error)}
            pipe.send_bytes(wire.pack(answer))


def _do(shell: Any, request: dict[str, Any]) -> Any:
    if "cell" in request:
        done = shell.run_cell(INSTALL.sub(r"\1pass", request["cell"]), store_history=False)
        done.raise_error()
        return None
    if "name" in request:
        return shell.user_ns.get(request["name"])
    if "signature" in request:
        return _parameters(shell.user_ns.get(request["signature"]))
    function = shell.user_ns.get(request["call"])
    if not callable(function):
        raise NotImplementedError(f"{request['call']} is not defined")
    for array in (*request["args"], *request["keywords"].values()):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return function(*request["args"], **request["keywords"])


def _parameters(function: Any) -> list[list[Any]]:
    """List what a function takes: name, kind, and whether it may be left out."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [[p.name, int(p.kind), p.default is not p.empty] for p in found]


def put_answers_away() -> None:
    """Make cnnlib's own backward passes refuse, also for those who hold them by another name."""
    for name in ALL_OF_IT:  # what is not imported by now cannot be read any more
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from cnnlib.ops._forbidden import FORBIDDEN

    def use_your_own(*args: Any, **keywords: Any) -> NoReturn:
        raise RuntimeError("this is cnnlib's answer; use your own")

    for answer in FORBIDDEN.values():
        if answer.kind == "gradient":
            answer.function = use_your_own
            answer.guarded.__dict__["__wrapped__"] = use_your_own
    sys.meta_path.insert(0, _NoOtherEngine())


class _NoOtherEngine(importlib.abc.MetaPathFinder):
    """Refuse the libraries that differentiate by themselves."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] in OTHERS:
            raise ImportError(f"{name} is no part of this homework")


def _alone(folder: str) -> None:
    """Leave the judge's group, terminal and folder, and stay within some memory."""
    if hasattr(os, "setsid"):
        os.setsid()
    os.chdir(folder)
    os.environ["MPLBACKEND"] = "Agg"
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    quiet = Config()
    quiet.HistoryManager.enabled = False
    return InteractiveShell.instance(config=quiet)


def _line(error: BaseException) -> str:
    """Return the student's own line in which it happened, as far as there is one."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "ipython-input" in frame.filename]
    return f"{own[-1].name}, line {own[-1].lineno}: {own[-1].line}" if own else ""
