from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from cnnlib import plots
from cnnlib.plots.style import variables

SVG = "{http://www.w3.org/2000/svg}"


def picture(alt="Nine cells."):
    values = np.random.default_rng(4).integers(-9, 9, (3, 4))
    return plots.show(plots.plot_grid(values, "delta", highlight=[(0, 1)]), alt=alt)


def kernels():
    w = np.random.default_rng(5).normal(size=(3, 2, 2, 3))
    return plots.show(plots.plot_kernels(w), alt="Six kernels.")


def test_the_svg_is_valid_xml_with_role_and_words():
    root = ElementTree.fromstring(picture(alt='More than "5" & < 7').svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'More than "5" & < 7'


def test_text_stays_text():
    texts = [e.text for e in ElementTree.fromstring(picture().svg).iter(f"{SVG}text")]
    assert texts[0] == "delta"
    assert len(texts) == 1 + 12


@pytest.mark.parametrize("make", [picture, kernels])
def test_the_same_figure_gives_the_same_bytes(make):
    assert make().svg == make().svg


def test_two_figures_share_no_id():
    ids = [set(re.findall(r' id="([^"]+)"', make().svg)) for make in (picture, kernels)]
    assert all(ids)
    assert not ids[0] & ids[1]


def test_every_reference_inside_a_figure_finds_its_target():
    for svg in (picture().svg, kernels().svg):
        targets = set(re.findall(r' id="([^"]+)"', svg))
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg)) <= targets


@pytest.mark.parametrize("make", [picture, kernels])
def test_every_colour_is_a_variable_with_the_light_colour_to_fall_back_on(make):
    svg = re.sub(r"base64,[^\"]*", "", make().svg)
    used = re.findall(r"var\(--([\w-]+), (#[0-9a-f]{6})\)", svg)
    assert used
    assert all(variables("light")[name] == colour for name, colour in used)
    without = re.sub(r"var\([^)]*\)", "", svg)
    assert not re.findall(r"(?:fill|stroke|color): ?#[0-9a-f]{6}", without)


@pytest.mark.parametrize("make", [picture, kernels])
def test_nothing_is_fetched_and_nothing_leaks_into_the_page(make):
    svg = make().svg
    for word in ("@import", "@font-face", "<style", "<script", "DejaVu", "<metadata", "<?xml"):
        assert word not in svg
    addresses = set(re.findall(r'https?://[^"\s]+', svg))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_an_alternative_text_is_required():
    ax = plots.plot_grid([[1]])
    with pytest.raises(TypeError, match="alt"):
        plots.show(ax)
    for empty in ("", "  ", None):
        with pytest.raises(ValueError, match="alt must say in words"):
            plots.show(ax, alt=empty)


def test_only_axes_and_figures_are_shown():
    with pytest.raises(TypeError, match="drawing must be matplotlib axes or a figure, not list"):
        plots.show([1, 2], alt="A list.")


def test_a_notebook_gets_html_and_a_terminal_the_words():
    shown = picture()
    assert shown._repr_html_() == f'<div class="cnn-figure">{shown.svg}</div>'
    assert repr(shown) == "<figure: Nine cells.>"


def test_a_line_in_several_colours_is_one_text():
    ax = plots.plot_row(plots.Grid([[2]]), caption=[("x & y", "x"), (" < ", ""), ("5", "w")])
    svg = plots.show(ax, alt="A line.").svg
    line = list(ElementTree.fromstring(svg).iter(f"{SVG}text"))[-1]
    assert [span.text for span in line] == ["x & y", " < ", "5"]
    assert "--sym-x" in line[0].get("style")
    assert "--sym-w" in line[2].get("style")


def test_a_canvas_is_styled_and_unknown_to_pyplot():
    figure, axes = plots.canvas(2, 3)
    assert isinstance(figure, Figure)
    assert axes.shape == (2, 3)
    assert not axes[0, 0].spines["top"].get_visible()


def test_a_pyplot_figure_is_closed_once_shown():
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    plots.show(axes, alt="Empty axes.")
    assert not pyplot.fignum_exists(figure.number)


def test_matplotlib_settings_are_left_as_they_were():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    picture()
    with plots.house_style():
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert dict(mpl.rcParams) == before
