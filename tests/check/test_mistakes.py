"""Every planted mistake is caught and named; no right solution raises an alarm.

A file in ``mistakes/`` belongs to one exercise: ``CORRECT`` holds right solutions by name, written
differently, and ``PLANTED`` wrong ones, each with the causes that must be named, by part.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from cnnlib import check
from cnnlib.check.causes import CATALOGUE
from tests.check.cases import convolution, dense_relu_softmax, pooling  # noqa: F401
from tests.check.cases.collect import CASES
from tests.check.crashes import CRASHES
from tests.check.edits import named
from tests.check.unlisted_mistakes import STRANGE

SEEDS = (0, 20240229)
FILES = sorted((Path(__file__).parent / "mistakes").glob("*.py"))
MODULES = {path.stem: import_module(f"tests.check.mistakes.{path.stem}") for path in FILES}
CORRECT = [(name, label) for name, module in MODULES.items() for label in module.CORRECT]
CONVENTIONS = [
    (name, label)
    for name, module in MODULES.items()
    for label in getattr(module, "CONVENTIONS", {})
]
PLANTED = [(name, label) for name, module in MODULES.items() for label in module.PLANTED]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "label"), CORRECT)
def test_a_right_solution_raises_no_alarm(name: str, label: str, seed: int) -> None:
    report = getattr(check, name)(MODULES[name].CORRECT[label], seed=seed)
    assert report, report


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "label"), PLANTED)
def test_a_planted_mistake_is_caught_and_named(name: str, label: str, seed: int) -> None:
    function, causes = MODULES[name].PLANTED[label]
    report = getattr(check, name)(function, seed=seed)
    assert not report
    assert report.causes == causes, report


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "label"), CONVENTIONS)
def test_a_convention_is_told_and_is_no_mistake(name: str, label: str, seed: int) -> None:
    function, remarks = MODULES[name].CONVENTIONS[label]
    report = getattr(check, name)(function, seed=seed)
    assert report, report
    assert report.remarks == remarks
    text = " ".join(str(report).split())
    assert all(check.causes()[remark] in text for remark in remarks)


#: What a function does, not what it computes: test_safety.py.
DEEDS = {
    "exits",
    "never-ends",
    "replaces-names",
    "too-much-memory",
    "uses-cnnlib",
    "wrong-signature",
}


def test_every_cause_is_planted_somewhere() -> None:
    planted = {
        cause
        for module in MODULES.values()
        for _, causes in module.PLANTED.values()
        for several in causes.values()
        for cause in several
    }
    told = {
        r for m in MODULES.values() for _, rs in getattr(m, "CONVENTIONS", {}).values() for r in rs
    }
    strange = {c for *_, causes in STRANGE.values() for one in causes.values() for c in named(one)}
    crashes = {function.__doc__ for _, function in CRASHES.values()}
    published = {
        c for *_, hoped in CASES.values() for one in hoped.values() for c in one.split("+")
    }
    shown = planted | strange | told | crashes | published | {"ties-any", "ties-column"}
    assert set(CATALOGUE) <= shown | DEEDS
    assert {c for c in shown if c in CATALOGUE or " " not in c} | DEEDS == set(CATALOGUE)


@pytest.mark.parametrize("name", MODULES)
def test_every_candidate_has_a_cause_in_the_catalogue(name: str) -> None:
    exercise = getattr(check.exercises, name).EXERCISE
    assert {cause for c in exercise.candidates for cause in c.causes} <= set(CATALOGUE)
