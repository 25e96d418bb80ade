"""The judge: asks the student's process for answers and writes down what cnnlib.check says.

python judge.py submission.ipynb < plan_and_seeds.json > verdicts.json

What is asked and the seeds come through the pipe: a command line, and what the environment holds,
can be read by every process of the same user.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import inspect
import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import wire
import worker

PR_SET_DUMPABLE = 4
#: How often the judge looks, and how busy a machine may be.
SLICE_S, BUSY = 0.1, 10


class TooLongError(Exception):
    """The student's code did not answer in time, and was stopped."""


class Student:
    """The submission in its own process; started afresh, without the culprit, when it dies."""

    def __init__(self, cells: list[str], limit_s: float) -> None:
        self.cells, self.limit_s = cells, limit_s
        self.bad: set[int] = set()
        self.lost: dict[str, str] = {}
        self.folder = tempfile.mkdtemp(prefix="homework-")
        self.process: Any = None

    def start(self) -> None:
        """Run the cells in order; one that never ends, or ends the process, is left out."""
        while self.process is None:
            context = multiprocessing.get_context("spawn")
            self.pipe, theirs = context.Pipe()
            self.process = context.Process(target=worker.serve, args=(theirs, self.folder))
            self.process.start()
            theirs.close()
            for number, cell in enumerate(self.cells):
                if number not in self.bad and self._dies({"cell": cell}):
                    self.bad.add(number)
                    break

    def _dies(self, request: dict[str, Any]) -> bool:
        try:
            self.ask(request, self.limit_s)
        except TooLongError:
            return True
        return False

    def ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        """Send a request and wait for the answer; kill the process if there is none."""
        try:
            self.pipe.send_bytes(wire.pack(request))
            if self._answers(limit_s):
                answer = wire.unpack(self.pipe.recv_bytes(wire.LARGEST))
                return answer if isinstance(answer, dict) else {}
            why = f"still running after {limit_s:g} s"
        except (EOFError, OSError):
            why = "it ended the process it ran in"
        except Exception as error:
            why = f"its answer cannot be read ({error})"
        self.stop()
        raise TooLongError(why)

    def _answers(self, limit_s: float) -> bool:
        """Wait for an answer while the process has processor time left; a busy machine costs none.

        A process that only waits is given up when ten times that has gone by on the wall.
        """
        began, before = monotonic(), self._computed()
        while not self.pipe.poll(SLICE_S):
            waited = monotonic() - began
            spent = self._computed() - before if before >= 0 else waited
            if spent > limit_s or waited > BUSY * limit_s:
                return False
            if spent < 0.01 * waited and waited > 2 * limit_s:
                return False
        return True

    def _computed(self) -> float:
        """Return the processor time of the process so far; -1 where the system does not tell."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
            ticks = sum(map(int, stat.rpartition(")")[2].split()[11:13]))
            return ticks / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError, AttributeError):
            return -1.0

    def stop(self) -> None:
        """End the process and what it has started."""
        if self.process is not None:
            if hasattr(os, "killpg"):
                try:
                    os.killpg(self.process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.kill()
            self.process.join()
            self.process = None

    def value(self, name: str) -> Any:
        """Return a variable of the submission, None where there is none."""
        self.start()
        try:
            return self.ask({"name": name}, self.limit_s).get("value")
        except TooLongError:
            return None

    def function(self, name: str, limit_s: float) -> Remote:
        """Return a function of the submission: called here, run there."""
        return Remote(self, name, limit_s)

    def signature(self, name: str) -> inspect.Signature:
        """Return the signature of a function of the submission: the checker asks for it."""
        try:
            self.start()
            listed = self.ask({"signature": name}, self.limit_s).get("value") or []
            return inspect.Signature([_parameter(*entry) for entry in listed])
        except (TooLongError, TypeError, ValueError):
            return inspect.signature(lambda *args, **keywords: None)


class Remote:
    """A function of the submission. Called here, it runs in the student's process."""

    def __init__(self, student: Student, name: str, limit_s: float) -> None:
        self.student, self.__name__, self.limit_s = student, name, limit_s
        self.__signature__ = student.signature(name)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Return the answer, or raise what the student's code has raised."""
        lost = self.student.lost
        if self.__name__ not in lost:
            try:
                self.student.start()
                request = {"call": self.__name__, "args": args, "keywords": keywords}
                answer = self.student.ask(request, self.limit_s)
            except TooLongError as error:
                lost[self.__name__] = str(error)
            else:
                if "error" in answer:
                    raise _raised(answer)
                return answer.get("value")
        raise TimeoutError(lost[self.__name__])


def _parameter(name: str, kind: int, optional: bool) -> inspect.Parameter:
    default = None if optional else inspect.Parameter.empty
    return inspect.Parameter(name, inspect._ParameterKind(kind), default=default)


def _raised(answer: dict[str, Any]) -> Exception:
    """Make an exception of the kind that the student's code raised, with the student's line."""
    kind = getattr(builtins, str(answer["error"]), None)
    words = f"{answer.get('words', '')}"
    words += f" ({answer['line']})" if answer.get("line") else ""
    if isinstance(kind, type) and issubclass(kind, Exception) and kind is not UnicodeDecodeError:
        try:
            return kind(words)
        except TypeError:
            pass
    return RuntimeError(f"{answer['error']}: {words}")


def code_cells(notebook: Path) -> list[str]:
    """Return the code of a submission, without the cells that only check."""
    if notebook.suffix == ".py":
        return [notebook.read_text(encoding="utf-8")]
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    code = [cell for cell in cells if cell.get("cell_type") == "code"]
    kept = [cell for cell in code if "check" not in cell.get("metadata", {}).get("tags", [])]
    return ["".join(cell["source"]) for cell in kept]


def judge(submission: Path, plan: dict[str, Any], seeds: dict[str, int]) -> dict[str, Any]:
    """Return for every test what was found: {test: {numbers: {"passed": …, "words": …}}}."""
    student = Student(code_cells(submission), plan["cell_limit_s"])
    found: dict[str, Any] = {}
    try:
        for item in plan["items"]:
            for numbers, seed in seeds.items():
                for test, verdict in KINDS[item["kind"]](student, item, seed).items():
                    found.setdefault(test, {})[numbers] = verdict
    finally:
        student.stop()
    return found


def _check(student: Student, item: dict[str, Any], seed: int) -> dict[str, Any]:
    """Let cnnlib.check judge what an exercise asks for; one test for each part."""
    from cnnlib import check

    limit = item["limit_s"]
    functions = [student.function(name, limit) for name in item["functions"]]
    # The student's process is stopped first; the checker's own clock would only leave it running.
    report = getattr(check, item["exercise"])(*functions, seed=seed, limit_s=2 * BUSY * limit)
    return _by_part(item, report)


def _by_part(item: dict[str, Any], report: Any) -> dict[str, Any]:
    score, words = report.score, str(report)
    return {
        f"{item['name']} {part}": {"passed": score[part][0] == score[part][1], "words": words}
        for part in item["parts"]
    }


def _verdict(student: Student, item: dict[str, Any], seed: int) -> dict[str, Any]:
    """Compare the cause that a student names with the evidence."""
    from cnnlib import check

    here: dict[str, Any] = {}
    exec(item["code"], here)
    cause = student.value(item["cause"])
    if cause not in check.causes():
        return {item["name"]: {"passed": False, "words": f"{cause!r} is the name of no mistake"}}
    verdict = check.verdict(item["exercise"], here[item["wrong"]], cause, seed=seed)
    return {item["name"]: {"passed": bool(verdict), "words": str(verdict)}}


KINDS: dict[str, Callable[[Student, dict[str, Any], int], dict[str, Any]]] = {
    "check": _check,
    "verdict": _verdict,
}


def main() -> None:
    """Judge one submission and print the verdicts as JSON."""
    asked = json.load(sys.stdin)
    sys.stdin.close()
    close_the_blinds()
    json.dump(judge(Path(sys.argv[1]), asked["plan"], asked["seeds"]), sys.stdout)


def close_the_blinds() -> None:
    """Let no other process of this user read this one's memory, where the system can."""
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    main()
