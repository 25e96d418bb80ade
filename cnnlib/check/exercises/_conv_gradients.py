"""The four exercises about the way back through a convolution, which differ in their arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cnnlib.check.exercise import Array, Case, Exercise
from cnnlib.check.exercises._conv_cases import Geometry
from cnnlib.check.exercises._conv_mistakes import candidates
from cnnlib.check.forbidden import GRADIENTS
from cnnlib.check.other_calls import CHANNELS_FIRST
from cnnlib.check.question import right
from cnnlib.check.window import USUAL
from cnnlib.check.wiring import conv_backward
from cnnlib.trace import Trace, trace_conv1d, trace_conv2d

OPTIONS = "*, stride=1, padding=0, dilation=1"


def exercise(
    name: str,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    geometries: tuple[Geometry, ...],
    like: dict[str, str],
) -> Exercise:
    """Return one of the exercises.

    Parameters
    ----------
    name : str
        Name of the function.
    arguments : tuple of str
        What it takes; for ``input_shape`` and ``kernel_size`` the sizes of x and w.
    parts : tuple of str
        What it returns: some of dx, dw and db.
    geometries : tuple of Geometry
        The sizes of the cases.
    like : dict of str to str
        What each part is shaped like.
    """
    return Exercise(
        name=name,
        signature=f"{name}({', '.join(arguments)}, {OPTIONS})",
        parts=parts,
        like=like,
        cases=partial(_cases, arguments, geometries),
        expected=lambda case: {part: right(case, part) for part in parts},
        candidates=candidates(parts),
        defaults=USUAL,
        optional=("dilation",),
        forbidden=GRADIENTS,
        wiring=conv_backward(len(geometries[0].size)),
        others=(CHANNELS_FIRST,),
        upstream="delta",
        trace=_trace,
    )


def _cases(arguments: tuple[str, ...], geometries: tuple[Geometry, ...], seed: int) -> list[Case]:
    return [_case(arguments, geometry, seed, i) for i, geometry in enumerate(geometries)]


def _case(arguments: tuple[str, ...], geometry: Geometry, seed: int, number: int) -> Case:
    arrays: dict[str, Any] = dict(geometry.arrays(seed, number))
    arrays["input_shape"] = arrays["x"].shape
    arrays["kernel_size"] = geometry.kernel
    return geometry.case(**{name: arrays[name] for name in arguments})


def _trace(case: Case, part: str) -> Trace:
    """Return the trace of a gradient; of an array that is not given only the shape matters."""
    delta: Array = case["delta"]
    given = case.arrays
    x = given["x"] if "x" in given else np.zeros(given["input_shape"])
    w = (
        given["w"]
        if "w" in given
        else np.zeros((*given["kernel_size"], x.shape[-1], delta.shape[-1]))
    )
    spell: Callable[..., Trace] = trace_conv2d if delta.ndim == 4 else trace_conv1d
    forward = spell(x, w, np.zeros(delta.shape[-1]), **case.options)
    return forward.backward(delta, part[1:])
