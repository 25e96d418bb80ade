"""What make homework writes: notebooks without answers, archives as Gradescope wants them."""

from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest

from homework import autograder, chapter, grade, make, student
from homework.grader import plugin
from tests.homework.kit import CORRECT, SEED, code_of, solution

NAMES = sorted(CORRECT)


def test_there_is_an_assignment_for_every_homework_page(kit: Path) -> None:
    assert sorted(folder.name for folder in kit.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_archive_has_gradescopes_layout(kit: Path, name: str) -> None:
    with zipfile.ZipFile(kit / name / "autograder.zip") as archive:
        files = set(archive.namelist())
        config = json.loads(archive.read("otter_config.json"))
        environment = archive.read("environment.yml").decode()
        setup = archive.read("setup.sh").decode()
    assert {"setup.sh", "run_autograder", "run_otter.py", "environment.yml"} <= files
    assert {"files/grader/plugin.py", "files/grader/plan.json"} <= files
    assert any(file.startswith("files/cnnlib-") and file.endswith(".whl") for file in files)
    assert config["assignment_name"] == name
    assert config["plugins"][0]["files.grader.plugin.Grader"]["seed"] == SEED
    assert "numpy" in environment
    assert "otter-grader" in environment
    assert setup.startswith("#!")
    assert "submission_metadata.json" in setup


@pytest.mark.parametrize("name", NAMES)
def test_a_test_is_one_part_with_public_and_hidden_numbers(kit: Path, name: str) -> None:
    page = chapter.Chapter(chapter.CHAPTERS / f"{name}.md")
    expected = [test for item in page.items for test in autograder.names(item)]
    with zipfile.ZipFile(kit / name / "autograder.zip") as archive:
        tests = [archive.read(f).decode() for f in archive.namelist() if f.startswith("tests/")]
    assert len(tests) == len(expected) == len(set(expected))
    for text in tests:
        compile(text, name, "exec")
        assert text.count("@test_case") == 2
        assert text.count("hidden=True") == 1


def test_convolution_is_graded_by_its_parts() -> None:
    page = chapter.Chapter(chapter.CHAPTERS / "homework_convolution.md")
    last = autograder.names(page.items[-1])
    assert sorted(last) == [f"conv2d_backward {part}" for part in ("db", "dw", "dx", "shapes")]


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_holds_no_answer_and_no_hidden_number(kit: Path, name: str) -> None:
    path = next((kit / name / "student").glob("*.ipynb"))
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert str(SEED) not in path.read_text(encoding="utf-8")
    assert notebook.metadata["otter"]["assignment_name"] == name
    assert all(not cell.get("outputs") for cell in notebook.cells)
    empty = [c for c in notebook.cells if "exercise" in c.metadata.get("tags", [])]
    assert empty
    for cell in empty:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef):
                assert ast.unparse(node.body[-1]) == "raise NotImplementedError('your turn')"
                assert len(node.body) <= 2, "a docstring, and nothing else"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "homework_bug_hunt"])
def test_no_cell_has_a_line_of_a_solution(kit: Path, name: str) -> None:
    """Long lines of every solution, compared without white space."""
    page = "".join(code_of(next((kit / name / "student").glob("*.ipynb")))).replace(" ", "")
    for file in CORRECT[name]:
        lines = solution(file).replace(" ", "").splitlines()
        own = [line for line in lines if len(line) > 24 and not line.startswith(("def", "rng="))]
        assert not [line for line in own if line in page]


def test_the_bug_hunt_tells_no_name(kit: Path) -> None:
    folder = kit / "homework_bug_hunt"
    page = next((folder / "student").glob("*.ipynb")).read_text(encoding="utf-8")
    answers = set(re.findall(r'^cause_\d+ = "([\w-]+)"$', solution("bug_hunt"), re.M))
    assert len(answers) == 12
    plan = (folder / "files" / "grader" / "plan.json").read_text(encoding="utf-8")
    assert not [answer for answer in answers if answer in page or answer in plan]


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_need_no_extension_to_be_read(kit: Path, name: str) -> None:
    notebook = nbformat.read(next((kit / name / "student").glob("*.ipynb")), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\\partial[a-zA-Z]", cell.source)
            for left in (":::", "{math}", ".md)", "](#", r"\dx", r"\corr", "{.sym", ")=\n"):
                assert left not in cell.source, cell.source
            assert cell.source.count("<details>") == cell.source.count("</details>")


def test_links_lead_to_the_book_where_its_address_is_known() -> None:
    as_markdown = student.as_markdown
    text = "See [the rules](homework.md#homework-rules), [ties](#po-ties) and $\\dx = \\x$."
    assert as_markdown(text) == "See *the rules*, *ties* and ${\\mathit{dx}} = {x}$."
    linked = as_markdown(text, "https://book.example/chapters/")
    assert "](https://book.example/chapters/homework.html#homework-rules)" in linked
    assert "](https://book.example/chapters/pooling" in linked


def test_hints_stay_folded_inside_one_another() -> None:
    text = "::::{dropdown} One\na\n\n:::{dropdown} Two\nb\n:::\n::::\nafter"
    found = student.as_markdown(text)
    assert found.index("One") < found.index("Two") < found.index("</details>")
    assert found.count("<details>") == 2
    assert found.endswith("after")


def test_hidden_numbers_can_differ_from_student_to_student() -> None:
    grader = plugin.Grader
    one = {"seed": 7, "per_student": True}
    people = [{"users": [{"email": f"{name}@example.org"}]} for name in ("ada", "bob", "ada")]
    seeds = [grader("x.ipynb", person, one).hidden_seed() for person in people]
    assert seeds[0] == seeds[2] != seeds[1]
    assert grader("x.ipynb", {}, one).hidden_seed() != grader("y.ipynb", {}, one).hidden_seed()
    assert grader("x.ipynb", people[0], {"seed": 7}).hidden_seed() == 7


def test_the_table_of_grades_has_a_line_for_every_submission() -> None:
    out = io.StringIO()
    grade.write({"ada": {"f dx": 3.0, "f dw": 1.0}, "bob": {}}, out)
    lines = out.getvalue().split()
    assert " ".join(lines) == "submission,f dw,f dx,total ada,1.0,3.0,4.0 bob,0,0,0"


def test_without_a_seed_one_is_drawn_by_lot() -> None:
    first, second = (make.arguments([]).seed for _ in range(2))
    assert first != second
