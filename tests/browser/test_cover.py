"""The cover: the book's address opens on it, three doors lead in, and a map shows every page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PHONE, chapters

DOORS = {
    "Why is the kernel rotated?": "rot180_full_convolution.html",
    "Draw a digit": "explore.html",
    "Write it yourself": "homework.html",
}


def test_index_is_the_cover_itself(visit, origin):
    seen = visit("index")
    assert seen.page.url == seen.url
    assert seen.page.locator("[data-widget=wave-view]").is_visible()
    assert seen.errors == []


def test_its_addresses_are_right_one_folder_higher(visit, base, book, origin):
    seen = visit("index")
    links = seen.page.locator("a[href]").evaluate_all("all => all.map((a) => a.href.split('#')[0])")
    inside = {link for link in links if link.startswith(base) and link.endswith(".html")}
    assert len(inside) >= len(chapters())
    assert {
        link for link in inside if not (book / link.removeprefix(f"{base}/")).is_file()
    } == set()


@pytest.mark.parametrize("page", ["index", "chapters/intro"])
def test_three_doors_lead_in(visit, page):
    for words, there in DOORS.items():
        seen = visit(page)
        doors = seen.page.get_by_role("navigation", name="Three doors")
        doors.get_by_role("link", name=words).click()
        seen.page.wait_for_url(f"**/{there}")
        assert seen.errors == []


def test_the_map_names_every_page_and_draws_the_chapters(visit):
    page = visit("chapters/intro").page
    links = page.locator(".book-map a")
    there = {
        href.removesuffix(".html")
        for href in links.evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    }
    assert there == {name.removeprefix("chapters/") for name in chapters()[1:]}
    pictures = page.locator(".book-map a:has(svg)")
    assert pictures.count() >= 25
    assert page.locator(".book-map svg").first.bounding_box()["width"] > 20


def test_on_a_phone_the_picture_is_on_the_first_screen(visit):
    seen = visit("index", viewport=PHONE, reduced_motion="reduce")
    box = seen.page.locator("[data-widget=wave-view] canvas").bounding_box()
    assert box["y"] + box["height"] < PHONE[1]
    assert box["width"] > 300
