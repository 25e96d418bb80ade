from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlib.plots.style import ALIASES, ROLES, THEMES, main, role_of, stylesheet, variables
from tests.plots import colour

ROOT = Path(__file__).parents[2]
SYMBOLS = [name for name in ROLES if name != "ink"]


def grounds(theme):
    wanted = ("cnn-page", "cnn-card", "-tint", "-lit")
    return {name: c for name, c in variables(theme).items() if name.endswith(wanted)}


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_colour_reads_on_page_card_and_every_cell(theme):
    texts = {f"sym-{role}" for role in ROLES} | {"cnn-ink", "cnn-soft"}
    for text, (ground, behind) in itertools.product(texts, grounds(theme).items()):
        ratio = colour.contrast(variables(theme)[text], behind)
        assert ratio >= 4.5, f"{text} on {ground} in the {theme} theme: {ratio:.2f}"


def test_the_contrast_check_refuses_a_common_orange():
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#b86e00", "#ffffff") < 4.5


@pytest.mark.parametrize("sight", colour.SIGHT)
@pytest.mark.parametrize("theme", THEMES)
def test_symbols_stay_apart_for_every_kind_of_sight(theme, sight):
    for one, other in itertools.combinations(SYMBOLS, 2):
        pair = [variables(theme)[f"sym-{name}"] for name in (one, other)]
        assert colour.distance(*pair, sight) > 0.05, f"{one} and {other}, {theme}, {sight}"


def test_the_sight_check_refuses_two_colours_that_only_full_sight_tells_apart():
    assert colour.distance("#8c5500", "#a81f0a", "full") > 0.1
    assert colour.distance("#8c5500", "#a81f0a", "deutan") < 0.05


def test_the_style_sheet_on_disk_is_the_one_the_source_writes():
    on_disk = (ROOT / "_static" / "symbols.css").read_text(encoding="utf-8")
    assert on_disk == stylesheet(), "run `python -m cnnlib.plots.style`"


def test_main_writes_the_style_sheet(tmp_path):
    main(str(tmp_path / "symbols.css"))
    assert (tmp_path / "symbols.css").read_text(encoding="utf-8") == stylesheet()


def test_every_symbol_has_a_class_and_a_colour_in_both_themes():
    sheet = stylesheet()
    for name in {*SYMBOLS, *ALIASES}:
        assert f".sym-{name} {{ color: var(--sym-{role_of(name)}); }}" in sheet
    for name in SYMBOLS:
        assert len(re.findall(rf"--sym-{name}: #[0-9a-f]{{6}};", sheet)) == 3  # light, dark, print


def test_no_two_names_share_a_light_colour_except_ink():
    light = variables("light")
    assert len(set(light.values())) == len(light) - 1
    assert light["cnn-ink"] == light["sym-ink"]


def test_the_colours_need_no_matplotlib():
    code = "import sys, cnnlib.plots.style; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_logo_and_favicon_are_valid_and_small():
    from xml.etree import ElementTree

    for name in ("logo", "favicon"):
        path = ROOT / "_static" / f"{name}.svg"
        assert ElementTree.parse(path).getroot().get("aria-label")
        assert path.stat().st_size < 2500
