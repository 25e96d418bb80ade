"""What the site's Python is made of: known files, and nothing that a page does not need."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "_ext"))

from run_page import files  # noqa: E402


def test_widgets_need_matplotlib_only_to_draw_a_still() -> None:
    """Ten megabytes that most pages need not load."""
    code = "import cnnlib.widgets, cnnlib.check, sys; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A part of two files, to be had from a folder, and an empty cache."""
    source = tmp_path / "source"
    source.mkdir()
    contents = {"one.txt": b"one", "two.txt": b"two"}
    for name, content in contents.items():
        (source / name).write_bytes(content)
    part = {
        "places": [{"url": (tmp_path / "nowhere").as_uri()}, {"url": source.as_uri()}],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in contents.items()
        },
    }
    monkeypatch.setitem(files.TABLE, "part", part)
    monkeypatch.setenv("CNNLIB_CACHE", str(tmp_path / "cache"))
    return {"part": part, "source": source}


def test_files_come_from_the_first_place_that_has_them_and_are_kept(table, tmp_path) -> None:
    found = files.obtain("part")
    assert {name: path.read_bytes() for name, path in found.items()} == {
        "one.txt": b"one",
        "two.txt": b"two",
    }
    for path in table["source"].iterdir():
        path.unlink()
    assert files.obtain("part") == found


def test_a_file_with_another_hash_is_refused(table) -> None:
    (table["source"] / "two.txt").write_bytes(b"owt")
    with pytest.raises(files.MissingError, match=r"two\.txt and 1 in all"):
        files.obtain("part")


def test_every_file_of_the_lock_is_in_the_table_with_the_same_hash() -> None:
    known = files.TABLE["python"]["files"]
    for package in files.TABLE["lock"]["packages"].values():
        assert known[package["file_name"]]["sha256"] == package["sha256"]
