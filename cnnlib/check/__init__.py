"""Homework checkers: give them a function, and they say whether it is right and what is not.

How an exercise is described (one small file in ``exercises/``, see :class:`Exercise`):

- ``name`` and ``signature``: those of ``cnnlib``'s own function, which the reader writes again;
- ``cases(seed)``: a handful of :class:`Case`, asymmetric, each adding one difficulty. The seed
  changes the numbers and never the shapes;
- ``parts`` and ``expected(case)``: the arrays that should come back. They are computed from the
  *forward* pass alone: by unit steps where it is linear (:func:`cnnlib.check.linear.pull_back`),
  by central differences elsewhere. No solution is hidden here;
- ``candidates``: the mistakes. Each is "the right answer to a different question": a
  :class:`Candidate` returns, for a case, exactly the array that a function with this mistake
  returns (in cases where it does no harm: the right one). The engine names a cause only when its
  candidate predicts every failing case and no rival does;
- ``conventions``: answers that count as right too, where there is more than one; the report tells
  which one was seen;
- ``forbidden``: the kinds of ``cnnlib``'s functions that may not be called meanwhile;
- ``wiring``: which arrays meet, so that :func:`read_table` can read the function's own wires;
- the words of a cause, one sentence on where to look and the section that explains it stand in
  ``causes.toml``, with other words for an exercise where they differ.

Then ``name = checker(EXERCISE)`` below.

What a function may do and return:

- Lists of numbers count as arrays. Numbers may differ from the expected ones by a millionth of the
  largest; float32 results by a ten-thousandth; float16 is too coarse.
- ``stride`` and ``padding`` are whole numbers, the same for rows and columns. ``dilation`` is tried
  only with functions that take it.
- Arrays arrive in memory that cannot be written to. The function runs in a thread of its own, for
  ``limit_s`` seconds of processor time in all (imports and compilers are not counted), with little
  memory. What it replaces, in numpy or in the process, is put back.
- A check protects the session from accidents and a result from carelessness. Code that means to
  cheat can reach the checker's own objects; marks are given by a check in another process.
"""

from collections.abc import Callable
from typing import Any

from cnnlib.check import exercises as _ex
from cnnlib.check.causes import Cause
from cnnlib.check.checker import checker
from cnnlib.check.listed import causes
from cnnlib.check.network import network, shifted_digits
from cnnlib.check.own import own
from cnnlib.check.reading import read_table
from cnnlib.check.report import Report
from cnnlib.check.sandbox.namespace_guard import world
from cnnlib.check.table.table import Table
from cnnlib.check.verdict import Verdict, examine

avg_pool2d_backward = checker(_ex.avg_pool2d_backward.EXERCISE)
conv1d_backward = checker(_ex.conv1d_backward.EXERCISE)
conv2d = checker(_ex.conv2d.EXERCISE)
conv2d_backward = checker(_ex.conv2d_backward.EXERCISE)
conv2d_input_grad = checker(_ex.conv2d_input_grad.EXERCISE)
conv2d_kernel_grad = checker(_ex.conv2d_kernel_grad.EXERCISE)
dense_backward = checker(_ex.dense_backward.EXERCISE)
max_pool2d_backward = checker(_ex.max_pool2d_backward.EXERCISE)
numerical_gradient = checker(_ex.numerical_gradient.EXERCISE)
relu_backward = checker(_ex.relu_backward.EXERCISE)
softmax_cross_entropy_backward = checker(_ex.softmax_cross_entropy_backward.EXERCISE)


def verdict(
    function_name: str,
    wrong_function: Callable[..., Any],
    cause: str | None,
    *,
    seed: int = 0,
    limit_s: float = 4.0,
) -> Verdict:
    """Say whether a mistake is the one that a wrong function makes.

    Parameters
    ----------
    function_name : str
        The exercise, by the name of its function: ``"conv2d_backward"``.
    wrong_function : callable
        The function with the mistake.
    cause : str or None
        What is wrong with it, as one of the ids of :func:`causes`; None as long as you do not know.
    seed, limit_s
        As for the checkers.

    Returns
    -------
    Verdict
        True when the evidence shows this mistake. A wrong guess gets a hint and not the answer.

    Raises
    ------
    ValueError
        If there is no such exercise, or no such cause.

    Examples
    --------
    >>> from cnnlib import check
    >>> def averaged(delta, x, w):
    ...     return delta @ w.T, x.T @ delta, delta.mean(axis=0)
    >>> bool(check.verdict("dense_backward", averaged, "bias-averaged"))
    True
    >>> bool(check.verdict("dense_backward", averaged, "delta-ignored"))
    False
    """
    exercise = _ex.by_name(function_name)
    return examine(exercise, wrong_function, cause, seed=seed, limit_s=limit_s)


__all__ = [
    "Cause",
    "Report",
    "Table",
    "Verdict",
    "avg_pool2d_backward",
    "causes",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_input_grad",
    "conv2d_kernel_grad",
    "dense_backward",
    "max_pool2d_backward",
    "network",
    "numerical_gradient",
    "own",
    "read_table",
    "relu_backward",
    "shifted_digits",
    "softmax_cross_entropy_backward",
    "verdict",
]

world()  # remembers what every name stands for, now that all are there
