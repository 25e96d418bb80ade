"""The words of types.d.ts are those that Python writes: TypeScript reads both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.widgets import gallery
from tests.conftest import missing
from tests.widgets.test_javascript import node

WORDS = Path(__file__).parents[2] / "cnnlib" / "widgets" / "types.d.ts"


def complaints(folder: Path, source: str) -> str:
    """Return what TypeScript says of a module that uses the words."""
    tsc = Path(sys.prefix) / "javascript" / "node_modules" / ".bin" / "tsc"
    if not tsc.exists():
        missing("TypeScript", "run make check once")
    (folder / "written.ts").write_text(source, encoding="utf-8")
    path = f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(tsc), "--noEmit", "--strict", "--types", "", "--target", "es2023"]
    run = subprocess.run(
        [*command, "written.ts", str(WORDS)],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    return run.stdout + run.stderr


def written(states: list[object]) -> str:
    return "".join(
        f"export const state{k}: TraceState = {json.dumps(state)};\n"
        for k, state in enumerate(states)
    )


def test_every_state_that_python_writes_fits_the_types(tmp_path):
    assert complaints(tmp_path, written([view.state for view in gallery.traces()])) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("delta"),
        lambda state: state.update(colour="red"),
        lambda state: state["trace"].update(operands=[]),
        lambda state: state["trace"]["rule"]["groups"][0].update(coef={"mean": ["i"]}),
    ],
)
def test_a_state_that_differs_is_seen(tmp_path, change):
    state = json.loads(json.dumps(gallery.small_convolution().state))
    change(state)
    assert "error TS" in complaints(tmp_path, written([state]))
