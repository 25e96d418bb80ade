"""What CONTRIBUTING.md says is done here, to the letter, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlib.check.checker import checker
from tests.contributing import ROOT, block


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the tests of an activation need, with the entry of CONTRIBUTING put in."""
    folder = tmp_path_factory.mktemp("copy")
    skip = shutil.ignore_patterns("__pycache__", "fuzz", "mutation", "homework", "browser", "site")
    for name in ("cnnlib", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("pyproject.toml", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        shutil.copy(ROOT / name, folder)
    file = folder / "cnnlib" / "ops" / "activations.py"
    before, mark, after = file.read_text(encoding="utf-8").partition("NAMES = ")
    entry = block("An activation in one entry")
    file.write_text(f"{before}{entry}\n\n{mark}{after}", encoding="utf-8")
    return folder


def run(copy: Path, *command: str) -> str:
    """Run Python in the copy; its package and its tests are those of the copy."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_one_entry_gives_everything_that_an_activation_has(copy: Path) -> None:
    code = """
import numpy as np
import cnnlib, cnnlib.nn as nn
from cnnlib.widgets import TraceView
z = np.array([[-1.0, 0.5, 2.0]])
layer, trace = nn.SiLU(), cnnlib.trace_silu(z)
assert (layer.forward(z) == cnnlib.silu(z)).all() and (trace.evaluate() == cnnlib.silu(z)).all()
assert "silu" in TraceView(trace).still()
nn.save(nn.Network([layer]), "silu.npz")
print(cnnlib.__file__, nn.load("silu.npz").layers)
"""
    said = run(copy, "-c", code)
    assert str(copy) in said
    assert "[SiLU()]" in said


def test_the_tests_meet_the_new_activation_by_themselves_and_node_computes_it(copy: Path) -> None:
    tests = [f"tests/{name}" for name in ("ops", "trace", "widgets/test_javascript.py")]
    where = "silu or test_formula or table or test_every"
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", where, "-m", "not torch")
    said = run(copy, *command, *tests, "cnnlib/ops/activations.py")
    passed = int(re.findall(r"(\d+) passed", said)[0])
    assert passed > 60
    assert "skipped" not in said


def test_a_slope_that_is_wrong_is_noticed(copy: Path) -> None:
    """Seen to fail once: the same entry with a planted mistake."""
    file = copy / "cnnlib" / "ops" / "activations.py"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text(right.replace("(1 + z * _sigmoid(-z))", "(1 + z)"), encoding="utf-8")
        with pytest.raises(AssertionError, match="test_activation_slopes_match_central"):
            run(copy, "-m", "pytest", "-q", "-k", "silu", "tests/ops/test_gradients.py")
    finally:
        file.write_text(right, encoding="utf-8")


def test_the_strided_rule_has_six_lines() -> None:
    code = block("An operation in six lines")
    assert len([line for line in code.splitlines() if line.strip()]) <= 6


def test_the_checker_judges_and_names_the_mistake() -> None:
    scope: dict[str, object] = {}
    exec(compile(block("A checker in one file"), "upsample_backward.py", "exec"), scope)
    check = checker(scope["EXERCISE"])  # type: ignore[arg-type]

    def upsample_backward(delta, x, w):
        return np.array(
            [[row[2 * i : 2 * i + len(w)] @ w for i in range(x.shape[1])] for row in delta]
        )

    def stride_forgotten(delta, x, w):
        return np.array([[row[i : i + len(w)] @ w for i in range(x.shape[1])] for row in delta])

    assert check(upsample_backward)
    report = check(stride_forgotten)
    assert not report
    assert report.causes == {"dx": ("stride-ignored",)}
