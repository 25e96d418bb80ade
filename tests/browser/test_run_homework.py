"""Homework in the page: written, checked, kept, downloaded, and graded by the course."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from homework import grade, make
from tests.browser.test_run_page import editor, ended, opened, reader, run, run_cell, shown
from tests.homework.kit import solution

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["opened", "reader"]
TRANSPOSED = """def dense_backward(delta, x, w):
    return delta @ w.T, (x.T @ delta)[:, ::-1], delta.sum(axis=0)
"""
MEAN = """def dense_backward(delta, x, w):
    return delta @ w.T, x.T @ delta / len(x), delta.sum(axis=0)
"""
ENDLESS = """def dense_backward(delta, x, w):
    while True:
        pass
"""


def cells(page: Page, tag: str) -> list[int]:
    """Return the numbers of the cells with a tag."""
    found = page.locator(f".cell.tag_{tag}")
    return [int(cell.get_attribute("data-cell")) for cell in found.all()]


def check_after(page: Page, code: str) -> str:
    """Write the first exercise, run it and its check, and return the report."""
    run_cell(page, cells(page, "exercise")[0], code)
    check = cells(page, "check")[0]
    page.get_by_role("button", name=f"Run cell {check}", exact=True).click()
    ended(page)
    return shown(page, check)


def test_a_report_names_a_planted_mistake_and_survives_an_endless_loop(opened):
    page = opened("homework_dense")
    assert run(page) == "done"
    assert "divides by the batch size" in check_after(page, MEAN)
    page.get_by_role("button", name="A hint").click()
    page.get_by_text("Hint 1:").wait_for()
    assert "not right yet" in check_after(page, TRANSPOSED)
    assert "not right yet" in check_after(
        page, "import sys\n" + ENDLESS.replace("pass", "sys.exit()")
    )
    report = check_after(page, ENDLESS)
    assert "no result after" in report
    assert "everything passed" in check_after(page, solution("dense").split("def relu")[0])


def test_from_the_starter_to_the_download_to_the_grade(opened, tmp_path):
    page = opened("homework_dense")
    assert run(page) == "done"
    first, *others = cells(page, "exercise")
    editor(page, first).fill(solution("dense"))
    for n in others:
        editor(page, n).fill("")
    page.reload()  # the work is kept
    assert run(page) == "done"
    reports = [shown(page, n) for n in cells(page, "check")]
    assert all("everything passed" in report for report in reports), reports
    path = tmp_path / "handed_in" / "student.ipynb"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .ipynb").click()
    assert download.value.suggested_filename == "homework_dense.ipynb"
    download.value.save_as(path)
    nbformat.validate(nbformat.read(path, as_version=4))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .py").click()
    assert "def relu_backward" in Path(download.value.path()).read_text(encoding="utf-8")

    make.main(["homework_dense", "--out", str(tmp_path / "kit"), "--seed", "7"])
    scores = grade.grade([path], tmp_path / "kit" / "homework_dense", jobs=1)[0]
    assert scores
    assert set(scores.values()) == {3.0}


@pytest.mark.slow
def test_the_network_trains_in_the_page(opened):
    page = opened("homework_network")
    assert run(page) == "done"
    first, *others = cells(page, "exercise")
    for n in others:
        editor(page, n).fill("")
    editor(page, first).fill(solution("network"))
    assert run(page) == "done"
    assert "everything passed" in shown(page, cells(page, "check")[-1])
