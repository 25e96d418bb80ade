"""Grade a folder of submissions on this machine, without containers, through Otter itself.

    python -m homework.grade _build/homework/homework_dense submissions --out grades.csv

A submission runs with your rights here. For a class of strangers use containers.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Scores = dict[str, float]


def grade(submissions: list[Path], assignment: Path, jobs: int) -> list[Scores]:
    """Return the points of every test, for every submission in its order."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        pairs = zip(submissions, [assignment] * len(submissions), strict=True)
        return list(pool.map(_grade_one, pairs, chunksize=1))


def _grade_one(pair: tuple[Path, Path]) -> Scores:
    """Run Otter on one submission; a notebook that cannot be graded has no points."""
    submission, assignment = pair
    if str(assignment) not in sys.path:
        sys.path.insert(0, str(assignment))  # where Otter finds the plugin, under ``files``
    from otter.run import main as otter_run

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            archive = str(assignment / "autograder.zip")
            results = otter_run(str(submission), autograder=archive, output_dir="", no_logo=True)
    except Exception as error:
        print(f"{submission.name}: {error}", file=sys.stderr)
        return {}
    return {name: float(test.score) for name, test in results.results.items()}


def write(grades: dict[str, Scores], out: Any) -> None:
    """Write a table, one line for each submission, the total last."""
    tests = sorted({test for scores in grades.values() for test in scores})
    table = csv.writer(out)
    table.writerow(["submission", *tests, "total"])
    for name, scores in grades.items():
        table.writerow([name, *(scores.get(test, 0) for test in tests), sum(scores.values())])


def main() -> None:
    """Read the command line, grade, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment", type=Path, help="a folder that make homework has written")
    parser.add_argument("submissions", type=Path, help="folder of .ipynb files")
    parser.add_argument("--out", type=Path, default=Path("grades.csv"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    notebooks = sorted(options.submissions.resolve().glob("*.ipynb"))
    found = grade(notebooks, options.assignment.resolve(), options.jobs)
    grades = {path.stem: scores for path, scores in zip(notebooks, found, strict=True)}
    with options.out.open("w", newline="", encoding="utf-8") as out:
        write(grades, out)
    print(f"{len(grades)} submissions graded: {options.out}")


if __name__ == "__main__":
    main()
