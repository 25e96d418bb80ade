"""One table and one picture of `benchmarks/results.json`.

python benchmarks/report.py    # draws and prints again what was measured
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def rows(results: dict[str, Any], threads: str) -> list[tuple[str, float, float]]:
    """Return (case, milliseconds of cnnlib, ratio) for each case that both sides have."""
    found = []
    for name, times in results["times"].get(threads, {}).items():
        other = times.get("torch", times.get("loops"))
        if "cnnlib" in times and other:
            found.append((name, 1000 * times["cnnlib"], times["cnnlib"] / other))
    return found


def mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def table(results: dict[str, Any]) -> str:
    """Return everything as text."""
    lines = [", ".join(f"{key} {value}" for key, value in results["machine"].items())]
    for threads in results["times"]:
        lines += ["", f"{threads} thread{'s' * (threads != '1')}: milliseconds, and how many times"]
        lines.append("the time of PyTorch (numpy's for the import, loops for the last)")
        for name, milliseconds, ratio in rows(results, threads):
            lines.append(f"{name:58} {milliseconds:9.3f} {ratio:9.3f}")
        convs = [
            ratio
            for name, _, ratio in rows(results, threads)
            if "conv2d 1" in name[:8] or name.startswith("conv2d ")
        ]
        if convs:
            lines.append(f"convolutions: geometric mean {mean(convs):.2f}, worst {max(convs):.2f}")
    lines += [
        "",
        f"temporary memory of a convolution: {results['memory']:.2f} times its larger side",
    ]
    for shape, time in results["nanoseconds for each product"].items():
        lines.append(f"{shape:58} {time:9.4f} ns for each product")
    for name in ("frames", "page weight and layout shift", "build, seconds"):
        if name in results:
            lines.append(f"{name}: {results[name]}")
    return "\n".join(lines)


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw the ratios as bars, with date, machine and versions."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    shown = [row for row in rows(results, "1") if "loops" not in row[0]]
    names, ratios = [row[0] for row in shown][::-1], [row[2] for row in shown][::-1]
    with plt.rc_context({"svg.fonttype": "none", "font.size": 9, "svg.hashsalt": "benchmarks"}):
        figure, ax = plt.subplots(figsize=(8.6, 0.26 * len(shown) + 1.4), layout="constrained")
        bars = ax.barh(names, ratios, color="#0b6bcb", height=0.62)
        ax.bar_label(bars, [f"{ratio:.2f}" for ratio in ratios], padding=3)
        ax.axvline(1, color="#555c65", linewidth=1)
        ax.set_xlim(0, max(*ratios, 2) * 1.12)
        ax.set_title("Forward and backward in cnnlib: time, in units of PyTorch's", loc="left")
        about = results["machine"]
        ax.set_xlabel(
            "float32, one thread; the import in units of numpy's\n"
            f"{about['date']}, {about['processor']}, numpy {about['numpy']}, "
            f"PyTorch {about['torch']}"
        )
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        ax.tick_params(left=False)
        figure.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def main() -> None:
    results = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    print(table(results))
    draw(results, HERE.parent / "_static" / "benchmarks.svg")


if __name__ == "__main__":
    main()
