"""The key of a page changes with everything its outputs depend on, and with nothing else."""

import re
from pathlib import Path

import nbformat.v4 as nb
import page_key
import pytest

FILES = {
    "cnnlib/__init__.py": "from cnnlib.ops import conv2d\n",
    "cnnlib/ops/__init__.py": "from cnnlib.ops.conv import conv2d\n",
    "cnnlib/ops/conv.py": "from ._check import whole\n\n\ndef conv2d():\n    return whole()\n",
    "cnnlib/ops/_check.py": "def whole():\n    return 1\n",
    "cnnlib/nn/__init__.py": "from cnnlib import ops\n",
    "cnnlib/widgets/__init__.py": "import cnnlib.nn\n",
    "cnnlib/widgets/static/view.js": "export default 1\n",
    "cnnlib/plots/__init__.py": "from importlib import import_module\nimport_module('x')\n",
    "cnnlib/plots/by_name.py": "",
    "cnnlib/data.py": "def digits():\n    from cnnlib.ops import conv2d\n",
    "cnnlib/_data/digits.npz": "1 2 3",
    **dict.fromkeys(page_key.TOOLS, "a tool\n"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def key(root: Path, *cells: str, text: str = "Words.", tags: tuple[str, ...] = ()) -> str:
    for cached in (page_key._modules, page_key._imports_of, page_key._fingerprint):
        cached.cache_clear()
    code = [nb.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells]
    return page_key.page_key(nb.new_notebook(cells=[nb.new_markdown_cell(text), *code]), root)


def changed_by(root: Path, name: str, *cells: str) -> bool:
    before = key(root, *cells)
    path = root / name
    path.write_text(path.read_text() + "# more\n")
    return key(root, *cells) != before


def test_words_do_not_matter_and_cells_do(root):
    assert key(root, "1 + 1") == key(root, "1 + 1", text="Other words.")
    assert key(root, "1 + 1") != key(root, "1 + 2")
    assert key(root, "a", "b") != key(root, "b", "a")
    assert key(root, "1 / 0") != key(root, "1 / 0", tags=("raises-exception",))


@pytest.mark.parametrize(
    ("cell", "name", "matters"),
    [
        ("import cnnlib", "cnnlib/__init__.py", True),
        ("import cnnlib", "cnnlib/ops/_check.py", True),
        ("import cnnlib", "cnnlib/nn/__init__.py", False),
        ("import cnnlib", "cnnlib/widgets/static/view.js", False),
        ("import cnnlib", "cnnlib/_data/digits.npz", True),
        ("from cnnlib import nn", "cnnlib/nn/__init__.py", True),
        ("from cnnlib import data as d", "cnnlib/data.py", True),
        ("import cnnlib.widgets as w", "cnnlib/widgets/static/view.js", True),
        ("import cnnlib.widgets as w", "cnnlib/nn/__init__.py", True),
        ("if True:\n    from cnnlib.ops.conv import conv2d", "cnnlib/ops/_check.py", True),
        ("from cnnlib import plots", "cnnlib/widgets/static/view.js", False),
        ("from cnnlib import plots", "cnnlib/plots/by_name.py", True),
        ("import importlib as i; i.import_module('cnn' + 'lib')", "cnnlib/nn/__init__.py", True),
        ("%timeit 1", "cnnlib/nn/__init__.py", True),
        ("print(1)", "cnnlib/__init__.py", False),
        ("print(1)", "requirements.txt", True),
        ("print(1)", "_ext/patient_client.py", True),
    ],
)
def test_sources_matter_when_cells_can_reach_them(root, cell, name, matters):
    assert changed_by(root, name, cell) == matters


def test_a_new_module_matters_to_a_page_that_imports_it(root):
    before = key(root, "from cnnlib.nn import conv")
    (root / "cnnlib/nn/conv.py").write_text("")
    assert key(root, "from cnnlib.nn import conv") != before


def test_every_page_of_the_book_reaches_what_it_imports():
    reached = page_key.page_sources(["from cnnlib.widgets import TraceView"])
    names = {path.relative_to(page_key.ROOT).as_posix() for path in reached}
    assert {"cnnlib/trace/__init__.py", "cnnlib/widgets/base.py", "cnnlib/ops/conv2d.py"} <= names
    assert any(name.endswith(".js") for name in names)
    assert not {name for name in names if name.startswith("cnnlib/check/")}


def test_the_package_imports_by_name_only_what_is_its_own():
    called = re.compile(r"\b(?:import_module|__import__|run_path|run_module|exec|eval)\((.{0,14})")
    for path in (page_key.ROOT / "cnnlib").rglob("*.py"):
        for begins in called.findall(path.read_text(encoding="utf-8")):
            assert begins == 'f"{__name__}.{', path


def test_a_setting_of_the_book_is_read_again_by_every_page(tmp_path):
    (tmp_path / "_config.yml").write_text("title: a")
    before = page_key.settings(tmp_path)
    page_key._fingerprint.cache_clear()
    (tmp_path / "_config.yml").write_text("title: b")
    assert page_key.settings(tmp_path) != before
