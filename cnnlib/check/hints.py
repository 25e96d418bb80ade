"""A ladder for those who ask: a question, the place, the rule. The formula comes last, or never."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlib.check.results import Failure

#: For mistakes without a name: questions that find most of them.
USUAL = (
    "Take the case shown and shrink it: one example, one channel, a delta with a single 1. Which "
    "cells of the result should it reach, and which does yours?",
    "Is the cell that differs first at an edge, in another channel, or in another example? What "
    "do the cells that are right have in common?",
)


def hints(failures: Sequence[Failure]) -> list[str]:
    """Return the hints for the first failure, the gentlest first."""
    if not failures:
        return []
    failure = failures[0]
    named = [hint for cause in failure.causes for hint in (cause.ask, cause.look, cause.rule)]
    found = list(dict.fromkeys(filter(None, named)))
    if found:
        return [*found, *(f"It is told in {cause.link}." for cause in failure.causes)]
    if failure.raises:
        return [
            "Read the line shown from the inside out: what shape has each array in it, in this "
            "case? Print the shapes; the report shows what is printed.",
            *USUAL[:1],
        ]
    return list(USUAL)
