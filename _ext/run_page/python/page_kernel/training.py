"""Trainings in a page: see :mod:`page_kernel.kernel`."""

from __future__ import annotations

from typing import Any

for_real = False


def begin(trained: dict[str, Any], home: str) -> None:
    """Know which trained networks the build has kept."""
