"""Plant a stratified sample of faults, one at a time, and count how many a test notices.

    python -m tests.mutation.run --sample 400 --jobs 2

A fault that no test of its own floor notices gets a second chance with everything that needs no
browser, book or PyTorch. What survives stands in the report with its place; a survivor that cannot
be told from the original is listed in ``survivors.toml`` with the reason, and does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from queue import Queue

from tests.mutation.mutators import Mutant, mutants

ROOT = Path(__file__).parents[2]
#: Part of the package: the tests that should notice a fault there, nearest first.
FLOORS = {
    "cnnlib/ops": ["tests/ops", "cnnlib/ops"],
    "cnnlib/trace": ["tests/trace", "cnnlib/trace"],
    "cnnlib/gradcheck.py": ["tests/test_gradcheck.py", "cnnlib/gradcheck.py"],
    "cnnlib/nn": ["tests/nn", "cnnlib/nn"],
    "cnnlib/check": ["tests/check", "cnnlib/check"],
}
ALL = ["tests", "cnnlib"]
LEAST_LIMIT_S, SLOWER = 60, 4


def accepted() -> dict[str, str]:
    """Return the faults that change nothing that can be seen, with the reasons."""
    path = Path(__file__).with_name("survivors.toml")
    return tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", {})


def sample(size: int, seed: int, only: list[str]) -> list[Mutant]:
    """Draw faults from every floor in proportion to the square root of its possible faults."""
    rng, drawn = random.Random(seed), []
    known = accepted()
    floors = {floor: _possible(floor, known) for floor in FLOORS if not only or floor in only}
    weights = {floor: len(found) ** 0.5 for floor, found in floors.items()}
    for floor, found in floors.items():
        share = round(size * weights[floor] / sum(weights.values()))
        drawn += rng.sample(found, min(share, len(found)))
    rng.shuffle(drawn)
    return drawn


def _possible(floor: str, known: dict[str, str]) -> list[Mutant]:
    return [m for m in possible(floor) if m.key not in known]


@cache
def possible(floor: str) -> list[Mutant]:
    """Return every fault that can be planted in a part of the package."""
    path = ROOT / floor
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [m for file in files for m in mutants(ROOT, file)]


class Workshop:
    """Copies of the project in which faults are planted, as many as there are jobs."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.places: Queue[Path] = Queue()
        names = subprocess.run(
            ["git", "ls-files", "-z", "cnnlib", "tests", "homework", "pyproject.toml", "chapters"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        for job in range(jobs):
            place = folder / f"copy{job}"
            for name in filter(None, names.split("\0")):
                if (ROOT / name).is_file():
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / name, place / name)
            self.places.put(place)

    def killed_by(self, mutant: Mutant) -> str | None:
        """Return the test that noticed the fault, or None."""
        place = self.places.get()
        target = place / mutant.path
        original = target.read_bytes()
        try:
            target.write_bytes(mutant.applied(original))
            floor = next(f for f in FLOORS if mutant.path.startswith(f))
            return _failure(place, FLOORS[floor]) or _failure(place, ALL)
        finally:
            target.write_bytes(original)
            self.places.put(place)


def _failure(place: Path, tests: list[str]) -> str | None:
    """Run tests until the first failure and return its name."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    command += ["-m", "not browser and not torch and not slow", "--ignore=tests/mutation", *tests]
    environment = os.environ | {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("CI", None)
    try:
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=900
        )
    except subprocess.TimeoutExpired:
        return "no answer in 900 s"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0] if lines else f"pytest ended with {done.returncode}"


def main() -> None:
    """Draw, plant, count, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", default=[], choices=FLOORS)
    parser.add_argument("--report", type=Path, default=ROOT / "_build" / "mutants.json")
    parser.add_argument("--least", type=float, default=0.97, help="share that must be noticed")
    arguments = parser.parse_args()
    drawn = sample(arguments.sample, arguments.seed, arguments.only)
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder), arguments.jobs)
        clean = _failure(Path(folder) / "copy0", ALL)
        if clean:
            sys.exit(f"the tests fail without any fault: {clean}")
        sys.exit(_judge(workshop, drawn, arguments))


def _judge(workshop: Workshop, drawn: list[Mutant], arguments: argparse.Namespace) -> int:
    survivors, count = [], Counter[str]()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for mutant, killer in zip(drawn, pool.map(workshop.killed_by, drawn), strict=True):
            count["noticed" if killer else "survived"] += 1
            if not killer:
                survivors.append({"place": f"{mutant.path}:{mutant.line}", "fault": mutant.key})
                print(f"survived  {mutant.path}:{mutant.line}  {mutant.key}", flush=True)
    share = count["noticed"] / max(count.total(), 1)
    print(f"{count['noticed']} of {count.total()} faults noticed ({share:.1%})")
    arguments.report.parent.mkdir(parents=True, exist_ok=True)
    arguments.report.write_text(json.dumps({"noticed": share, "survivors": survivors}, indent=2))
    return int(share < arguments.least)


if __name__ == "__main__":
    main()
