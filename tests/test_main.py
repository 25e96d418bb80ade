"""``python -m cnnlib`` says what it is."""

from __future__ import annotations

import subprocess
import sys

import cnnlib


def said(*words: str, **variables: str) -> str:
    command = [sys.executable, "-m", "cnnlib", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_names_version_and_book(monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_BOOK", "https://book.example/")
    assert said().splitlines()[:2] == [
        f"cnnlib {cnnlib.__version__}",
        "the book: https://book.example/",
    ]
    assert said("--version").strip() == f"cnnlib {cnnlib.__version__}"


def test_without_an_address_it_finds_the_folder(monkeypatch) -> None:
    monkeypatch.delenv("CNNLIB_BOOK", raising=False)
    assert "index.html" in said() or "make book" in said()


def test_help_names_only_what_there_is() -> None:
    text = said("--help")
    for line in text.splitlines():
        if line.strip().startswith("from cnnlib"):
            exec(line.strip().partition(";")[0], {})
