"""The mistakes that can be named, each with the section of the book that explains it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

#: Where the book is: the address of its folder ``chapters/``, ending in "/". Empty means "beside
#: this page", which is right inside the book; a course sets the variable to its own copy.
BOOK = os.environ.get("CNNLIB_BOOK", "")
#: Exercises that share words.
FAMILIES = {
    "max_pool2d_backward": "pool",
    "avg_pool2d_backward": "pool",
    "conv2d": "forward",
    "dense_backward": "dense",
    "relu_backward": "relu",
    "softmax_cross_entropy_backward": "softmax",
    "numerical_gradient": "numerical",
}
FIELDS = ("words", "look", "read", "ask", "rule")


@dataclass(frozen=True)
class Cause:
    """One mistake.

    Attributes
    ----------
    id : str
        Its short name, the same in every version.
    words : str
        What is wrong, as the field says it.
    look : str
        Where to look, in one sentence.
    read : str
        The section of the book that explains it, as ``chapter#anchor``.
    ask : str
        A question to ask oneself, "" where the place says enough.
    rule : str
        The rule, told to those who ask for hints.
    others : dict
        Words for some exercises, where they differ.
    """

    id: str
    words: str
    look: str
    read: str
    ask: str = ""
    rule: str = ""
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def within(self, exercise: str) -> Cause:
        """Return the cause in the words for an exercise."""
        own = self.others.get(exercise) or self.others.get(FAMILIES.get(exercise, "conv")) or {}
        return replace(self, **{k: v for k, v in own.items() if k in FIELDS})  # type: ignore[arg-type]

    @property
    def link(self) -> str:
        """Address of the section."""
        return f"{BOOK}{self.read.replace('#', '.html#')}"

    @property
    def chapter(self) -> str:
        """The chapter that explains it."""
        return self.read.partition("#")[0]

    def as_dict(self) -> dict[str, str]:
        """Return plain values."""
        told = {"id": self.id, "words": self.words, "look": self.look, "link": self.link}
        return {**told, **({"ask": self.ask} if self.ask else {})}


def _catalogue() -> dict[str, Cause]:
    text = (Path(__file__).parent / "causes.toml").read_text(encoding="utf-8")
    return {name: _cause(name, entry) for name, entry in tomllib.loads(text).items()}


def _cause(name: str, entry: Mapping[str, Any]) -> Cause:
    own = {key: value for key, value in entry.items() if key in FIELDS}
    return Cause(name, **own, others={k: v for k, v in entry.items() if k not in FIELDS})


CATALOGUE = _catalogue()
