"""ARCHITECTURE.md is true: its diagram is today's, its paths exist, the house has no circle."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "_ext"))
    import house_plan

    yield house_plan
    sys.modules.pop("house_plan", None)


def test_the_diagram_is_made_from_the_imports_of_today(plan) -> None:
    assert plan.renewed(TEXT) == TEXT, "run: python _ext/house_plan.py"


def test_no_module_imports_another_in_a_circle(plan) -> None:
    assert plan.circles() == []


def test_a_planted_circle_is_found(plan, monkeypatch: pytest.MonkeyPatch) -> None:
    today = plan.modules()
    today["cnnlib.ops._check"].add("cnnlib.trace.trace")
    monkeypatch.setattr(plan, "modules", lambda: today)
    assert any("cnnlib.ops._check" in circle for circle in plan.circles())


def test_every_file_and_folder_named_there_exists() -> None:
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.]*)`", TEXT)) - {"ops/name.py", "trace/name.py"}
    named -= {"nn/name.py", "check/exercises/name.py"}
    places = (ROOT, ROOT / "cnnlib", ROOT / "cnnlib" / "widgets")
    lost = [name for name in named if not any((place / name).exists() for place in places)]
    assert len(named) > 15
    assert lost == []
