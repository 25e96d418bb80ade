"""The script of a page: modules in order, each in its own scope, written once per page."""

from __future__ import annotations

import re
import subprocess
from types import SimpleNamespace

import pytest

from cnnlib.widgets import bundle
from cnnlib.widgets import page as extension
from cnnlib.widgets.base import later_script, page_script
from cnnlib.widgets.bundle import STATIC, modules, script, styles
from tests.widgets.test_javascript import node

KINDS = extension.kinds()


def test_every_widget_is_known_to_the_extension():
    assert set(KINDS) == {
        *("trace_view", "softmax_view", "nudge_view", "training_replay", "digit_explorer"),
        *("network_view", "wave_view"),
    }


@pytest.mark.parametrize("name", KINDS)
def test_a_module_stands_after_all_it_imports(name):
    order = modules(name)
    assert order[-1] == name
    assert len(order) == len(set(order))
    for place, module in enumerate(order):
        needed = re.findall(r'from "\./(\w+)\.js"', (STATIC / f"{module}.js").read_text("utf-8"))
        assert set(needed) <= set(order[:place]), module


def test_every_file_of_the_folder_is_used():
    used = {f"{module}.js" for module in modules("host", *KINDS)}
    used |= {f"{sheet}.css" for cls in KINDS.values() for sheet in cls.sheets}
    assert used == {file.name for file in STATIC.iterdir()}


def test_all_widgets_together_are_one_script_without_imports_or_comments(tmp_path):
    text = page_script({name: cls.renderer for name, cls in KINDS.items()})
    assert not re.search(r"^\s*(import|export)\b|(^|\s)//\s", text, re.MULTILINE)
    assert "/*" not in styles("trace_view", "tables", "chart", "digit", "spine", "wave")
    (tmp_path / "page.js").write_text(text, encoding="utf-8")
    subprocess.run([node(), "--check", str(tmp_path / "page.js")], check=True)


@pytest.mark.parametrize("name", KINDS)
def test_the_live_module_exports_its_renderer(name):
    cls = KINDS[name]
    text = cls._esm._contents if hasattr(cls._esm, "_contents") else str(cls._esm)
    assert text.endswith(f"export default {{ render: {cls.renderer} }};\n")
    assert f"function {cls.renderer}(" in script(name)


def page(app, *names: str, needs: str = "") -> None:
    place = '<div class="cnn-host" data-module="{}" data-needs="{}">'
    body = "".join(place.format(name, needs) for name in names)
    extension.add_widgets(app, "page", "page.html", {"body": body}, None)


@pytest.fixture
def app(tmp_path):
    added: list[str] = []
    return SimpleNamespace(
        outdir=str(tmp_path),
        added=added,
        add_css_file=added.append,
        add_js_file=lambda name, **options: added.append(name),
    )


def test_each_module_keeps_its_names_to_itself(tmp_path, monkeypatch):
    """Two modules may give one name to different things, and rename what they import."""
    one = "export const pick = (n) => n + own;\nconst own = 1;\n"
    two = 'import {\n  pick as other,\n} from "./one.js";\nconst own = 10;\n'
    two += "/** @type {number} */\nexport const pick = other(own); // 11\n"
    (tmp_path / "one.js").write_text(one, "utf-8")
    (tmp_path / "two.js").write_text(two, "utf-8")
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    bundle._read.cache_clear()
    code = script("two") + "\nconsole.log(pick, typeof own, typeof other);"
    bundle._read.cache_clear()
    run = subprocess.run([node(), "-e", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["11", "undefined", "undefined"]
    assert "//" not in code
    assert "@type" not in code


def test_what_makes_the_script_short_leaves_it_a_script(tmp_path):
    body = "".join(f'<div class="cnn-host" data-module="{name}" data-needs="">' for name in KINDS)
    code, look = extension.files(body)
    written, drawn = extension.sources(body)
    assert len(code) < 0.85 * len(written)
    assert len(look) < len(drawn)
    (tmp_path / "page.js").write_text(code, encoding="utf-8")
    subprocess.run([node(), "--check", str(tmp_path / "page.js")], check=True)


@pytest.mark.parametrize("needs", ["", "alignment", "settings alignment"])
def test_a_module_that_no_widget_of_a_page_needs_is_left_out(needs):
    place = '<div class="cnn-host" data-module="trace_view" data-needs="{}"></div>'
    code, _ = extension.sources(place.format("") + place.format(needs))
    assert ("function makeSettings(" in code) == ("settings" in needs)
    assert ("function windowAt(" in code) == ("alignment" in needs)


def test_a_page_without_widgets_gets_nothing(app, tmp_path):
    page(app)
    assert app.added == []
    assert list(tmp_path.iterdir()) == []


def test_pages_with_the_same_widgets_share_one_pair_of_files(app, tmp_path):
    page(app, "trace_view", "trace_view", "softmax_view")
    page(app, "softmax_view", "trace_view")
    assert app.added[:2] == app.added[2:]
    later = {file.name for file in (tmp_path / "_static").glob("*.later.js")}
    assert len(later) == 1  # fetched when a reader takes a picture away
    assert {file.name for file in (tmp_path / "_static").iterdir()} == {*app.added, *later}
    page(app, "trace_view", "softmax_view", needs="alignment")  # another script, the same style
    assert len(list((tmp_path / "_static").iterdir())) == 4


def test_what_draws_pictures_is_in_a_file_of_its_own():
    place = '<div class="cnn-host" data-module="trace_view" data-needs="">'
    whole, _ = extension.sources(place)
    light, _ = extension.sources(place, later="cnn-later.js")
    for name in ("makeGif", "drawing", "film"):
        assert f"function {name}(" in whole
        assert f"function {name}(" not in light
        assert f"function {name}(" in later_script()
    assert 'globalThis.cnnLater = new URL("cnn-later.js", document.currentScript.src).href' in light
    assert "cnnLater =" not in whole


def test_a_page_is_told_to_start_only_its_own_widgets(app, tmp_path):
    page(app, "nudge_view")
    written = (tmp_path / "_static" / app.added[1]).read_text("utf-8")
    assert "nudge_view:" in written
    assert "softmax_view" not in written
    code, _ = extension.sources('<div class="cnn-host" data-module="nudge_view" data-needs="">')
    assert 'host({ "nudge_view": renderNudgeView });' in code
    assert "renderSoftmaxView" not in code
