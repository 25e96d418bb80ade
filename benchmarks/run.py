"""Measure everything that is promised about speed, and write it down: `make bench`.

    python benchmarks/run.py [--rounds 4] [--threads 1 2] [--site _build/html] [--only conv2d]

Each library runs in a process of its own; the processes take turns, and the best time of all rounds
counts, since other programs on the machine can only make a time longer. On one thread it is the
processor's time. The results go to `benchmarks/results.json`, as a table to the terminal, and as a
picture to `_static/benchmarks.svg`, which the book and the README show.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pyperf

HERE = Path(__file__).parent
Times = dict[str, dict[str, float]]


def measure(threads: int, rounds: int, only: str) -> Times:
    """Return the best seconds of every case, by case and library."""
    best: Times = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "times.json"
        for _ in range(rounds):
            for library in ("torch", "cnnlib", "loops"):
                if library == "loops" and threads > 1:
                    continue
                command = [sys.executable, str(HERE / "measure.py"), "--library", library]
                command += ["--threads", str(threads), "--only", only, "-o", str(file)]
                if subprocess.run(command, check=False).returncode:
                    continue
                for bench in pyperf.BenchmarkSuite.load(str(file)):
                    row = best.setdefault(bench.get_name(), {})
                    row[library] = min(row.get(library, math.inf), *bench.get_values())
    return best


def memory() -> float:
    """Temporary memory of a convolution, over the larger of its input and its output."""
    import tracemalloc

    import cnnlib

    worst = 0.0
    from cases import CONVOLUTIONS, conv_arrays

    for shape in CONVOLUTIONS[3:5]:
        x, w, b, delta = conv_arrays(shape)
        how: dict[str, Any] = {"padding": shape[5], "stride": shape[6]}
        for run in (
            lambda x=x, w=w, b=b, how=how: cnnlib.conv2d(x, w, b, **how),
            lambda x=x, w=w, delta=delta, how=how: cnnlib.conv2d_backward(delta, x, w, **how),
        ):
            tracemalloc.start()
            result = run()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            parts = result if isinstance(result, tuple) else (result,)
            kept = sum(part.nbytes for part in parts)
            worst = max(worst, (peak - kept) / max(x.nbytes, delta.nbytes))
    return worst


def linear() -> dict[str, float]:
    """Nanoseconds for each product of a forward pass, from small layers to 224 x 224 x 256."""
    import time

    import cnnlib

    found = {}
    for size, c in ((28, 16), (56, 64), (112, 64), (112, 128), (224, 64), (224, 128), (224, 256)):
        rng = np.random.default_rng(0)
        x = rng.random((1, size, size, c), dtype=np.float32)
        w = rng.random((3, 3, c, 8), dtype=np.float32)
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            z = cnnlib.conv2d(x, w, padding=1)
            best = min(best, time.process_time() - start)
        found[f"{size}x{size}x{c}"] = 1e9 * best / (z.size * w[..., 0].size)
    return found


def frames(site: Path) -> dict[str, Any]:
    """Run the benchmark of the animations, and weigh the built book if there is one."""
    found: dict[str, Any] = {}
    run = subprocess.run(
        [sys.executable, str(HERE / "play_fps.py"), "--json"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if lines:
        found["frames"] = json.loads(lines[-1])
    if site.is_dir():
        tests = ["tests/browser/test_weight.py", "-q", "-p", "no:cacheprovider"]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *tests], check=False, capture_output=True, text=True
        )
        found["page weight and layout shift"] = run.stdout.strip().splitlines()[-1]
        built = site / ".built_seconds"
        if built.exists():
            found["build, seconds"] = float(built.read_text())
    return found


def machine() -> dict[str, str]:
    """Return what the numbers belong to."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    found = {"date": date.today().isoformat(), "python": platform.python_version()}
    found["processor"] = names[0].partition(":")[2].strip() if names else platform.processor()
    for package in ("numpy", "torch"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options.add_argument("--only", default="", help="cases whose name holds this")
    options.add_argument("--site", type=Path, default=Path("_build/html"))
    options.add_argument("--no-site", action="store_true", help="operations and training alone")
    chosen = options.parse_args()
    results: dict[str, Any] = {"machine": machine(), "times": {}}
    if chosen.only and (HERE / "results.json").exists():  # the others stay as they were
        results |= json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    for threads in chosen.threads:
        only = chosen.only or ("" if threads == 1 else "conv2d")
        measured = measure(threads, chosen.rounds, only)
        results["times"][str(threads)] = results["times"].get(str(threads), {}) | measured
    results["memory"] = memory()
    results["nanoseconds for each product"] = linear()
    if not chosen.no_site:
        results |= frames(chosen.site)
    from report import draw, table

    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))
    draw(results, HERE.parent / "_static" / "benchmarks.svg")


if __name__ == "__main__":
    main()
