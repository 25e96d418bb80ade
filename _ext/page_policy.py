"""A content security policy in every page: it runs and loads what it brought, and nothing else.

A style written into the markup would need a policy that allows any. So these become classes, and
their rules one style sheet in the head, which the policy names by its hash, as it names the few
scripts in the page. Where Python runs, the editor and what Python draws bring styles of their own.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html import unescape

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S)
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.S)
TAG = re.compile(r"<[a-zA-Z][^<>]*?\sstyle=(?:\"[^\"]*\"|'[^']*')[^<>]*>")
ATTRIBUTE = re.compile(r"\sstyle=(?:\"([^\"]*)\"|'([^']*)')")
CLASS = re.compile(r"\sclass=(?:\"([^\"]*)\"|'([^']*)')")
RUNS_PYTHON = 'class="run-start"'


def protect(html: str, elsewhere: str = "") -> str:
    """Return a page with its policy; Python comes from `elsewhere`, if not from the site."""
    html = styles_to_classes(html)
    policy = content_policy(html, elsewhere if RUNS_PYTHON in html else "")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'
    return re.sub(r'(<meta charset="[^"]*" ?/?>)', lambda m: f"{m[0]}\n{meta}", html, count=1)


def content_policy(html: str, elsewhere: str = "") -> str:
    """Return the policy of a page."""
    python = RUNS_PYTHON in html
    scripts = [text for attributes, text in SCRIPT.findall(html) if _runs(attributes)]
    parts = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *_hashes(scripts)],
        "style-src": ["'self'", *_hashes(STYLE.findall(html))],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
    if python:
        parts["script-src"] += ["'wasm-unsafe-eval'", *filter(None, [elsewhere])]
        parts["style-src"] = ["'self'", "'unsafe-inline'"]
        parts["img-src"] += ["blob:"]
        parts["connect-src"] = ["'self'", *filter(None, [elsewhere])]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts.items())


def styles_to_classes(html: str) -> str:
    """Write what stands in style attributes as classes and one style sheet."""
    rules: dict[str, str] = {}
    pieces = re.split(r"(<script\b[^>]*>.*?</script>)", html, flags=re.S)
    pieces[::2] = [TAG.sub(lambda tag: _classed(tag[0], rules), piece) for piece in pieces[::2]]
    if not rules:
        return html
    # Three times the class: it wins over a style sheet's rules, as the attribute did.
    text = "".join(f".{name}.{name}.{name}{{{rule}}}" for name, rule in sorted(rules.items()))
    return "".join(pieces).replace("</head>", f"<style>{text}</style>\n</head>", 1)


def _classed(tag: str, rules: dict[str, str]) -> str:
    """Return a tag with a class in the place of its style."""
    rule = " ".join(unescape("".join(ATTRIBUTE.search(tag).groups(""))).split())  # type: ignore[union-attr]
    tag = ATTRIBUTE.sub("", tag, count=1)
    if not rule.strip("; "):
        return tag
    name = f"s{hashlib.sha256(rule.encode()).hexdigest()[:6]}"
    rules[name] = rule.rstrip(";")
    if CLASS.search(tag):
        return CLASS.sub(lambda m: f' class="{(m[1] or m[2] or "").strip()} {name}"', tag, count=1)
    return re.sub(r"^<[^\s/>]+", lambda m: f'{m[0]} class="{name}"', tag)


def _runs(attributes: str) -> bool:
    """Tell whether a script in the page is a program, and not data or a file."""
    return "src=" not in attributes and "application/json" not in attributes


def _hashes(texts: list[str]) -> list[str]:
    found = {b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts}
    return [f"'sha256-{value}'" for value in sorted(found)]
