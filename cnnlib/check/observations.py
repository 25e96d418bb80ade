"""What is seen where no cause is named: a factor and what it counts, an offset, which cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cnnlib.check.difference import number
from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.generic_causes import constant_ratio
from cnnlib.check.results import CaseResult, Evidence, which_cases


def seen(
    exercise: Exercise, marks: Sequence[CaseResult], part: str, wrong: Sequence[Evidence]
) -> tuple[str, ...]:
    """Tell what was observed, though it is no cause."""
    failed = {mark.case for mark in marks if part not in mark.passed}
    told = [*_factor(exercise, wrong), *_offset(exercise, wrong)]
    return (*told, *which_cases(exercise, tuple(marks), failed))


def _factor(exercise: Exercise, wrong: Sequence[Evidence]) -> list[str]:
    ratios = [constant_ratio(e.got, e.expected, exercise.rtol) for e in wrong]
    if not ratios or any(ratio is None for ratio in ratios):
        return []
    factors = list(dict.fromkeys(number(float(f"{ratio:.4g}")) for ratio in ratios if ratio))
    by = ", ".join(factors[:4]) + (" …" if len(factors) > 4 else "")
    pairs = [(e.case, ratio) for e, ratio in zip(wrong, ratios, strict=True) if ratio]
    what = f": {count}" if (count := counted(pairs)) else ""
    return [f"each number is the expected one times {by}{what}"]


def _offset(exercise: Exercise, wrong: Sequence[Evidence]) -> list[str]:
    """Tell of a constant that is added."""
    gaps = [_gap(e.got, e.expected) for e in wrong]
    if not gaps or any(gap is None for gap in gaps):
        return []
    by = ", ".join(dict.fromkeys(number(float(f"{gap:.4g}")) for gap in gaps[:3] if gap))
    return [f"each number is the expected one plus {by}: something is added to every entry"]


def _gap(got: Array, expected: Array) -> float | None:
    if got.shape != expected.shape or got.size < 2:
        return None
    gap = got - expected
    scale = float(np.abs(expected).max(initial=1e-12))
    return float(gap.flat[0]) if gap.flat[0] and np.ptp(gap) < 1e-6 * scale else None


def _sizes(case: Case) -> dict[str, float]:
    """Return what may be counted in a case."""
    found: dict[str, float] = {}
    delta, x, w = (case.arrays.get(name) for name in ("delta", "x", "w"))
    if isinstance(w, np.ndarray):
        found["there are # filters" if w.ndim > 2 else "there are # outputs"] = w.shape[-1]
        found["there are # input channels" if w.ndim > 2 else "there are # inputs"] = w.shape[-2]
    images = delta if isinstance(delta, np.ndarray) else x
    images = case.arrays.get("z", case.arrays.get("da")) if images is None else images
    if isinstance(images, np.ndarray):
        found["there are # examples"] = len(images)
    if isinstance(delta, np.ndarray) and delta.ndim > 2:
        windows = float(np.prod(delta.shape[1:-1]))
        found["there are # windows"] = windows
        found["there are # windows in all examples"] = windows * len(delta)
    if isinstance(w, np.ndarray) and w.ndim > 2:
        found["the kernel has # taps"] = float(np.prod(w.shape[:-2]))
        found["a filter has # weights"] = float(np.prod(w.shape[:-1]))
    if "kernel_size" in case.arrays:
        found["a window has # cells"] = float(np.prod(np.broadcast_to(case["kernel_size"], 2)))
    stride = case.options.get("stride")
    if stride:
        found["the stride is #"] = float(np.prod(stride))
        found["the stride, squared, is #"] = float(np.prod(np.broadcast_to(stride, 2)))
    found["everywhere"] = 2.0
    return found


#: What may have happened to a count: words, and the factor it makes of the count.
WAYS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("every product arrives # times", lambda q: q),
    ("every product is divided by #", lambda q: 1 / q),
    ("every product arrives # times, squared", lambda q: q * q),
)


def counted(pairs: Sequence[tuple[Case, float]]) -> str:
    """Say what the factors of some cases count, "" if they count nothing that is known."""
    sizes = [_sizes(case) for case, _ in pairs]
    for way, factor in WAYS:
        told = {}
        for what in sizes[0] if sizes else ():
            here = [size.get(what) for size in sizes]
            fits = [
                q and np.isclose(ratio, factor(q), rtol=1e-6)
                for (_, ratio), q in zip(pairs, here, strict=True)
            ]
            if all(fits):
                told[what] = ", ".join(dict.fromkeys(f"{q:g}" for q in here[:4]))
        for what, counts in told.items():
            sure = what != "everywhere" and (len(told) == 1 or len(set(counts.split(", "))) > 1)
            return way.replace("#", counts) + (f": {what.replace('#', counts)}" if sure else "")
    return ""
