"""Is a backward pass right? Nudge every cell and compare.

A gradient promises what a small nudge of one cell does to a number. So nudge it: a step up, a step
down, and divide the difference of the two results by the distance. These *central differences* need
the forward pass alone, know nothing of rotated kernels or dilated deltas, and therefore catch every
mistake in them.

What to keep in mind:

- Work in float64. The rounding error of the result is divided by the step, so float32 leaves about
  two correct digits. Both functions convert the arrays to float64 and copy them.
- The step is a compromise. A large one feels the curvature, a small one the rounding; 1e-5 is close
  to the best for values around 1.
- Stay away from kinks. ReLU at 0 and max pooling at a tie have no slope: central differences give
  the mean of the slopes on the two sides, an operation returns one of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops._forbidden import forbid_during_check

Array = NDArray[Any]
STEP = 1e-5


@forbid_during_check("measurement")
def numerical_gradient(f: Callable[[Array], float], x: ArrayLike, *, step: float = STEP) -> Array:
    """Central differences of a scalar function at every cell.

    The entry at a cell is ``(f(x + step) - f(x - step)) / (2 step)``, with the step taken in this
    cell only. Derived in the chapter `gradient_checking`.

    Parameters
    ----------
    f : callable
        Takes an array like `x` and returns one number.
    x : array_like of any shape
        Where the gradient is wanted. Converted to float64 and never modified.
    step : float
        Length of the nudge, the same for every cell.

    Returns
    -------
    ndarray of float64, shaped like `x`

    Raises
    ------
    TypeError
        If `x` is not real, or `f` returns an array instead of one number.
    ValueError
        If `step` is not positive, or so small that adding it leaves a cell unchanged.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0]])
    >>> numerical_gradient(lambda x: float((x**2).sum()), x).round(6)
    array([[2., 4., 6.]])
    """
    if not (np.isfinite(step) and step > 0):
        raise ValueError(f"step must be positive and finite, got {step}: 1e-5 suits most values")
    probe = _float64(x, "x")
    gradient = np.empty_like(probe)
    for cell in np.ndindex(probe.shape):
        gradient[cell] = _slope(f, probe, cell, -step, step)
    return gradient


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradient` found when everything agreed.

    Attributes
    ----------
    errors : dict of str to float
        Largest relative error of each gradient, by its name.
    cells : int
        Number of cells compared, all gradients together.
    """

    errors: dict[str, float]
    cells: int

    def __str__(self) -> str:
        """One line for people."""
        errors = ", ".join(f"{name} {error:.1e}" for name, error in self.errors.items())
        return f"{self.cells} cells agree with central differences; largest errors: {errors}"


def check_gradient(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    *arrays: ArrayLike,
    rng: np.random.Generator,
    rtol: float = 1e-6,
) -> GradientReport:
    """Compare every cell of every gradient with central differences.

    A random `delta` stands in for the gradient that would arrive from above, and the scalar
    ``sum(forward(*arrays) * delta)`` is nudged. Random because a `delta` of ones looks the same
    rotated, transposed or summed over the wrong axis, and so hides the mistakes worth finding.
    Derived in the chapter `gradient_checking`.

    Parameters
    ----------
    forward : callable
        ``forward(*arrays)`` returns an array or a number. Fix further arguments with
        `functools.partial`.
    backward : callable
        ``backward(delta, *arrays)`` returns one gradient, or a tuple with one per array. It may
        take fewer arrays than `forward`: ``conv2d_backward(delta, x, w)`` needs no bias.
    *arrays : array_like
        The arguments to differentiate, converted to float64 copies.
    rng : numpy.random.Generator
        Draws `delta`.
    rtol : float
        Allowed difference, relative to the largest entry of the same gradient. (Relative to the
        single cell would punish rounding in cells that happen to be near zero.) Differences below
        one rounding of the output divided by the step are below what nudging can resolve and pass.

    Returns
    -------
    GradientReport
        The largest relative error per gradient. Always truthy.

    Raises
    ------
    AssertionError
        If a gradient has the wrong shape or a wrong cell; the message names the argument, the
        cell, and the analytic and the numeric value, and says so when a kink is the likely cause.
    TypeError
        If an array is not real, or `forward` computes in less than float64.
    ValueError
        If the number of gradients is not the number of arrays, or `rtol` is not positive.

    Examples
    --------
    >>> def product(x, w):
    ...     return x @ w
    >>> def product_backward(delta, x, w):
    ...     return delta @ w.T, x.T @ delta
    >>> rng = np.random.default_rng(0)
    >>> x, w = rng.standard_normal((2, 3)), rng.standard_normal((3, 4))
    >>> check_gradient(product, product_backward, x, w, rng=rng).cells
    18
    >>> def careless(delta, x, w):
    ...     return delta @ w.T, 2 * x.T @ delta
    >>> check_gradient(product, careless, x, w, rng=rng)
    Traceback (most recent call last):
    ...
    AssertionError: gradient of w: 12 of 12 cells are wrong; ...
    """
    if not rtol > 0:
        raise ValueError(f"rtol must be positive, got {rtol}")
    known = _positional(forward) or []
    names = known[: len(arrays)] + [f"array {i}" for i in range(len(known), len(arrays))]
    values = [_float64(a, name) for name, a in zip(names, arrays, strict=True)]
    base = _output(forward, values)
    delta = rng.standard_normal(base.shape)
    gradients = _gradients(backward, delta, values, names)
    resolution = _resolution(base, delta)
    errors = {}
    for position, (name, gradient) in enumerate(zip(names, gradients, strict=True)):

        def loss(x: Array, position: int = position) -> float:
            # The base is subtracted so that unaffected outputs cancel to an exact zero.
            nudged = [*values[:position], x, *values[position + 1 :]]
            return float(np.sum(delta * (_output(forward, nudged) - base)))

        errors[name] = _compare(name, gradient, loss, values[position], rtol, resolution)
    return GradientReport(errors, sum(v.size for v in values))


def _compare(
    name: str, gradient: Array, loss: Callable[[Array], float], x: Array, rtol: float, floor: float
) -> float:
    """Return the largest relative error of one gradient, or raise on the worst cell."""
    if gradient.shape != x.shape:
        shapes = f"shape {gradient.shape}, but {name} has shape {x.shape}"
        raise AssertionError(f"gradient of {name}: {shapes}")
    numeric = numerical_gradient(loss, x)
    with np.errstate(invalid="ignore"):
        difference = np.abs(gradient - numeric)
    scale = max(_largest(numeric), _largest(gradient))
    wrong = ~(difference <= rtol * scale + floor)  # also true where a value is nan
    if not wrong.any():
        return _largest(difference) / scale if scale else 0.0
    worst = int(np.argmax(np.where(np.isfinite(difference), difference, np.inf)))
    cell = tuple(int(i) for i in np.unravel_index(worst, x.shape))
    raise AssertionError(
        f"gradient of {name}: {wrong.sum()} of {x.size} cells are wrong; worst at "
        f"{name}[{', '.join(map(str, cell))}]: analytic {gradient[cell]:.10g}, numeric "
        f"{numeric[cell]:.10g}, difference {difference[cell]:.1e} where {rtol * scale:.1e} is "
        f"allowed{_kink(loss, x, cell, scale)}"
    )


def _largest(values: Array) -> float:
    """Largest finite magnitude, 0 for none."""
    return float(np.abs(values).max(initial=0.0, where=np.isfinite(values)))


def _kink(loss: Callable[[Array], float], x: Array, cell: tuple[int, ...], scale: float) -> str:
    """Compare the slopes on the two sides of a cell."""
    left, right = _slope(loss, x, cell, -STEP, 0.0), _slope(loss, x, cell, 0.0, STEP)
    if abs(left - right) <= 1e-2 * scale:
        return ""
    return (
        f" (the slope is {left:.4g} to the left and {right:.4g} to the right: a kink lies within "
        f"one step of {STEP:g}, move the value away from it)"
    )


def _slope(
    f: Callable[[Array], float], x: Array, cell: tuple[int, ...], low: float, high: float
) -> float:
    """Slope of `f` between two nudges of one cell."""
    below, above = x[cell] + low, x[cell] + high
    if below == above:
        raise ValueError(
            f"step {high - low:g} vanishes beside the value {x[cell]:g} at {cell}: raise step"
        )

    def at(value: float) -> float:
        probe = x.copy()  # a fresh one for each call, in case f changes it
        probe[cell] = value
        return _number(f(probe))

    # Divide by the distance really taken: above - below differs from 2 step by rounding.
    return (at(above) - at(below)) / float(above - below)


def _number(value: Any) -> float:
    """Return one number, or say that `f` gave several."""
    if np.ndim(value) > 0 and np.size(value) != 1:
        raise TypeError(
            f"f must return one number, got an array of shape {np.shape(value)}: sum it, or "
            "multiply by a delta and sum"
        )
    return float(np.reshape(value, ()))


def _output(forward: Callable[..., Any], arrays: Sequence[Array]) -> Array:
    """Call `forward` and insist on float64."""
    out = np.asarray(forward(*arrays))
    if out.dtype != np.float64:
        raise TypeError(
            f"forward returned {out.dtype} for float64 arrays: central differences with a step of "
            f"{STEP:g} need float64 throughout"
        )
    return out


def _gradients(
    backward: Callable[..., Any], delta: Array, arrays: Sequence[Array], names: Sequence[str]
) -> list[Array]:
    """Call `backward` with copies and return one gradient per array."""
    accepted = _positional(backward)
    room = len(arrays) if accepted is None else max(len(accepted) - 1, 0)
    result = backward(delta.copy(), *(a.copy() for a in arrays[:room]))
    gradients = list(result) if isinstance(result, tuple) else [result]
    if len(gradients) != len(arrays):
        raise ValueError(
            f"backward returned {len(gradients)} gradients for {len(arrays)} arrays "
            f"({', '.join(names)}): pass the array of every gradient, or drop the others in a "
            "small wrapper"
        )
    return [np.asarray(g, dtype=np.float64) for g in gradients]


def _resolution(base: Array, delta: Array) -> float:
    """Smallest slope that nudging by a step can tell from one rounding of the output."""
    size = np.abs(base * delta).max(initial=0.0)
    return float(np.finfo(np.float64).eps * size / STEP)


def _positional(function: Callable[..., Any]) -> list[str] | None:
    """Names of the positional parameters, or None where any number may be passed."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some compiled functions hide their signature
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _float64(x: ArrayLike, name: str) -> Array:
    """Copy to float64, refusing what has no slope."""
    array = np.asarray(x)
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise TypeError(f"{name} must hold real numbers, got {array.dtype}: convert it to float64")
    return array.astype(np.float64)
