"""The code blocks of CONTRIBUTING.md, by the heading they stand under."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def block(heading: str) -> str:
    """Return the Python code under a heading, as it is printed there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(f"{heading}\n")]
    return found.split("```python\n")[1].split("```\n")[0]
