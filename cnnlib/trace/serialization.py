"""Write a trace as JSON and read it back: the form in which a page receives it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops._check import whole
from cnnlib.trace._check import MAX_PLACES
from cnnlib.trace.activations import formula
from cnnlib.trace.rule import AffineIndex, IndexRule, TermGroup
from cnnlib.trace.table import Table
from cnnlib.trace.terms import Terms

T = TypeVar("T")

#: Words of a refusal, which may quote what it refuses.
MOST_WORDS = 500


def dump(trace: Table) -> str:
    """Return the JSON of a trace."""
    for name, values in trace.operands.items():
        if not np.isfinite(values).all():
            cell = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(f"{name} holds {values[cell]} at {cell}, which JSON cannot carry")
    return json.dumps(to_dict(trace), separators=(",", ":"), allow_nan=False)


def load(text: str, make: Callable[[dict[str, Any]], T]) -> T:
    """Return what ``make`` makes of the JSON of a trace, or say what is wrong with the text."""
    try:
        state = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        _bounded_result(state["shape"])
        return make(state)
    except KeyError as problem:
        raise ValueError(f"this is not the JSON of a trace: {problem} is missing") from problem
    except Exception as problem:  # whatever the text makes json, numpy or the rules stumble over
        words = f"{type(problem).__name__} {problem}"[:MOST_WORDS]
        if isinstance(problem, TypeError | ValueError):
            words = str(problem)[:MOST_WORDS]
        raise ValueError(f"this is not the JSON of a trace: {words}") from problem


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a number that JSON can carry")


def _finite(word: str) -> float:
    """Read a number; ``1e999`` would silently become infinity."""
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word[:20]} is too large for a float")
    return number


def _bounded_result(shape: Any) -> None:
    """Refuse a result of more cells than a text can mean: a few words could ask for gigabytes."""
    cells = math.prod(whole(n, "shape", 0) for n in shape)
    if cells > MAX_PLACES:
        raise ValueError(f"its result would have {cells} cells, at most {MAX_PLACES} are read")


def to_dict(trace: Table) -> dict[str, Any]:
    """Return the trace as plain lists, numbers and strings."""
    rows = (
        {"rule": _rule_out(trace.rule)}
        if trace.rule
        else {"terms": [_terms_out(group) for group in trace.terms]}
    )
    return {
        "op": trace.op,
        "operands": {
            name: {"shape": list(a.shape), "data": to_list(a)} for name, a in trace.operands.items()
        },
        "out": trace.out,
        "shape": list(trace.shape),
        "post": trace.post,
        **({"options": trace.options} if trace.options else {}),
        **({} if trace.post == "identity" else {"formula": formula(trace.function)}),
        "symbol": trace.symbol,
        "layout": {name: list(axes) for name, axes in trace.layout.items()},
        **rows,
    }


def parts(state: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the trace that :func:`to_dict` took apart."""
    terms = (
        _rule_in(state["rule"])
        if "rule" in state
        else tuple(_terms_in(group) for group in state["terms"])
    )
    return {
        "op": state["op"],
        "operands": {
            name: np.reshape(a["data"], a["shape"]) for name, a in state["operands"].items()
        },
        "shape": tuple(state["shape"]),
        "terms": terms,
        "out": state["out"],
        "post": state["post"],
        "options": state.get("options"),
        "symbol": state["symbol"],
        "layout": {name: (axes[0], axes[1]) for name, axes in state["layout"].items()},
    }


def to_list(array: NDArray[Any]) -> list[float | int]:
    """Return the cells of an array in row order as plain numbers."""
    return [_number(v) for v in array.ravel()]


plain = to_list  # an older name, kept for one version


def _number(value: float) -> float | int:
    """Whole numbers without their ``.0``: half the bytes of most operands."""
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


def _rule_out(rule: IndexRule) -> dict[str, Any]:
    return {
        "order": list(rule.order),
        "sizes": dict(rule.sizes),
        "groups": [
            {
                "out": [_dim_out(dim) for dim in group.out],
                "cells": {name: [_dim_out(d) for d in dims] for name, dims in group.cells.items()},
                "coef": group.coef,
            }
            for group in rule.groups
        ],
    }


def _dim_out(dim: AffineIndex) -> dict[str, Any]:
    return {"axes": dict(dim.axes), "pad": list(dim.pad)}


def _rule_in(state: dict[str, Any]) -> IndexRule:
    groups = tuple(_group_in(group) for group in state["groups"])
    return IndexRule(tuple(state["order"]), groups, state["sizes"])


def _group_in(group: dict[str, Any]) -> TermGroup:
    out = tuple(_dim_in(dim, set()) for dim in group["out"])
    places = {axis for dim in out for axis in dim.axes}
    cells = {name: tuple(_dim_in(d, places) for d in dims) for name, dims in group["cells"].items()}
    return TermGroup(out, cells, group["coef"])


def _dim_in(state: dict[str, Any], places: set[str]) -> AffineIndex:
    """Read an index. Which axis of a window counts its places is seen from the result."""
    axes, padding = state["axes"], (state["pad"][0], state["pad"][1])
    place, tap = [a for a in axes if a in places], [a for a in axes if a not in places]
    slides = len(place) == len(tap) == 1
    return AffineIndex(axes, padding, *(place + tap if slides else ()))


def _terms_out(group: Terms) -> dict[str, Any]:
    columns = {
        "out": group.out.tolist(),
        "cells": {name: cell.tolist() for name, cell in group.cells.items()},
        "coef": _same(group.coef),
    }
    return columns if group.back is None else {**columns, "back": _same(group.back)}


def _same(column: Any) -> Any:
    """One number where all rows agree."""
    values = [_number(v) for v in column]
    return values[0] if values and len(set(values)) == 1 else values


def _terms_in(state: dict[str, Any]) -> Terms:
    return Terms(state["out"], state["cells"], state["coef"], state.get("back"))
