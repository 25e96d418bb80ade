"""The small network at the head of a page, with the arrow lit that the page is about.

It is drawn while the site is built, so it needs no script. Which arrow belongs to which page, and
where each arrow leads, stands in ``spine.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from sphinx.application import Sphinx

TABLE = Path(__file__).with_name("spine.toml")
FOLDER = "chapters/"

CELL, GAP, MIDDLE = 7, 72, 42  # sizes and the line through the centres, in units of the drawing
#: Rows and columns of the arrays, and their colours.
ARRAYS = (
    *((5, 5, "x"), (4, 4, "z"), (4, 4, "z"), (2, 2, "z")),
    *((4, 1, "z"), (3, 1, "z"), (3, 1, "z"), (1, 1, "ink")),
)
#: What stands between two arrays, in the order in which they work, and its words there and back.
STEPS = {
    "conv": ("convolution", "the error reaches the pixels"),
    "relu": ("ReLU", "the gate of ReLU"),
    "pool": ("max pool", "the winners of the pool"),
    "flatten": ("flatten", "the row becomes the maps again"),
    "dense": ("dense", "the deltas of a dense layer"),
    "softmax": ("softmax", "the delta of softmax"),
    "loss": ("loss", "the loss answers to itself"),
}


class Table(NamedTuple):
    """What spine.toml says: the page that each arrow leads to, and the arrow of each page."""

    leads: dict[str, str]
    pages: dict[str, str]


def read(table: Path = TABLE) -> Table:
    """Read the table."""
    told = tomllib.loads(table.read_text(encoding="utf-8"))
    return Table(told["leads"], told["pages"])


def grid(rows: int, columns: int, role: str, left: float, middle: float = MIDDLE) -> str:
    """Return an array as a block of cells around a line."""
    top = middle - rows * CELL / 2
    cells = "".join(
        f"M{left + c * CELL:g} {top + r * CELL:g}h{CELL - 1}v{CELL - 1}h{1 - CELL}z"
        for r in range(rows)
        for c in range(columns)
    )
    return f'<path class="spine-{role}" d="{cells}"/>'


def line(path: str, tip: tuple[float, float], turn: int) -> str:
    """Return a line with a tip at its end, turned by `turn` degrees from pointing right."""
    x, y = tip
    head = f'<path d="M-5 -4L0 0L-5 4" transform="translate({x:g} {y:g}) rotate({turn})"/>'
    return f'<path d="{path}"/>{head}'


def places() -> list[float]:
    """Return the left edge of every array."""
    edges, left = [], 0.0
    for _, columns, _ in ARRAYS:
        edges.append(left)
        left += columns * CELL - 1 + GAP
    return edges


def arrows() -> dict[str, tuple[str, str]]:
    """Return the drawing and the words of every arrow."""
    lefts, drawn = places(), {}
    rights = [
        left + columns * CELL - 1 for left, (_, columns, _) in zip(lefts, ARRAYS, strict=True)
    ]
    for (name, (there, back)), a, b in zip(STEPS.items(), rights, lefts[1:], strict=False):
        a, b = a + 6, b - 6
        word = f'<text x="{(a + b) / 2:g}" y="{MIDDLE - 15}">{there}</text>'
        up, down = MIDDLE - 6, MIDDLE + 7
        drawn[name] = line(f"M{a:g} {up}H{b:g}", (b, up), 0) + word, there
        drawn[f"{name}_back"] = line(f"M{b:g} {down}H{a:g}", (a, down), 180), f"back: {back}"
    kernel, z, end = rights[0] + GAP / 2, lefts[1] + 10, rights[-1] - 3
    low, high = MIDDLE + 28, 8
    drawn["kernel_back"] = (
        line(f"M{z:g} {MIDDLE + 20}V{low}H{kernel + 14:g}", (kernel + 14, low), 180),
        "back: the kernel's gradient",
    )
    drawn["learn"] = (
        line(f"M{end:g} {MIDDLE + 12}V{low + 16}H{kernel:g}V{low + 10:g}", (kernel, low + 10), 270),
        "learning: the weights move against their gradients",
    )
    drawn["nudge"] = (
        line(f"M17 {MIDDLE - 22}V{high}H{end:g}V{MIDDLE - 10}", (end, MIDDLE - 10), 90),
        "checking: nudge a number and watch the loss",
    )
    return drawn


def strip(lit: str, href: Callable[[str], str | None], table: Table) -> str:
    """Return the network with one arrow lit; `href` gives the address of a page, if it is built."""
    lefts = places()
    boxes = "".join(grid(*array, left) for array, left in zip(ARRAYS, lefts, strict=True))
    boxes += grid(2, 2, "w", lefts[1] - GAP / 2 - CELL, MIDDLE + 28)
    wide, high = lefts[-1] + CELL, MIDDLE + 50
    frame = f'<rect x="-7" y="1" width="{wide + 14:g}" height="{high - 2}" rx="8"/>'
    parts = [_part("whole", "the whole network", frame, lit, href, table)]
    parts += [
        _part(name, words, shape, lit, href, table) for name, (shape, words) in arrows().items()
    ]
    return (
        '<nav class="spine-strip" aria-label="Where this page is">'
        f'<svg viewBox="-8 0 {wide + 16:g} {high}" role="group" aria-label="the tiny network">'
        f"{parts[0]}{boxes}{''.join(parts[1:])}</svg></nav>"
    )


def _part(
    name: str, words: str, shape: str, lit: str, href: Callable[[str], str | None], table: Table
) -> str:
    """Return one arrow as a link, or as a mere arrow where its page is not built."""
    address, kind = href(table.leads[name]), "spine-back" if "back" in name else "spine-there"
    if name == "whole":
        kind = "spine-whole"
    here = ' aria-current="true"' if name == lit else ""
    if address is None:
        return f'<g class="{kind}" role="img" aria-label="{escape(words)}"{here}>{shape}</g>'
    hit = shape if name == "whole" else f'<g class="spine-hit">{shape}</g>{shape}'
    return (
        f'<a class="{kind}" href="{escape(address)}" aria-label="{escape(words)}"{here}>'
        f"<title>{escape(words)}</title>{hit}</a>"
    )


def show(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Put the network below the title of a page that is about one of its arrows."""
    table, slug = read(), page.removeprefix(FOLDER)
    lit, body = table.pages.get(slug), context.get("body", "")
    if lit is None or "</h1>" not in body:
        return

    def href(there: str) -> str | None:
        built = FOLDER + there in app.env.found_docs
        return str(context["pathto"](FOLDER + there)) if built else None

    context["body"] = body.replace("</h1>", f"</h1>\n{strip(lit, href, table)}", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the strip to Sphinx."""
    app.connect("html-page-context", show, priority=910)
    app.add_css_file("spine_strip.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
