r"""One look: every colour of the book, in one table.

A symbol has one colour everywhere: in formulas, on cells and wires, in figures and in
prose. This module is the only place where a colour is written down. From it come

- ``_static/symbols.css``, written by ``python -m cnnlib.plots.style``: CSS variables for
  the light and the dark theme, and the classes ``.sym-x``, ``.sym-w`` … for formulas
  (``\class{sym-x}{x}``) and prose (``[x]{.sym-x}``);
- the matplotlib style of :mod:`cnnlib.plots.figure`, which draws with the light colours
  and then replaces each by its variable, so that a figure follows the theme.

Each symbol has a text colour (also for edges and wires) and two fills: ``tint`` for a
cell at rest, ``lit`` for a cell at work. Every text colour has a contrast of at least
4.5 to 1 on the page, on a card and on every one of the fills, and the five colours stay
apart under red-green colour blindness; colour is never alone: the letter is always there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

TINT = {"light": 0.10, "dark": 0.16}
LIT = {"light": 0.30, "dark": 0.36}


@dataclass(frozen=True)
class Shade:
    """One colour of the book, as it is on a light and on a dark page."""

    light: str
    dark: str

    def on(self, theme: Theme) -> str:
        """Give the colour for one theme."""
        return self.light if theme == "light" else self.dark


NEUTRALS = {
    "ink": Shade("#1c1f24", "#e9ecf1"),
    "soft": Shade("#555c65", "#b2b9c3"),
    "line": Shade("#d5d9de", "#3a424d"),
    "card": Shade("#f8f9fa", "#1a1e24"),
    "page": Shade("#ffffff", "#121212"),
}


@dataclass(frozen=True)
class Role:
    """What a symbol stands for, and its colours."""

    symbol: str
    meaning: str
    text: Shade
    vivid: Shade

    @property
    def tint(self) -> Shade:
        """Fill of a cell at rest."""
        return self._fill(TINT)

    @property
    def lit(self) -> Shade:
        """Fill of a cell at work."""
        return self._fill(LIT)

    def _fill(self, share: dict[str, float]) -> Shade:
        card = NEUTRALS["card"]
        return Shade(*(mix(self.vivid.on(t), card.on(t), share[t]) for t in THEMES))


def mix(colour: str, ground: str, share: float) -> str:
    """Mix two colours, as CSS ``color-mix(in srgb, …)`` does.

    Examples
    --------
    >>> mix("#ff0000", "#ffffff", 0.5)
    '#ff8080'
    """
    pairs = zip(_bytes(colour), _bytes(ground), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def _bytes(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


ROLES = {
    "x": Role("x", "input", Shade("#0d5fae", "#6cb8fa"), Shade("#5aa9f0", "#1f78d1")),
    "w": Role("w", "kernel", Shade("#875600", "#f8c453"), Shade("#ffb020", "#b07300")),
    "z": Role("z", "output", Shade("#006c4f", "#4bd6a5"), Shade("#36c08f", "#0c8a63")),
    "delta": Role("δ", "delta", Shade("#951312", "#ff9070"), Shade("#ff7f57", "#d2431f")),
    "dw": Role("dw", "kernel gradient", Shade("#7d2a7a", "#e29bd8"), Shade("#c987d2", "#9b3d97")),
    "ink": Role("", "anything else", NEUTRALS["ink"], Shade("#959ba3", "#6f7783")),
}

# Names that share a colour: a gradient of the input lives on the input's grid, an
# activation on the output's; whatever the loss sends back is vermilion.
ALIASES = {
    "dx": "x",
    "b": "w",
    "a": "z",
    "p": "z",
    "da": "delta",
    "dz": "delta",
    "db": "dw",
}


def role_of(name: str) -> str:
    """Find the colour role of an operand; names without one get the neutral ink.

    Examples
    --------
    >>> role_of("dx"), role_of("delta"), role_of("mask")
    ('x', 'delta', 'ink')
    >>> role_of("w2")  # the kernel of the second layer is a kernel
    'w'
    """
    letter = name.rstrip("0123456789")
    letter = ALIASES.get(letter, letter)
    return letter if letter in ROLES else "ink"


def variables(theme: Theme) -> dict[str, str]:
    """List every CSS variable of a theme with its colour, without the leading ``--``.

    Examples
    --------
    >>> variables("light")["sym-x"], variables("dark")["sym-x"]
    ('#0d5fae', '#6cb8fa')
    """
    found = {f"cnn-{name}": shade.on(theme) for name, shade in NEUTRALS.items()}
    for name, role in ROLES.items():
        found[f"sym-{name}"] = role.text.on(theme)
        found[f"sym-{name}-tint"] = role.tint.on(theme)
        found[f"sym-{name}-lit"] = role.lit.on(theme)
    return found


def stylesheet() -> str:
    """Write the style sheet: variables for both themes, one class for each symbol."""
    names = [name for name in (*ROLES, *ALIASES) if name != "ink"]
    rules = [f".sym-{name} {{ color: var(--sym-{role_of(name)}); }}" for name in names]
    return "\n".join(
        [
            "/* Written by `python -m cnnlib.plots.style`; edit cnnlib/plots/style.py instead. */",
            _block(":root", "light"),
            _block('html[data-theme="dark"],\nbody[data-jp-theme-light="false"]', "dark"),
            "@media print {",
            _block('html[data-theme="dark"]', "light"),
            "}",
            *rules,
            FIGURES,
        ]
    )


# The theme sets HTML that a cell shows on a light plate in the dark; ours needs none.
FIGURES = """\
.cnn-figure { overflow-x: auto; }
.cnn-figure svg { display: block; margin-inline: auto; }
html[data-theme="dark"] .bd-content div.cell_output .text_html.output:has(.cnn-figure, .cnn-host) {
  background: none;
  color: inherit;
  padding: 0;
}
"""


def _block(selector: str, theme: Theme) -> str:
    lines = [f"  --{name}: {colour};" for name, colour in variables(theme).items()]
    return "\n".join([f"{selector} {{", *lines, "}"])


def main(path: str = "_static/symbols.css") -> None:
    """Write the style sheet to ``path``."""
    Path(path).write_text(stylesheet(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
