"""Curves: what a training did, epoch by epoch, and how an error depends on a step."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from cnnlib.plots import _check
from cnnlib.plots.figure import INK, SOFT, canvas, house_style
from cnnlib.plots.svg import LIGHT

LINES: dict[str, Any] = {
    "train": {"color": SOFT, "linestyle": (0, (4, 2))},
    "test": {"color": INK, "linestyle": "solid"},
}


def plot_history(
    history: Any, what: Literal["loss", "accuracy"] = "loss", *, ax: Axes | None = None
) -> Axes:
    """Draw the loss or the accuracy of a training, epoch by epoch.

    Parameters
    ----------
    history : cnnlib.nn.History
        Anything with ``train_loss``, ``test_loss``, ``train_accuracy``, ``test_accuracy``;
        a curve without entries is left out.
    what : {"loss", "accuracy"}
        Which of them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``what`` is neither word, or there is no such entry in the history.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ax = plot_history(SimpleNamespace(train_loss=[2.3, 0.4], test_loss=[1.9, 0.5]))
    >>> [text.get_text() for text in ax.texts]
    ['train', 'test']
    """
    if what not in ("loss", "accuracy"):
        raise ValueError(f'what must be "loss" or "accuracy", got {what!r}')
    curves: dict[str, Any] = {part: getattr(history, f"{part}_{what}", ()) for part in LINES}
    curves = {part: values for part, values in curves.items() if len(values)}
    if not curves:
        raise ValueError(f"history holds no {what}: train for at least one epoch")
    with house_style():
        ax = ax or canvas(width=4.4)[1]
        for part, values in curves.items():
            heights = _check.finite(values, f"{part}_{what}", 1)
            epochs = np.arange(1, len(heights) + 1)
            ax.plot(
                epochs, heights, label=part, marker="" if len(heights) > 1 else "o", **LINES[part]
            )
        _name_ends(ax, curves)
        ax.margins(y=0.12)
        ax.set_xlim(left=0)
        ax.set_xlabel("epoch")
        ax.set_title(what, loc="left")
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    return ax


def _name_ends(ax: Axes, curves: dict[str, Any]) -> None:
    """Write each curve's name at its end, the higher one above; no legend to look up."""
    highest = max(curves, key=lambda part: curves[part][-1])
    for part, values in curves.items():
        up = part == highest
        ax.annotate(
            part, (len(values), values[-1]), (-2, 5 if up else -5), textcoords="offset points",
            ha="right", va="bottom" if up else "top", size=9, color=LINES[part]["color"],
        )  # fmt: skip


def plot_step_errors(
    steps: ArrayLike, errors: ArrayLike, *, label: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the error of a numerical gradient against its step, on logarithmic axes.

    Parameters
    ----------
    steps, errors : array_like of shape (n,)
        Steps and errors; steps positive, errors not negative (an error of 0 is left out).
    label : str
        The curve's name, written beside its rising part: to the left of the first curve on the
        axes, to the right of the second, and so on in turn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    ax : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the arrays differ in length, a step is not positive, or an error is negative.

    Examples
    --------
    >>> ax = plot_step_errors([1e-2, 1e-5, 1e-9], [1e-4, 1e-10, 1e-7], label="central")
    >>> ax.get_xscale()
    'log'
    """
    steps, errors = _check.finite(steps, "steps", 1), _check.finite(errors, "errors", 1)
    if steps.shape != errors.shape:
        raise ValueError(f"{len(steps)} steps beside {len(errors)} errors: pass one each")
    if (steps <= 0).any() or (errors < 0).any():
        raise ValueError("steps must be positive and errors not negative, to have a logarithm")
    with house_style():
        ax = ax or canvas(width=4.4)[1]
        drawn = len(ax.lines)
        ax.loglog(
            steps, np.where(errors > 0, errors, np.nan), marker="o", markersize=4,
            color=LIGHT[f"sym-{('x', 'delta', 'z', 'dw', 'w')[drawn % 5]}"],
            linestyle=("-", "--", ":", "-.")[drawn % 4],
        )  # fmt: skip
        if label:
            order = np.argsort(steps)
            rising = order[np.argmin(np.where(errors > 0, errors, np.inf)[order]) :]
            place = rising[len(rising) // 3]
            left = drawn % 2 == 0
            ax.annotate(
                label, (steps[place], errors[place]), (-6, 3) if left else (6, -3),
                textcoords="offset points", ha="right" if left else "left",
                va="bottom" if left else "top", size=9, color=ax.lines[-1].get_color(),
            )  # fmt: skip
        ax.margins(y=0.15)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(_power))
            axis.set_minor_locator(NullLocator())
        ax.set(xlabel="step", ylabel="error")
    return ax


def _power(value: float, _: int) -> str:
    return "10" + str(round(np.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
