"""Otter's plugin: has the submission judged elsewhere and hands the verdicts to Otter's tests.

Otter runs its tests in the kernel in which it has run the notebook, where a submission could change
anything. So the notebook that goes on to that kernel holds no line of the student's, only the
verdicts.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin

HERE = Path(__file__).resolve().parent


class Grader(AbstractOtterPlugin):
    """Judge a submission before Otter executes it.

    The configuration in ``otter_config.json`` holds ``seed``, the seed of the hidden numbers;
    ``per_student``, whether each student has hidden numbers of their own; and ``limit_s``, the
    longest that judging one submission may take. ``files`` is the archive's folder of this name.
    """

    def __init__(self, *given: Any, files: Path = HERE.parent) -> None:
        super().__init__(*given)
        self.files = files

    def before_execution(self, submission: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """Judge, and return a notebook with the verdicts in place of the code."""
        tests = {path: path.read_bytes() for path in Path("tests").glob("*.py")}
        verdicts = json.dumps(self.verdicts())
        for path, content in tests.items():
            path.write_bytes(content)
        cell = nbformat.v4.new_code_cell(f"import json\nverdicts = json.loads({verdicts!r})")
        return nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": KERNEL})

    def verdicts(self) -> dict[str, Any]:
        """Return what the judge says of every test, for public and for hidden numbers."""
        grader = self.files / "grader"
        plan = json.loads((grader / "plan.json").read_text(encoding="utf-8"))
        asked = {"plan": plan, "seeds": {"public": 0, "hidden": self.hidden_seed()}}
        with tempfile.TemporaryDirectory() as folder:
            for wheel in self.files.glob("cnnlib-*.whl"):
                zipfile.ZipFile(wheel).extractall(folder)
            command = [sys.executable, grader / "judge.py", self.submission_path]
            paths = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")])
            try:
                run = subprocess.run(
                    command,
                    input=json.dumps(asked).encode(),
                    env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
                    stdout=subprocess.PIPE,
                    timeout=self.plugin_config["limit_s"],
                    check=True,
                )
                return dict(json.loads(run.stdout))
            except (subprocess.SubprocessError, ValueError) as error:
                return {"error": f"the submission could not be judged: {error}"}

    def hidden_seed(self) -> int:
        """Return the seed of the hidden numbers, where asked for one for each student."""
        seed = int(self.plugin_config["seed"])
        if not self.plugin_config.get("per_student"):
            return seed
        users = (self.submission_metadata or {}).get("users", [])
        names = sorted(user.get("email", "") for user in users)
        name = ",".join(names) or Path(self.submission_path).stem
        return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:4], "big")


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
