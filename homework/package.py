"""The wheel of cnnlib as it stands in this folder: numpy alone, no compiled code."""

from __future__ import annotations

from pathlib import Path

from homework.chapter import ROOT


def build_wheel(folder: Path) -> Path:
    """Build the wheel into a folder and return its path. Needs no network."""
    from hatchling.builders.wheel import WheelBuilder

    built = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(next(iter(built)))
