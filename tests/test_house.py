"""The house rules which no other tool looks after."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LONGEST = 300


def sources(*patterns: str) -> list[Path]:
    """Return the files of the project (not of its tools) which fit any of the patterns."""
    folders = (
        "cnnlib",
        "tests",
        "chapters",
        "benchmarks",
        "homework",
        "_ext",
        "_static",
        ".ci",
        ".github",
    )
    found = [path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()]
    for folder in folders:
        found += [path for pattern in patterns for path in (ROOT / folder).rglob(pattern)]
    return sorted({path for path in found if "__pycache__" not in path.parts})


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pins() -> dict[str, str]:
    """Return what requirements.txt pins, by normalised name."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_the_core_needs_numpy_alone() -> None:
    assert PROJECT["project"]["dependencies"] == ["numpy>=2.0"]
    loaded = "import sys, cnnlib; print({m.partition('.')[0] for m in sys.modules} & {extras})"
    extras = "{'matplotlib', 'anywidget', 'ipywidgets', 'torch', 'tqdm', 'IPython', 'sphinx'}"
    code = loaded.replace("{extras}", extras)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_extras_are_there() -> None:
    extras = set(PROJECT["project"]["optional-dependencies"])
    assert extras >= {"widgets", "plots", "book", "homework", "course", "dev"}


def test_requirements_install_cnnlib_and_pin_what_the_book_is_built_with() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert "-e .[book]" in lines
    assert [line for line in lines if "==" not in line] == ["-e .[book]"]
    assert pins()["jupyter-book"] == "1.0.4.post1"


def test_every_tool_of_the_book_is_pinned() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [need for extra in ("book", "plots", "widgets") for need in extras[extra]]
    names = {re.match(r"[\w.-]+", need).group().lower() for need in wanted} - {"cnnlib"}  # type: ignore[union-attr]
    assert names - set(pins()) == set()


def test_no_file_of_the_package_is_longer_than_an_idea() -> None:
    """Lines as ruff and biome format them, so that no file is short by being dense."""
    files = [*(ROOT / "cnnlib").rglob("*.py"), *(ROOT / "cnnlib").rglob("*.js")]
    files = [f for f in files if f.name not in ("trace_view.js", "digit_explorer.js")]
    lengths = {name_of(f): len(f.read_text(encoding="utf-8").splitlines()) for f in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_path_of_one_machine_and_no_package_registry_is_named() -> None:
    patterns = (
        "*.py",
        "*.md",
        "*.js",
        "*.mjs",
        "*.yml",
        "*.yaml",
        "*.toml",
        "*.txt",
        "*.cff",
        "run",
    )
    # Written in pieces, so that this file passes its own test.
    words = ("/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "py" + "pi.org", "pythonhos" + "ted")
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in sources(*patterns)}
    found = [(name, word) for name, text in texts.items() for word in words if word in text]
    assert len(texts) > 300
    assert found == []


def test_the_run_of_a_push_calls_the_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("make book", "make test"):
        assert command in readme
        assert re.search(rf"^{command}\b", run, re.MULTILINE)


def test_hooks_need_nothing_from_elsewhere() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}


def test_every_chapter_is_in_the_table_of_contents_and_opens_as_a_notebook() -> None:
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for path in sorted((ROOT / "chapters").glob("*.md")):
        assert f"chapters/{path.stem}" in toc, f"{path.name} is in no part of _toc.yml"
        text = path.read_text(encoding="utf-8")
        assert "{code-cell}" not in text or text.startswith("---\njupytext:\n")


def test_contributing_has_four_short_recipes() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipes = re.findall(r"^## (Add an? \w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in recipes] == [
        "Add an operation",
        "Add a chapter",
        "Add a widget",
        "Add an exercise",
    ]
    assert all(1 <= len(body.strip().splitlines()) <= 6 for _, body in recipes)
