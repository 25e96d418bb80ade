"""The policy names what a page brings, styles become classes, and nothing else changes."""

import re

import page_policy
import pytest

PAGE = '<html><head><meta charset="utf-8" />\n</head><body>{}</body></html>'


def policy(html: str) -> dict[str, list[str]]:
    text = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    return {name: sources for name, *sources in (part.split() for part in text.split("; "))}


def test_a_style_becomes_a_class_that_wins_over_style_sheets():
    html = page_policy.protect(PAGE.format('<p class="a" style="color: red;">x</p>'))
    name = re.search(r'<p class="a (s\w+)">x</p>', html)[1]
    assert f"<style>.{name}.{name}.{name}{{color: red}}</style>" in html
    assert "style=" not in html.replace("style-src", "")


def test_equal_styles_are_one_class_and_a_tag_without_class_gets_one():
    html = page_policy.protect(PAGE.format('<i style="top:0"></i><b style="top:0;"/>'))
    assert len(set(re.findall(r'class="(s\w+)"', html))) == 2
    one = page_policy.protect(PAGE.format('<i style="top:0"></i><b style="top:0"/>'))
    assert len(set(re.findall(r'class="(s\w+)"', one))) == 1


@pytest.mark.parametrize(
    "kept",
    [
        '<script type="application/json">{"a": "<b style=\\"x\\">"}</script>',
        "<pre>&lt;p style=&quot;x&quot;&gt;</pre>",
        "<p>a style=</p>",
        '<p data-style="x">x</p>',
    ],
)
def test_what_only_looks_like_a_style_is_left(kept):
    assert kept in page_policy.protect(PAGE.format(kept))


def test_scripts_in_the_page_are_named_and_data_is_not():
    data = '<script type="application/json">1</script>'
    body = f'<script>go()</script><script src="a.js"></script>{data}'
    sources = policy(page_policy.protect(PAGE.format(body)))["script-src"]
    assert sources[0] == "'self'"
    assert len(sources) == 2
    other = policy(page_policy.protect(PAGE.format("<script>stop()</script>")))["script-src"]
    assert other[1] != sources[1]


def test_only_where_python_runs_may_it_be_compiled():
    plain = policy(page_policy.protect(PAGE.format("")))
    assert "'wasm-unsafe-eval'" not in plain["script-src"]
    assert "'unsafe-inline'" not in plain["style-src"]
    button = PAGE.format('<button class="run-start">Run</button>')
    python = policy(page_policy.protect(button))
    assert "'wasm-unsafe-eval'" in python["script-src"]
    far = policy(page_policy.protect(button, "https://cdn.example"))
    assert "https://cdn.example" in far["script-src"]
    assert "https://cdn.example" not in policy(page_policy.protect(PAGE, "https://cdn.example"))


def test_nothing_is_allowed_by_default_but_the_site():
    plain = policy(page_policy.protect(PAGE.format("")))
    assert plain["default-src"] == ["'self'"]
    assert plain["object-src"] == ["'none'"]
    assert not any("*" in source for sources in plain.values() for source in sources)
