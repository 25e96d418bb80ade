"""The mistakes that can be named, each with the section of the book that explains it."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

#: Where the book is: the address of its folder ``chapters/``, ending in "/". Empty means "beside
#: this page", which is right inside the book; a course sets the variable to its own copy.
BOOK = os.environ.get("CNNLIB_BOOK", "")


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
    """

    id: str
    words: str
    look: str
    read: str

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
        return {"id": self.id, "words": self.words, "look": self.look, "link": self.link}


def causes() -> dict[str, str]:
    """Return the words of every mistake that can be named, by id.

    Examples
    --------
    >>> causes()["dw-rotated"]
    'dw comes out rotated by 180°'
    """
    return {cause.id: cause.words for cause in CATALOGUE.values()}


def _catalogue() -> dict[str, Cause]:
    text = (Path(__file__).parent / "causes.toml").read_text(encoding="utf-8")
    return {name: Cause(name, **entry) for name, entry in tomllib.loads(text).items()}


CATALOGUE = _catalogue()
