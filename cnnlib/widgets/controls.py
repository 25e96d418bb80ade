"""The controls a chapter may offer: each knows the places in a rule that its value goes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnnlib.trace import AffineIndex, IndexRule, Trace

NAMES = ("stride", "padding", "dilation", "kernel size", "ties")
_RANGE = {"stride": (1, 4), "padding": (0, 3), "dilation": (1, 3), "kernel size": (1, 5)}
Place = list[Any]


def make_controls(trace: Trace, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the JSON of the named controls for a trace.

    Raises
    ------
    ValueError
        If a name is not known, or the operation has nothing that it could set.
    """
    return [_control(trace, name) for name in names]


def _control(trace: Trace, name: str) -> dict[str, Any]:
    if name not in NAMES:
        raise ValueError(f"controls: {name!r} is not known: choose among {', '.join(NAMES)}")
    found = _policies(trace.rule) if name == "ties" else _places(trace, name)
    if not found:
        raise ValueError(f"controls: {trace.op} has no {name} to set: leave {name!r} out")
    values = [value for value, _ in found]
    places = [[*place, axis] for axis, (_, place) in enumerate(found)]
    if name == "ties":
        return _json(name, values, places, options=["first", "split", "all"])
    least, most = _RANGE[name]
    more: dict[str, Any] = {}
    if name == "padding" and trace.rule is not None and trace.rule.sizes:
        most = min(trace.rule.sizes.values()) // 2  # a pool may be padded by half its window
    elif name == "padding":
        more = {"words": ["valid", "same", "full"]}
    return _json(name, values, places, min=least, max=max(most, *values), **more)


def _json(name: str, values: list[Any], places: list[Place], **more: Any) -> dict[str, Any]:
    """Return the value for each axis, and for each place its kind, array, dimension and axes."""
    return {"name": name, "label": name, "value": values, "set": places, **more}


def _policies(rule: IndexRule | None) -> list[tuple[Any, Place]]:
    coefs = [group.coef for group in rule.groups] if rule else []
    return [
        (c["ties"], ["ties", None, 0, None]) for c in coefs if isinstance(c, dict) and "ties" in c
    ]


def _places(trace: Trace, name: str) -> list[tuple[Any, Place]]:
    """Find every sliding index and what of it the control sets."""
    if trace.rule is None:
        return []
    group = trace.rule.groups[0]
    found: list[tuple[Any, Place]] = []
    for operand, dims in group.cells.items():
        for d, dim in enumerate(dims):
            if dim.tap:
                found += _of_index(trace, name, operand, d, dim)
    return found


def _of_index(
    trace: Trace, name: str, operand: str, d: int, dim: AffineIndex
) -> list[tuple[Any, Place]]:
    place, tap = dim.place, dim.tap
    if name == "stride":
        return [(dim.axes[place], ["coef", operand, d, place])]
    if name == "dilation":
        return [(abs(dim.axes[tap]), ["coef", operand, d, tap])]
    if name == "padding":
        return [(dim.pad[0], ["pad", operand, d, tap])]
    return _taps(trace, tap)


def _taps(trace: Trace, tap: str) -> list[tuple[Any, Place]]:
    """Return where the number of taps is set: in the kernel's shape, or in the rule itself."""
    assert trace.rule is not None
    for operand, dims in trace.rule.groups[0].cells.items():
        for d, dim in enumerate(dims):
            if tuple(dim.axes) == (tap,):
                return [(trace.operands[operand].shape[d], ["size", operand, d, None])]
    return [(trace.rule.sizes[tap], ["loop", tap, 0, None])]
