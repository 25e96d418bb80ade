"""What the book's pages need beyond the theme: no remote script, tables for screen readers."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Any

from myst_nb.core import render
from sphinx.application import Sphinx

EMPTY_HEADER = re.compile(r"<th( [^>]*)?>\s*(?:<p>\s*</p>)?\s*</th>")


def execute_side_by_side(app: Sphinx) -> None:
    """Let Sphinx read, and so execute, several pages at a time.

    Two for each core, so that the pages come in small portions and none waits behind a long one;
    and one thread for each product of matrices, since two double the work here and gain no time.
    """
    app.parallel = max(app.parallel, 2 * (os.cpu_count() or 1))
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    for extension in app.extensions.values():
        # They work on the finished tables of contents, or on one page; they only forget to say so.
        if extension.parallel_read_safe is None:
            extension.parallel_read_safe = True


def write_every_page(app: Sphinx) -> None:
    """Let Sphinx write the pages that it did not read again, too."""
    app.builder.get_outdated_docs = lambda: app.env.found_docs


def drop_remote_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave out scripts which can only fetch from elsewhere (Thebe), on every page."""
    context["script_files"] = [
        script for script in context["script_files"] if "thebe" not in _source(script)
    ]


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Write for screen readers what docutils writes otherwise.

    An entry of the bibliography gets a role that WAI-ARIA allows in a list, and the empty corner of
    a table is no header of anything.
    """
    body = context.get("body", "").replace('role="doc-biblioentry"', 'role="listitem"')
    if body:
        context["body"] = EMPTY_HEADER.sub(r"<td\1></td>", body)


def join_streams(outputs: list[Any]) -> list[Any]:
    """Join what a cell printed, piece by piece as it came.

    myst-nb strips each piece and puts a line break behind it. But where a kernel cuts what it
    prints depends on the load of the machine, and may be in the middle of a line.
    """
    joined: list[Any] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
        else:
            joined.append(output)
            if output.output_type == "stream":
                streams[output.name] = output
    return joined


def link_chapters(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Make links of the slugs after the word "chapter" in a docstring, where the page exists."""
    for number, line in enumerate(lines):
        before, word, after = line.partition("chapter")
        lines[number] = before + word + re.sub(r"``(\w+)``", partial(_chapter, app), after)


def _chapter(app: Sphinx, slug: re.Match[str]) -> str:
    """Return a link to the chapter ``slug``, or the slug as it is."""
    page = f"chapters/{slug[1]}"
    return f":doc:`/{page}`" if page in app.env.found_docs else slug[0]


def _source(script: Any) -> str:
    """Return a script's file name and body, lower case."""
    body = getattr(script, "attributes", {}).get("body") or ""
    return f"{getattr(script, 'filename', script)} {body}".lower()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("builder-inited", execute_side_by_side)
    # The site is written into an empty folder: every page, not only those that were read again.
    app.connect("builder-inited", write_every_page)
    render.coalesce_streams = join_streams
    app.connect("html-page-context", drop_remote_scripts, priority=900)
    app.connect("html-page-context", mend)
    app.connect("autodoc-process-docstring", link_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
