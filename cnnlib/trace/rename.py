"""Call the arrays of a trace by other symbols, so that it reads what another one writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnlib.trace.rule import IndexRule
from cnnlib.trace.table import Table
from cnnlib.trace.terms import Terms

Names = Mapping[str, str]


def rename(trace: Table, names: Names) -> dict[str, Any]:
    """Return the parts of a trace that change when its arrays are called ``names``."""
    known = [*trace.operands, trace.out]
    if set(names) - set(known):
        strange = ", ".join(sorted(set(names) - set(known)))
        raise ValueError(f"renamed: {trace.op} has no array {strange}, only {', '.join(known)}")
    new = [names.get(name, name) for name in known]
    if len(set(new)) < len(new):
        raise ValueError(f"renamed: two arrays of {trace.op} would share a symbol in {new}")
    return {
        "operands": _keys(trace.operands, names),
        "out": names.get(trace.out, trace.out),
        "layout": _keys(trace.layout, names),
        "terms": _rule(trace.rule, names) if trace.rule else [_rows(g, names) for g in trace.terms],
    }


def _keys(mapping: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Rename keys, in their order; a key that stood for nothing gives way to a new symbol."""
    taken = set(names.values()) - set(names)
    return {names.get(key, key): value for key, value in mapping.items() if key not in taken}


def _rows(group: Terms, names: Names) -> Terms:
    return replace(group, cells=_keys(group.cells, names))


def _rule(rule: IndexRule, names: Names) -> IndexRule:
    groups = [
        replace(group, cells=_keys(group.cells, names), coef=group.coefficient.rename(names))
        for group in rule.groups
    ]
    return replace(rule, groups=tuple(groups))
