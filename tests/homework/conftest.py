"""The kit is made once for all its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from homework import make
from tests.homework.kit import SEED


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``make homework``."""
    out = tmp_path_factory.mktemp("homework")
    make.main(["--out", str(out), "--seed", str(SEED)])
    return out
