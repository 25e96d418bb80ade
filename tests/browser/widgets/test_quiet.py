"""A page is quiet, light, printable, and whole on every screen, with or without scripts."""

from __future__ import annotations

import json

import pytest

from tests.browser.widgets import gallery
from tests.browser.widgets.test_contract import press, root

ROOM = 60_000  # bytes of JSON for the largest widget


def every():
    return [*gallery.traces(), *gallery.others()]


def test_nothing_moves_unasked(show):
    page = show(*every()).page
    steps = "[...document.querySelectorAll('[data-widget]')].map((n) => n.outerHTML)"
    before = page.evaluate(steps)
    page.wait_for_timeout(1200)
    assert page.evaluate(steps) == before
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_colours_fade_only_where_motion_is_welcome(show, motion):
    widget = root(show(gallery.small_convolution(), reduced_motion=motion))
    fades = widget.evaluate(
        "(root) => [root, ...root.querySelectorAll('*')].filter((n) => getComputedStyle(n)"
        ".transitionDuration.split(', ').some((t) => parseFloat(t) > 0)).length"
    )
    assert (fades > 0) == (motion == "no-preference")


COUNT_FRAMES = """
  const ask = window.requestAnimationFrame.bind(window);
  window.pending = 0; window.most = 0;
  window.requestAnimationFrame = (f) => {
    window.most = Math.max(window.most, ++window.pending);
    return ask((now) => { window.pending--; f(now); });
  };
  0;
"""


def test_one_clock_drives_all_widgets_and_stops_with_them(show):
    page = show(*[gallery.small_convolution(name=f"t{n}") for n in range(5)]).page
    page.evaluate(COUNT_FRAMES)
    page.evaluate("document.querySelectorAll('.cnn-play').forEach((b) => b.click())")
    page.wait_for_timeout(400)
    assert page.locator("button[aria-label=Pause]").count() == 5
    assert page.evaluate("window.most") <= 2  # the clock, and the page's own redrawing of a change
    page.evaluate("document.querySelectorAll('.cnn-play').forEach((b) => b.click())")
    page.wait_for_timeout(200)
    assert page.evaluate("window.pending") == 0


def test_what_is_off_screen_does_no_work(show):
    page = show(*gallery.traces(), viewport=(900, 500)).page
    last = page.locator("[data-widget]").last
    for widget in (page.locator("[data-widget]").first, last):
        widget.get_by_label("Speed").evaluate(
            "s => { s.value = '0'; s.dispatchEvent(new Event('change', { bubbles: true })) }"
        )
        widget.locator(".cnn-play").evaluate("b => b.click()")
    page.wait_for_timeout(400)
    changed = page.evaluate(
        """async () => {
          let count = 0;
          const seen = new MutationObserver((list) => { count += list.length; });
          seen.observe([...document.querySelectorAll("[data-widget]")].at(-1),
            { subtree: true, childList: true, attributes: true, characterData: true });
          await new Promise((done) => setTimeout(done, 400));
          return count;
        }"""
    )
    assert changed == 0
    assert last.get_by_role("button", name="Pause").count() == 1
    last.scroll_into_view_if_needed()
    last.get_by_role("button", name="Play", exact=True).wait_for()  # seen, it goes on to the end


def test_with_scripts_off_a_figure_of_every_widget_stands_there(show, theme):
    widgets = [gallery.small_convolution(direction="dx-gather", step=4), *gallery.others()]
    page = show(*widgets, theme=theme, still=True, java_script_enabled=False).page
    for host in page.locator(".cnn-host").all():
        figure = host.locator("svg").first
        assert figure.is_visible()
        assert figure.bounding_box()["height"] > 50


def test_print_shows_a_still_of_the_current_state_without_controls(show):
    widget = root(show(gallery.small_convolution(step=2)))
    words = widget.locator(".cnn-sentence").inner_text()
    widget.page.emulate_media(media="print")
    assert widget.locator(".cnn-stage").is_visible()
    assert widget.locator(".cnn-sentence").inner_text() == words
    assert not any(b.is_visible() for b in widget.get_by_role("button").all())
    assert len(widget.page.pdf()) > 10_000


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 3840])
def test_no_page_scrolls_sideways_at_any_width(show, width):
    page = show(*every(), viewport=(width, 900)).page
    for view in ("Window", "Network", "Matrix", "All"):
        for button in page.get_by_role("button", name=view, exact=True).all():
            button.evaluate("b => b.click()")
        wide = page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              return [...document.querySelectorAll("main *")]
                .filter((e) => e.getBoundingClientRect().right > width + 1)
                .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
            }"""
        )
        assert wide == [], view


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_to_press_is_large_enough_for_a_finger(show, width):
    page = show(*every(), viewport=(width, 900)).page
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main input, summary")]
          .filter((n) => n.offsetParent)
          .map((n) => [n.getBoundingClientRect(), n])
          .filter(([box]) => box.height < 43.5 || box.width < 43.5)
          .map(([box, n]) => `${box.width}x${box.height} ${n.outerHTML.slice(0, 90)}`)"""
    )
    assert small == []


@pytest.mark.parametrize("number", range(19))
def test_the_state_of_a_widget_stays_small(number):
    widget = every()[number]
    state = {name: getattr(widget, name) for name in widget.page_state}
    assert len(json.dumps(state, separators=(",", ":")).encode()) <= ROOM


def test_the_theme_is_followed_while_the_page_is_open(show):
    page = show(gallery.small_convolution(), gallery.explorer()).page
    colour = "getComputedStyle(document.querySelector('.cnn-widget')).backgroundColor"
    pixel = (
        "(() => { const c = document.querySelector('canvas');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.join() })()"
    )
    before = page.evaluate(colour), page.evaluate(pixel)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    after = page.evaluate(colour), page.evaluate(pixel)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_controls_of_a_still_page_are_pressed_without_complaint(show):
    widget = root(show(gallery.small_convolution()))
    press(widget, "Link")
    assert "link" in widget.locator(".cnn-note").inner_text().lower()
