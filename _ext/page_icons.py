"""The theme's icons without its icon font: as drawings in the page, as masks in a style sheet.

The theme brings Font Awesome (icons: CC BY 4.0, Fonticons, Inc.), 700 kB of it for a dozen icons.
The drawings are taken from the theme's own copy while the book is built.
"""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
CREDIT = (
    "/* Icons: Font Awesome Free, fontawesome.com/license/free, CC BY 4.0, Fonticons, Inc. */\n"
)
TAG = re.compile(
    r'<(i|span)( [^>]*?class="([^"]*\bfa(?:-solid|-brands|s|b)\b[^"]*)"[^>]*)>\s*</\1>'
)
NAME = re.compile(r"\bfa-(?!solid\b|brands\b|lg\b|fw\b)([a-z-]+)")
SOLID = re.compile(r'\("far",\w+\).*?\("fas",\w+\)', re.S)
DRAWING = re.compile(r'"?([a-z][a-z-]*)"?:\[(\d+),(\d+),\[([^\]]*)\],"(f[0-9a-f]+)","([^"]+)"\]')
VARIABLE = re.compile(r"--pst-icon-([a-z-]+):(\"[^\"]+\"|var\(--pst-icon-([a-z-]+)\))")
SETS_ICON = re.compile(r"([^{}]*)\{[^{}]*content:var\(--pst-icon-([a-z-]+)\)[^{}]*\}")
SETS_LETTER = re.compile(r"([^{}]*)\{[^{}]*content:\"\\\\(f[0-9a-f]{3})\"[^{}]*\}")
FONT_RULE = re.compile(
    r"@font-face\{[^}]*Font Awesome[^}]*\}|(?<=[}/])(?:[^{}@]*\.fa[a-z-]*[^{}@]*)\{[^{}]*\}"
)
LOOK = """
.svg-icon { display: inline-block; height: 1em; overflow: visible; vertical-align: -0.125em; }
.svg-icon.fa-lg { font-size: 1.25em; vertical-align: -0.2em; }
"""
MASK = (
    '{sel}{{background:currentColor;content:"";display:inline-block;height:1em;width:1em;'
    "-webkit-mask:{url} center/contain no-repeat;mask:{url} center/contain no-repeat}}\n"
)


@cache
def drawings() -> dict[str, tuple[str, str, str]]:
    """Return each icon's width, height and outline by its name, older names and code."""
    text = (THEME / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str, str]] = {}
    for name, width, height, older, code, outline in DRAWING.findall(
        text + SOLID.findall(text)[-1]  # the solid ones last, and so instead of others
    ):
        names = (name, code, *re.findall(r'"([^"]+)"', older))
        found |= dict.fromkeys(names, (width, height, outline))
    return found


def draw_icons(html: str) -> str:
    """Put a drawing in the place of each icon's tag."""
    return TAG.sub(_drawn, html)


def _drawn(tag: re.Match[str]) -> str:
    """Return an icon as SVG, with the classes and data of its tag."""
    name = NAME.search(tag[3])
    assert name, tag[0]
    width, height, outline = drawings()[name[1]]
    rest = re.sub(r' (?:class|title)="[^"]*"', "", tag[2])
    classes = " ".join(["svg-icon", *tag[3].split()])
    return (
        f'<svg class="{classes}"{rest} viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<path fill="currentColor" d="{outline}"/></svg>'
    )


def write_styles(static: Path) -> None:
    """Take the icon font out of the theme's style sheet, and write masks for what it showed."""
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    css = (THEME / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    known = {name: value for name, value, _ in VARIABLE.findall(css)}
    masks = [_mask(selector.strip(), name, known) for selector, name in SETS_ICON.findall(css)]
    book = (static / "styles" / "sphinx-book-theme.css").read_text(encoding="utf-8")
    masks += [_rule(selector.strip(), code) for selector, code in SETS_LETTER.findall(book)]
    (static / "icons.css").write_text(CREDIT + LOOK + "".join(masks), encoding="utf-8")
    sheet.write_text(FONT_RULE.sub("", css), encoding="utf-8")
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
    for script in (static / "scripts").glob("fontawesome.js*"):
        script.unlink()


def _mask(selector: str, name: str, known: dict[str, str]) -> str:
    """Return the rule that shows an icon as a mask; "" for one that is not solid (a brand)."""
    while (value := known[name]).startswith("var("):
        name = value[len("var(--pst-icon-") : -1]
    return _rule(selector, f"{ord(value[1]):x}")


def _rule(selector: str, code: str) -> str:
    if code not in drawings():
        return ""
    width, height, outline = drawings()[code]
    box = f"viewBox='0 0 {width} {height}'"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' {box}><path d='{outline}'/></svg>"
    return MASK.format(sel=selector, url=f'url("data:image/svg+xml,{quote(svg)}")')
