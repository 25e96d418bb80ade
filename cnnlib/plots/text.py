"""Numbers as the book writes them: few digits, a real minus sign, alike within a grid."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def number(value: float) -> str:
    """Write a number with about three digits and a minus sign that is one.

    Examples
    --------
    >>> [number(v) for v in (3, -2.0, 0.12345, 1234.5, -0.00001, float("nan"))]
    ['3', '−2', '0.123', '1234', '−1e−5', 'NaN']
    """
    value = float(value)
    if not np.isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "−∞"
    if abs(value) >= 1e6 or 0 < abs(value) < 1e-3:
        mantissa, exponent = f"{value:.1e}".split("e")
        return _signed(f"{mantissa.removesuffix('.0')}e{int(exponent)}")
    return _signed(f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}")


def alike(values: Iterable[float]) -> list[str]:
    """Write numbers with the same number of decimals, as few as they need, three digits at most.

    Below 1, numbers that three decimals write exactly are not rounded to two.

    Examples
    --------
    >>> alike([0.5, -2, 1]), alike([1 / 3, -2.25]), alike([1, 1000])
    (['0.5', '−2.0', '1.0'], ['0.33', '−2.25'], ['1', '1000'])
    >>> alike([0.125, -0.25]), alike([1 / 3, -0.25])
    (['0.125', '−0.250'], ['0.33', '−0.25'])
    """
    values = [float(value) for value in values]
    size = max((abs(value) for value in values if np.isfinite(value)), default=0.0)
    if size >= 1e6 or 0 < size < 1e-3:
        return [number(value) for value in values]
    most = next(d for d, least in enumerate((100, 10, 0.1, 0.01, 0)) if size >= least)
    exactly = range(max(most, 4 if size < 1 else 0))
    decimals = next((d for d in exactly if _exact(values, d)), most)
    write = f"{{:.{decimals}f}}".format
    return [_signed(write(v)) if np.isfinite(v) else number(v) for v in values]


def _exact(values: list[float], decimals: int) -> bool:
    return all(round(v, decimals) == v for v in values if np.isfinite(v))


def _signed(text: str) -> str:
    """Set the minus sign, and none before a number that shows as zero."""
    shows_zero = not text.strip("-0.")
    return text.lstrip("-") if shows_zero else text.replace("-", "−")


def ems(text: str) -> float:
    """Estimate how wide a number is, in units of its type size."""
    return sum(0.33 if c in ".,·" else 0.84 if c in "−+" else 0.64 for c in text)


def reads_back(text: str, value: float) -> bool:
    """Say whether the written number is the number itself, not a rounded one.

    Examples
    --------
    >>> reads_back("−0.5", -0.5), reads_back("0.33", 1 / 3)
    (True, False)
    """
    return float(text.replace("−", "-").replace("∞", "inf")) == value
