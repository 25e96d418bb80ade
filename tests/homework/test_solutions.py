"""The checkers pass the correct solutions, and the twelve bugs are what they are said to be."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlib import check
from homework import chapter
from tests.homework.kit import CORRECT, functions, solution

FILES = [(name, file) for name, files in CORRECT.items() for file in files]
TWELVE = range(1, 13)


def items(name: str) -> list[dict[str, Any]]:
    return list(chapter.Chapter(chapter.CHAPTERS / f"{name}.md").items)


@pytest.mark.parametrize(("name", "file"), [f for f in FILES if f[0] != "homework_network"])
def test_correct_solutions_pass(name: str, file: str) -> None:
    mine = functions(solution(file))
    for item in items(name):
        if item["kind"] == "check":
            report = getattr(check, item["exercise"])(mine[item["functions"][0]], seed=11)
            report.raise_if_failed()


@pytest.fixture(scope="module")
def hunt() -> dict[int, dict[str, Any]]:
    verdicts = [item for item in items("homework_bug_hunt") if item["kind"] == "verdict"]
    return dict(zip(TWELVE, verdicts, strict=True))


@pytest.mark.parametrize("number", TWELVE)
def test_every_bug_is_caught_and_has_one_name(number: int, hunt: dict[int, Any]) -> None:
    wrong = functions(hunt[number]["code"])[f"wrong_{number}"]
    answer = functions(solution("bug_hunt"))[f"cause_{number}"]
    assert answer in check.causes()
    for seed in (0, 5):
        report = getattr(check, hunt[number]["exercise"])(wrong, seed=seed)
        assert not report
        assert {cause for named in report.causes.values() for cause in named} == {answer}


@pytest.mark.parametrize("number", TWELVE)
def test_verdicts_are_told_from_guesses(number: int, hunt: dict[int, Any]) -> None:
    exercise = hunt[number]["exercise"]
    wrong = functions(hunt[number]["code"])[f"wrong_{number}"]
    answers = [functions(solution("bug_hunt"))[f"cause_{n}"] for n in TWELVE]
    right, other = answers[number - 1], answers[(number + 5) % 12]
    assert check.verdict(exercise, wrong, right)
    for guess in (other, None):
        report = check.verdict(exercise, wrong, guess)
        assert not report
        assert right not in str(report)
        assert check.causes()[right] not in str(report)


def test_the_exercises_with_a_checker_of_their_own_can_be_solved() -> None:
    notebook = chapter.Chapter(chapter.CHAPTERS / "homework_layers.md").notebook
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    space = functions("\n".join(c for c in code if "import" in c or "check.own" in c))
    mine = functions(solution("layers"))
    asked = {"col2im": "col2im", "grouped": "grouped_backward", "norm": "norm_backward"}
    for checker, name in {**asked, "engine": "conv_by_engine"}.items():
        space[f"check_{checker}"](mine[name]).raise_if_failed()
