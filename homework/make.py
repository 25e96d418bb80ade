"""Write the homework of the book as Otter-Grader assignments, from the chapters themselves.

python -m homework.make --seed 4711 --out _build/homework
"""

from __future__ import annotations

import argparse
import secrets
import shutil
from pathlib import Path

from homework.autograder import write_autograder
from homework.chapter import ROOT, Chapter, chapters
from homework.package import build_wheel
from homework.student import write_notebook

OUT = ROOT / "_build" / "homework"


def make(chapter: Chapter, wheel: Path, options: argparse.Namespace) -> Path:
    """Write the folder of one assignment: what students get, and the grader's archive."""
    folder = Path(options.out) / chapter.name
    shutil.rmtree(folder, ignore_errors=True)
    student = folder / "student"
    student.mkdir(parents=True)
    shutil.copy(wheel, student)
    write_notebook(chapter, student, install=options.install or wheel.name, book=options.book)
    write_autograder(chapter, folder, wheel, seed=options.seed, per_student=options.per_student)
    return folder


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="homework chapters; all of them without names")
    parser.add_argument("--out", default=OUT, type=Path, help="folder to write to")
    parser.add_argument("--seed", type=int, help="of the hidden numbers; drawn by lot without it")
    parser.add_argument(
        "--per-student", action="store_true", help="hidden numbers for each student"
    )
    parser.add_argument(
        "--install", default="", help="what students pip install instead of the wheel"
    )
    parser.add_argument("--book", default="", help="address of the built book's folder chapters/")
    options = parser.parse_args(words)
    if options.seed is None:
        options.seed = secrets.randbelow(2**31)
    return options


def main(words: list[str] | None = None) -> None:
    """Write every assignment that is asked for."""
    options = arguments(words)
    options.out.mkdir(parents=True, exist_ok=True)
    wheel = build_wheel(options.out)
    for chapter in chapters(options.names):
        print(f"{make(chapter, wheel, options)}: {len(chapter.items)} exercises")
    wheel.unlink()
    print(f"The same hidden numbers again: SEED={options.seed}")


if __name__ == "__main__":
    main()
