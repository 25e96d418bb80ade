"""Time the cases of one library in a process of its own, and add the times to a pyperf file.

    python benchmarks/measure.py --library cnnlib --threads 1 -o times.json [--only conv2d]

`run.py` calls this for one library after the other, several times over.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable

import pyperf


def of_children() -> float:
    """Return the processor's time that ended child processes took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(run: Callable[[], object], clock: Callable[[], float]) -> Callable[[int], float]:
    """Return a function that repeats a run; on one thread it counts the processor's time."""

    def loops(number: int) -> float:
        start = clock()
        for _ in range(number):
            run()
        return clock() - start

    return loops


def main() -> None:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--library", choices=["cnnlib", "torch", "loops"], required=True)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--only", default="")
    chosen, rest = options.parse_known_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(chosen.threads)
    # Settings for old builds of OpenBLAS, which slow a current one down.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    from cases import cases

    if chosen.library == "torch":
        import torch

        torch.set_num_threads(chosen.threads)
    sys.argv[1:] = rest
    suite = []
    for name, prepare in cases(chosen.library).items():
        if chosen.only not in name:
            continue
        clock = time.process_time if chosen.threads == 1 else time.perf_counter
        run = prepare()
        loop = timed(run, of_children if name == "import" else clock)
        run()
        best = loop(1)
        number = max(1, min(50, int(0.02 / max(best, 1e-6))))
        values = [loop(number) / number for _ in range(5)]
        meta = {"name": name, "library": chosen.library, "threads": chosen.threads}
        suite.append(pyperf.Benchmark([pyperf.Run(values, metadata=meta, collect_metadata=True)]))
    if not suite:
        sys.exit(f"{chosen.library} has no case named {chosen.only}")
    path = sys.argv[sys.argv.index("-o") + 1]
    pyperf.BenchmarkSuite(suite).dump(path, replace=True)


if __name__ == "__main__":
    main()
