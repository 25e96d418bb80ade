"""The worked examples of `golden.json`, ready to use; its schema names the conventions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = json.loads((Path(__file__).with_name("golden.json")).read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in GOLDEN["cases"]}
MISTAKES = {case["id"]: case for case in GOLDEN["counterexamples"]}


def generated(shapes: dict[str, list[int]], formulas: dict[str, str]) -> dict[str, np.ndarray]:
    """Arrays written as formulas of their indices."""
    arrays, letters = {}, {"x": "nijc", "w": "abck", "dz": "nijk", "b": "k"}
    for name, formula in formulas.items():
        if name in letters:
            shape = shapes.get(name, shapes["w"][3:])
            grid = dict(zip(letters[name], np.indices(shape), strict=True))
            arrays[name] = eval(formula.replace("mod", "%"), grid)
    return arrays


def arrays_of(case: dict[str, Any]) -> dict[str, np.ndarray]:
    """Inputs of a case, those given by formulas computed."""
    inputs = case["inputs"]
    if "generator" in inputs:
        return generated(inputs["shapes"], inputs["generator"])
    return {name: np.array(value) for name, value in inputs.items()}
