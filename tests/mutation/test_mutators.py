"""The planted faults are faults: each changes one place, compiles, and leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutators import Mutant, mutants
from tests.mutation.run import FLOORS, ROOT, sample

SOURCE = '''"""Docs: 1 < 2."""
from x import y
__all__ = ["f"]
def f(a: int = 3, *, b=True):
    """More docs."""
    if a < 2 and not b:
        raise ValueError(f"{a + 1} is too small")
    for i in range(a):
        g(i, strict=True)
    return -a if b else max(a, a @ 0.5)
'''
WANTED = {
    ("3", "4"),
    ("True", "False"),
    ("a < 2", "a <= 2"),
    ("a < 2 and not b", "((a < 2) or (not b))"),
    ("a < 2 and not b", "not (a < 2 and not b)"),
    ("not b", "(b)"),
    ("2", "3"),
    ('raise ValueError(f"{a + 1} is too small")', "pass"),
    ("g(i, strict=True)", "pass"),
    (", strict=True", ""),
    ("-a if b else max(a, a @ 0.5)", "(max(a, a @ 0.5) if b else -a)"),
    ("-a", "(a)"),
    ("max", "min"),
    ("a @ 0.5", "(a) * (0.5)"),
    ("0.5", "1.0"),
}


def planted(tmp_path: Path) -> list[Mutant]:
    """Return the faults of a small file."""
    (tmp_path / "f.py").write_text(SOURCE, encoding="utf-8")
    return mutants(tmp_path, tmp_path / "f.py")


def test_every_kind_of_fault_is_planted_and_no_other(tmp_path: Path) -> None:
    found = planted(tmp_path)
    assert {(m.old, m.new) for m in found} == WANTED
    assert {m.key for m in found} >= {"f.py: a < 2 -> a <= 2"}


def test_a_fault_changes_its_place_alone(tmp_path: Path) -> None:
    for mutant in planted(tmp_path):
        changed = mutant.applied(SOURCE.encode()).decode()
        assert changed.startswith(SOURCE[: mutant.start])
        assert changed.endswith(SOURCE[mutant.end :])
        compile(changed, "changed", "exec")


def test_every_floor_of_the_package_is_sampled() -> None:
    drawn = sample(50, seed=3, only=[])
    assert {f for m in drawn for f in FLOORS if m.path.startswith(f)} == set(FLOORS)
    assert drawn == sample(50, seed=3, only=[])
    for mutant in drawn:
        compile(mutant.applied((ROOT / mutant.path).read_bytes()), mutant.key, "exec")


@pytest.mark.parametrize("tests", FLOORS.values(), ids=FLOORS)
def test_the_tests_that_should_notice_exist(tests: list[str]) -> None:
    assert all((ROOT / name).exists() for name in tests)
