"""The main path through the book: where a page stands on it, and the way back to it.

The pages are named in ``main_path.yml``. Each page of the path says at its head and its foot which
step it is and what follows; a side road says where it leaves the path and where to return. In the
contents the steps carry their numbers. Pages that are not built are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx

PLAN = Path(__file__).with_name("main_path.yml")
FOLDER = "chapters/"
LINK = re.compile(r'<a class="(?P<kind>[^"]*\binternal\b[^"]*)" href="(?P<href>[^"]*)">')


@dataclass(frozen=True)
class MainPath:
    """The steps of the path, and for each side road the step it leaves from."""

    steps: list[str]
    side_roads: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, plan: Path = PLAN) -> MainPath:
        """Read the plan."""
        told = yaml.safe_load(plan.read_text(encoding="utf-8"))
        return cls(list(told["path"]), dict(told["side_roads"]))

    def only(self, built: set[str]) -> MainPath:
        """Return the path through the pages that are built."""
        steps = [slug for slug in self.steps if slug in built]
        roads = {side: start for side, start in self.side_roads.items() if start in steps}
        return MainPath(steps, roads)

    def number(self, slug: str) -> int:
        """Return the number of a step, counted from 1."""
        return self.steps.index(slug) + 1

    def after(self, slug: str) -> str | None:
        """Return the step that follows a step, None after the last."""
        return next(iter(self.steps[self.number(slug) :]), None)

    def words(self, slug: str, link: Callable[[str], str]) -> str | None:
        """Return what a page says about its place, None for a page that has none."""
        if slug in self.steps:
            follows = self.after(slug)
            place = f"Main path {self.number(slug)} of {len(self.steps)}"
            return f"{place} · next: {link(follows)}" if follows else f"{place}, the last"
        if slug in self.side_roads:
            start = self.side_roads[slug]
            back = self.after(start) or start
            return f"Side road from {self.number(start)} · {link(start)}" + (
                f" · return to the main path: {link(back)}" if back != start else ""
            )
        return None


def say_where(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Write the place of a page at its head and its foot, and the numbers into the contents."""
    built = {name.removeprefix(FOLDER) for name in app.env.found_docs}
    path, pathto = MainPath.read().only(built), context["pathto"]

    def link(slug: str) -> str:
        title = app.env.titles[FOLDER + slug].astext()
        return f'<a href="{pathto(FOLDER + slug)}">{escape(title)}</a>'

    words = path.words(page.removeprefix(FOLDER), link)
    body = context.get("body", "")
    if words and "</h1>" in body:
        kind = "main-path" if page.removeprefix(FOLDER) in path.steps else "main-path side-road"
        top = f'<nav class="{kind}" aria-label="Main path"><p>{words}</p></nav>'
        foot = top.replace('"Main path"', '"Main path, again"')
        context["body"] = body.replace("</h1>", f"</h1>\n{top}", 1) + foot
    steps = {pathto(FOLDER + slug): path.number(slug) for slug in path.steps}
    for name in (
        ("generate_toctree_html", "body")
        if page == app.config.root_doc
        else ("generate_toctree_html",)
    ):
        if callable(context.get(name)):
            context[name] = _numbered(context[name], steps)
        elif name in context:
            context[name] = number_links(context[name], steps)


def _numbered(write: Callable[..., Any], steps: dict[str, int]) -> Callable[..., Any]:
    return lambda *args, **options: number_links(str(write(*args, **options)), steps)


def number_links(html: str, steps: dict[str, int]) -> str:
    """Put the number of its step before the text of each link to a page of the path."""

    def mark(found: re.Match[str]) -> str:
        number = steps.get(found["href"])
        if number is None:
            return found[0]
        return f'{found[0]}<span class="path-step" title="main path">{number}</span> '

    return LINK.sub(mark, html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the path to Sphinx."""
    app.connect("html-page-context", say_where, priority=900)
    app.add_css_file("main_path.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
