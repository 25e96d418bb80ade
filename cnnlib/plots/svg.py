"""SVG that stands inline in a page: matplotlib's drawing with the page's colours and typeface."""

from __future__ import annotations

import hashlib
import re
from html import escape, unescape

from cnnlib.plots.style import variables

LIGHT = variables("light")
NAMES = {colour: name for name, colour in reversed(LIGHT.items())}
WIDE, LEAST = 480, 0.7  # pixels; the part of its width below which a wide drawing is not shrunk
FONT = "var(--pst-font-family-base, system-ui, sans-serif)"


def themed(svg: str, alt: str) -> str:
    """Make matplotlib's SVG fit to stand inline in a page: colours, type, ids, words."""
    prefix = "f" + hashlib.sha256((alt + svg).encode()).hexdigest()[:8]
    body = svg[svg.index("<svg") :].strip()
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"'DejaVu Sans'[^;\"]*", FONT, body)
    body = _colour_runs(_tint_images(body))
    body = re.sub(r' d="[^"]*"', lambda match: re.sub(r"(\.\d\d)\d+", r"\1", match[0]), body)
    body = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{prefix}-", body)
    body = re.sub(r"(?<=[:\s])#[0-9a-f]{6}\b", _variable, body)
    body = re.sub(r'base64,[^"]*', lambda match: re.sub(r"\s", "", match[0]), body)
    return re.sub(r"\s*\n\s*", " ", _opening(body, alt))


def _opening(body: str, alt: str) -> str:
    start, rest = body.split(">", 1)
    box = re.search(r'viewBox="([^"]*)"', start)
    assert box is not None  # matplotlib always writes one
    width, height = (float(side) * 4 / 3 for side in box[1].split()[2:])
    look = (
        "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt;"
        "font-variant-numeric:tabular-nums"
    )
    if width > WIDE:  # on a phone its letters would be dots: let it scroll instead
        look += f";min-width:{LEAST * width:.0f}px"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'role="img" aria-label="{escape(alt)}" viewBox="{box[1]}" '
        f'width="{width:.0f}" height="{height:.0f}" style="{look}">{rest}'
    )


def _variable(match: re.Match[str]) -> str:
    name = NAMES.get(match[0])
    return f"var(--{name}, {match[0]})" if name else match[0]


# An image cannot use CSS variables. So its pixels carry only how strong a colour is, in
# their opacity, and a filter floods them with the colour of the symbol named in the id.
TINTED = re.compile(r'<image ([^>]*?) id="tint:([\w-]+)"([^>]*?)/>')


def _tint_images(body: str) -> str:
    filters = "".join(
        f'<filter id="tint-{name}" color-interpolation-filters="sRGB">'
        f'<feFlood style="flood-color: {LIGHT[name]}"/>'
        '<feComposite operator="in" in2="SourceAlpha"/></filter>'
        for name in sorted({match[2] for match in TINTED.finditer(body)})
    )
    body = TINTED.sub(r'<g filter="url(#tint-\2)"><image \1\3/></g>', body)
    return body.replace("</svg>", f"<defs>{filters}</defs></svg>") if filters else body


# A line of text in several colours is one text, and its id says which letters are whose.
RUNS = re.compile(r'<g id="runs:([\w.-]+)">\s*(<text[^>]*>)([^<]*)</text>')


def _colour_runs(body: str) -> str:
    return RUNS.sub(_coloured, body)


def _coloured(match: re.Match[str]) -> str:
    letters = unescape(match[3])
    spans, start = [], 0
    for role, length in (run.split("-") for run in match[1].split(".")):
        piece = escape(letters[start : start + int(length)])
        spans.append(f'<tspan style="fill: {LIGHT["sym-" + role]}">{piece}</tspan>')
        start += int(length)
    return f"<g>{match[2]}{''.join(spans)}</text>"
