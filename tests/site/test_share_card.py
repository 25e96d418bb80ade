"""What a link shows elsewhere: true, absolute or absent."""

import re
from pathlib import Path

import numpy as np
import pytest
import share_card
import site_address
from docutils.core import publish_doctree
from PIL import Image

BASE = "https://example.org/book/"


def test_the_description_is_the_first_paragraph_cut_at_a_sentence():
    short = publish_doctree("Title\n=====\n\nOne sentence. And another.\n\nMore.\n")
    assert share_card.description(short) == "One sentence. And another."
    long = publish_doctree("Title\n=====\n\n" + "This is a sentence of words. " * 20)
    cut = share_card.description(long)
    assert len(cut) <= share_card.LONGEST
    assert cut.endswith("words.")


def test_addresses_are_absolute_or_absent():
    there = share_card.tags("A “b” <c>", "words", BASE, "chapters/relu", "relu-1.png")
    assert f'content="{BASE}_static/cards/relu-1.png"' in there
    assert f'content="{BASE}chapters/relu.html"' in there
    assert "&lt;c&gt;" in there
    nowhere = share_card.tags("A", "words", "", "chapters/relu", "relu-1.png")
    assert "image" not in nowhere
    assert "og:url" not in nowhere
    assert 'name="description" content="words"' in nowhere


def test_the_picture_has_the_size_that_is_told(tmp_path: Path):
    share_card.draw("A title of several words", "the book", np.eye(4), tmp_path / "card.png")
    with Image.open(tmp_path / "card.png") as card:
        assert card.size == (1200, 630)


@pytest.mark.parametrize("given", ["https://example.org/book", "https://example.org/book/", ""])
def test_one_setting_feeds_all(given: str, monkeypatch: pytest.MonkeyPatch):
    class Config:
        html_baseurl = ""
        html_theme_options: dict = {}  # noqa: RUF012

    monkeypatch.setenv("SITE_URL", given)
    monkeypatch.setenv("REPOSITORY_URL", given)
    config = Config()
    config.html_theme_options = {"repository_url": ""}
    site_address.set_addresses(None, config)
    assert config.html_baseurl == (BASE if given else "")
    assert config.html_theme_options["use_issues_button"] == bool(given)
    assert not re.search("//$", config.html_theme_options["repository_url"])
