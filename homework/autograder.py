"""The grader's archive, in Gradescope's layout, through Otter's own generator.

A test is one part of one function. Its public case uses the numbers that the notebook uses, its
hidden case uses others; the plugin has judged both before a test runs (see ``grader/``).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from homework.chapter import Chapter

GRADER = Path(__file__).resolve().parent / "grader"
PLUGIN = "files.grader.plugin.Grader"
# What a submission may import while it is graded. cnnlib comes as a wheel, in the archive.
PACKAGES = ["numpy>=2.0", "matplotlib>=3.8", "ipython", "tqdm"]
CELL_LIMIT_S, SUBMISSION_LIMIT_S = 5, 900
POINTS = {"public": 1, "hidden": 2}
SETUP = """
# The grading container starts with an empty file of metadata, which Otter cannot read for plugins.
[ -s /autograder/submission_metadata.json ] || echo '{}' > /autograder/submission_metadata.json
"""

TEST = '''"""One part of one function; the verdicts come from the judge."""

from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = None


def verdict(verdicts, numbers):
    found = (verdicts or {{}}).get(name, {{}}).get(numbers)
    if found is None:
        raise AssertionError((verdicts or {{}}).get("error", "this was not reached"))
    assert found["passed"], found["words"]
'''
CASE = """

@test_case(name="{name}, {numbers} numbers", points={points}, hidden={hidden})
def test_{numbers}(verdicts):
    verdict(verdicts, {numbers!r})
"""


def write_autograder(
    chapter: Chapter, folder: Path, wheel: Path, *, seed: int, per_student: bool
) -> Path:
    """Write ``autograder.zip`` and, beside it, the folder ``files`` that a local run needs."""
    from otter.generate import main as generate

    files, work = folder / "files", folder / "work"
    shutil.copytree(GRADER, files / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(wheel, files)
    (files / "grader" / "plan.json").write_text(json.dumps(plan(chapter), indent=1))
    (work / "tests").mkdir(parents=True)
    for number, (name, cases) in enumerate(tests(chapter).items()):
        path = work / "tests" / f"{number:02}_{name.replace(' ', '_')}.py"
        path.write_text(TEST.format(name=name) + "".join(cases))
    (work / "config.json").write_text(json.dumps(config(chapter, seed, per_student)))
    (work / "requirements.txt").write_text("\n".join(PACKAGES) + "\n")
    archive = folder / "autograder.zip"
    with contextlib.chdir(files), _importable(folder):
        generate(
            tests_dir=str(work / "tests"),
            output_path=str(archive),
            config=str(work / "config.json"),
            requirements=str(work / "requirements.txt"),
            no_environment=True,
            files=["grader", wheel.name],
        )
    _give_plugins_metadata(archive)
    shutil.rmtree(work)
    return archive


def plan(chapter: Chapter) -> dict[str, Any]:
    """Return what the judge needs to know about the assignment."""
    return {"assignment": chapter.name, "cell_limit_s": CELL_LIMIT_S, "items": chapter.items}


def config(chapter: Chapter, seed: int, per_student: bool) -> dict[str, Any]:
    """Return Otter's configuration; the name lets it refuse a notebook of another assignment."""
    options = {"seed": seed, "per_student": per_student, "limit_s": SUBMISSION_LIMIT_S}
    return {
        "lang": "python",
        "assignment_name": chapter.name,
        "show_stdout": True,
        "plugins": [{PLUGIN: options}],
    }


def tests(chapter: Chapter) -> dict[str, list[str]]:
    """Return the cases of every test: a part of a function, or a verdict."""
    found: dict[str, list[str]] = {}
    for item in chapter.items:
        for name in names(item):
            cases = [
                CASE.format(name=name, numbers=numbers, points=points, hidden=numbers == "hidden")
                for numbers, points in POINTS.items()
            ]
            found[name] = cases
    return found


def names(item: dict[str, Any]) -> list[str]:
    """Return the tests of one judged exercise."""
    if "parts" not in item:
        return [item["name"]]
    return [f"{item['name']} {part}" for part in item["parts"]]


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let Otter find the plugin while it generates."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = before


def _give_plugins_metadata(archive: Path) -> None:
    """Let plugins run in a container of ``otter grade`` too.

    Otter 7.0.0 reads ``submission_metadata.json`` for plugins, and its own container has an empty
    one, which is no JSON. Gradescope puts its own file in that place.
    """
    with zipfile.ZipFile(archive) as zipped:
        content = {name: zipped.read(name) for name in zipped.namelist()}
    content["setup.sh"] += SETUP.encode()
    new = archive.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in content.items():
            zipped.writestr(name, data)
    new.replace(archive)
