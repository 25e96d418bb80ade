"""Otter itself grades submissions of every kind, in archives as make homework writes them.

Nothing is stood in for: the archive's own wheel of cnnlib, Otter's own run, a kernel, a process for
the student's code. Only the containers around all that are missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from cnnlib.check.exercises.dense_backward import EXERCISE
from homework.grade import Scores, grade
from homework.grader.plugin import Grader
from tests.homework.kit import CORRECT, SEED, hand_in, solution

PUBLIC, FULL = 1, 3
RELU = "\n\ndef relu_backward(da, z):\n    return da * (z > 0)\n"


def by_heart() -> str:
    """A function that knows the right answers to the public numbers, and nothing else."""
    cases = EXERCISE.cases(0)
    table = {
        case["delta"].tobytes().hex(): [EXERCISE.expected(case)[p].tolist() for p in EXERCISE.parts]
        for case in cases
    }
    return f"""
known = {table!r}
def dense_backward(delta, x, w):
    nothing = x * 0.0, w * 0.0, delta[0] * 0
    return [np.array(a) for a in known.get(delta.tobytes().hex(), nothing)]
"""


#: What a student hands in for dense_backward; relu_backward is right in all of them.
ATTEMPTS = {
    "nothing": "",
    "bias averaged": """
def dense_backward(delta, x, w):
    return delta @ w.T, x.T @ delta, delta.mean(axis=0)
""",
    "overwrites the checker": """
from cnnlib.check import Report, checker, report, runner
for space in (check, checker, report, runner):
    space.run = space.dense_backward = lambda *args, **keywords: True
Report.__bool__ = lambda self: True
Report.score = {part: (1, 1) for part in ("shapes", "dx", "dw", "db")}
np.allclose = lambda *args, **keywords: True
def dense_backward(delta, x, w):
    return x, w, delta[0]
""",
    "imports the answer": "from cnnlib import dense_backward",
    "imports it by another way": """
from cnnlib.ops.dense import dense_backward as kept
def dense_backward(delta, x, w):
    return kept(delta, x, w)
""",
    "loads a fresh copy": """
import importlib.util, cnnlib.ops.dense as dense
def dense_backward(delta, x, w):
    spec = importlib.util.spec_from_file_location("fresh", dense.__file__)
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return fresh.dense_backward.__wrapped__(delta, x, w)
""",
    "goes in by a side door": """
import contextvars
from cnnlib.ops import _forbidden
def dense_backward(delta, x, w):
    kept = _forbidden.FORBIDDEN["cnnlib.ops.dense.dense_backward"].function
    return contextvars.Context().run(kept, delta, x, w)
""",
    "looks for the seed": """
import os, pathlib, re, subprocess
def dense_backward(delta, x, w):
    found = ""
    for folder in ("/proc", "ARCHIVE"):
        for path in list(pathlib.Path(folder).glob("*/cmdline")) + list(
            pathlib.Path(folder).glob("**/*.json")
        ):
            try:
                found += path.read_bytes().decode(errors="replace")
            except OSError:
                pass
    for ask in (lambda: subprocess.run(["ps", "ax"], capture_output=True), os.fork):
        try:
            found += str(ask())
        except OSError:
            pass
    if "SEED" in found or "cell_limit_s" in found or '"hidden"' in found:
        return delta @ w.T, x.T @ delta, delta.sum(axis=0)
    return x, w, delta
""".replace("SEED", str(SEED)),
    "lets a trace answer": """
from cnnlib import trace_dense
def dense_backward(delta, x, w):
    trace = trace_dense(x, w, np.zeros(w.shape[1]))
    return [trace.backward(delta, name).replay() for name in ("x", "w", "b")]
""",
    "reads the frames": """
import gc, sys
def dense_backward(delta, x, w):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and {"dx", "dw", "db"} <= set(value):
                return value["dx"], value["dw"], value["db"]
        frame = frame.f_back
    for value in gc.get_objects():
        if isinstance(value, dict) and {"dx", "dw", "db"} <= set(map(str, value)):
            return value["dx"], value["dw"], value["db"]
""",
    "rewrites the tests": """
import contextlib, os, pathlib
with contextlib.suppress(OSError, StopIteration):
    words = open(f"/proc/{os.getppid()}/cmdline").read().split(chr(0))
    notebook = next(pathlib.Path(word) for word in words if word.endswith(".ipynb"))
    for path in notebook.parent.glob("tests/*.py"):
        path.write_text(path.read_text().replace("assert found", "found"))
def dense_backward(delta, x, w):
    return x, w, delta
""",
    "crashes": """
def dense_backward(delta, x, w):
    return delta @ w.T, x.T @ delta, delta[99]
""",
    "ends the process": """
import os
def dense_backward(delta, x, w):
    os._exit(0)
""",
    "never ends": """
def dense_backward(delta, x, w):
    while True:
        pass
""",
    "leaves the program": """
def dense_backward(delta, x, w):
    raise SystemExit
""",
    "asks for too much memory": """
def dense_backward(delta, x, w):
    return np.ones((10**6, 10**6)), w, delta.sum(axis=0)
""",
    "prints and prints": """
def dense_backward(delta, x, w):
    for _ in range(1000):
        print("x" * 10_000)
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)
""",
    "lets a framework answer": """
def dense_backward(delta, x, w):
    import torch
    z = torch.tensor(x, requires_grad=True) @ torch.tensor(w)
    return x, w, delta
""",
    "writes into its inputs": """
def dense_backward(delta, x, w):
    x *= 1
    return delta @ w.T, x.T @ delta, delta.sum(axis=0)
""",
}
PARTS = ("shapes", "dx", "dw", "db")
#: The parts for which an attempt is paid in full; none where nothing is said.
RIGHT = {
    "bias averaged": {"shapes", "dx", "dw"},
    "learned by heart": {"shapes"},
    "overwrites the checker": {"shapes"},
    "prints and prints": set(PARTS),
}


#: Graded by Otter. What the others try is met by the same judge, which is asked directly.
BY_OTTER = (
    "bias averaged",
    "learned by heart",
    "overwrites the checker",
    "imports the answer",
    "rewrites the tests",
    "crashes",
    "never ends",
)
BY_JUDGE = [kind for kind in ATTEMPTS if kind not in BY_OTTER]


def submission(kit: Path, name: str, code: str, folder: Path) -> Path:
    """Fill in a notebook and hand it in."""
    notebook = kit / name / "student" / f"{name}.ipynb"
    return hand_in(notebook, code, folder / "submission.ipynb")


def attempt(kit: Path, kind: str, folder: Path) -> Path:
    """Hand in an attempt at dense_backward, and relu_backward as it should be."""
    code = by_heart() if kind == "learned by heart" else ATTEMPTS[kind]
    code = code.replace("ARCHIVE", str(kit / "homework_dense"))
    return submission(kit, "homework_dense", code + RELU, folder / kind)


def judged(path: Path, assignment: Path) -> Scores:
    """Return the points that Otter would give for what the judge says."""
    options = {"seed": SEED, "limit_s": 300}
    found = Grader(str(path), {}, options, files=assignment / "files").verdicts()
    points = {"public": PUBLIC, "hidden": FULL - PUBLIC}
    return {
        test: sum(points[numbers] for numbers, verdict in case.items() if verdict["passed"])
        for test, case in found.items()
    }


@pytest.fixture(scope="module")
def by_otter(kit: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scores]:
    """The points of submissions which Otter has graded, all in one go."""
    folder, assignment = tmp_path_factory.mktemp("by_otter"), kit / "homework_dense"
    paths = [attempt(kit, kind, folder) for kind in BY_OTTER]
    paths.append(submission(kit, "homework_softmax", solution("softmax"), folder / "another"))
    kinds = [path.parent.name for path in paths]
    return dict(zip(kinds, grade(paths, assignment, jobs=2), strict=True))


def assert_paid(kind: str, scores: Scores) -> None:
    asked = {part: scores.pop(f"dense_backward {part}") for part in PARTS}
    other = PUBLIC if kind == "learned by heart" else 0
    paid = RIGHT.get(kind, set())
    assert asked == {part: FULL if part in paid else other for part in PARTS}
    assert list(scores.values()) == [FULL, FULL], "relu_backward is judged as ever"


@pytest.mark.parametrize("kind", BY_OTTER)
def test_otter_pays_an_attempt_for_what_is_right(kind: str, by_otter: dict[str, Scores]) -> None:
    assert_paid(kind, by_otter[kind])


@pytest.mark.parametrize("kind", BY_JUDGE)
def test_the_judge_sees_through_an_attempt(kind: str, kit: Path, tmp_path: Path) -> None:
    assert_paid(kind, judged(attempt(kit, kind, tmp_path), kit / "homework_dense"))


def test_the_command_of_the_instructors_page_gives_full_marks_to_a_correct_submission(
    kit: Path, tmp_path: Path
) -> None:
    path = submission(kit, "homework_dense", solution("dense"), tmp_path)
    words = ["otter", "run", "-a", "autograder.zip", "--no-logo", "-o", str(tmp_path), str(path)]
    command = [sys.executable, "-m", *words]
    subprocess.run(command, cwd=kit / "homework_dense", check=True, capture_output=True)
    summary, *tests = json.loads((tmp_path / "results.json").read_text())["tests"]
    assert (summary["visibility"], summary["status"]) == ("visible", "passed")
    assert len(tests) == 6
    assert {(t["score"], t["max_score"], t["visibility"]) for t in tests} == {(3, 3, "hidden")}


def test_a_notebook_of_another_assignment_is_refused(by_otter: dict[str, Scores]) -> None:
    assert by_otter["another"] == {}


def test_a_cell_that_never_ends_is_left_out(kit: Path, tmp_path: Path) -> None:
    assignment = tmp_path / "assignment"
    shutil.copytree(kit / "homework_dense", assignment)
    plan = assignment / "files" / "grader" / "plan.json"
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "cell_limit_s": 4}))
    path = submission(kit, "homework_dense", solution("dense"), tmp_path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("while True: pass"))
    nbformat.write(notebook, path)
    assert set(judged(path, assignment).values()) == {FULL}


@pytest.mark.parametrize("name", [name for name in CORRECT if name != "homework_dense"])
def test_a_correct_submission_passes_everything(name: str, kit: Path, tmp_path: Path) -> None:
    path = submission(kit, name, solution(CORRECT[name][-1]), tmp_path)
    scores = judged(path, kit / name)
    with zipfile.ZipFile(kit / name / "autograder.zip") as archive:
        tests = [file for file in archive.namelist() if file.startswith("tests/")]
    assert len(scores) == len(tests)
    assert set(scores.values()) == {FULL}
