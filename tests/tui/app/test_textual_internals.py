"""What is leant on of Textual's own: each test fails where Textual changes there."""

import io
import itertools
import os
import selectors
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.css.parse import parse
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.strip import Strip

from tui.app.messages import BackgroundTold
from tui.app.textual_internals import (
    KEY_SECONDS,
    LEAVE_SCREEN,
    REST_SECONDS,
    KeptStylesheet,
    forget_clipboard,
    give_back_terminal,
    is_followed,
    lighten_strips,
    page_driver,
    terminal_driver,
)

PATIENCE_SECONDS = 20

CSS = "Static { color: $calm; }"

_colors = (f"#{number:06x}" for number in itertools.count(0x112233))
"""Each in use once: the rules of the last colours are kept for the app that follows."""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been parsed so far."""
    seen: list[str] = []

    def count(scope: str, css: str, *rest: object, **further: object) -> object:
        seen.append(css)
        return parse(scope, css, *rest, **further)  # type: ignore[arg-type] # as it was called

    monkeypatch.setattr("textual.css.stylesheet.parse", count)
    return seen


def sheet(color: str | None = None) -> KeptStylesheet:
    stylesheet = KeptStylesheet(variables={"calm": color or next(_colors)})
    stylesheet.add_source(CSS, read_from=("calm", ""))
    stylesheet.parse()
    return stylesheet


def color_of(stylesheet: KeptStylesheet) -> str:
    return stylesheet.rules[0].styles.color.hex.lower()


def test_what_has_not_changed_is_not_parsed_again(parsed: list[str]) -> None:
    color = next(_colors)
    stylesheet = sheet(color)
    stylesheet.add_source("Button { width: 1; }", read_from=("more", ""))
    stylesheet.set_variables({"calm": color})
    stylesheet.reparse()
    assert parsed == [CSS, "Button { width: 1; }"]
    assert len(stylesheet.rules) == 2


def test_other_colours_are_taken_up() -> None:
    stylesheet = sheet("#112200")
    assert color_of(stylesheet) == "#112200"
    stylesheet.set_variables({"calm": "#445566"})
    stylesheet.reparse()
    assert color_of(stylesheet) == "#445566"


def test_the_rules_are_kept_for_an_app_that_follows_in_the_same_colours(parsed: list[str]) -> None:
    color, other = next(_colors), next(_colors)
    sheet(color)
    assert color_of(sheet(color)) == color
    assert parsed == [CSS]
    assert color_of(sheet(other)) == other
    assert parsed == [CSS, CSS]


def test_a_stylesheet_knows_what_is_new_by_textuals_own_cache() -> None:
    assert len(sheet()._parse_cache) == 1


def test_a_line_of_the_screen_makes_a_cache_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("__init__", "__getattr__"):  # as they are now, once the test is over
        monkeypatch.setattr(Strip, name, getattr(Strip, name, None), raising=False)
    lighten_strips()
    line = Strip([Segment("words")])
    slots = type(line).__dict__
    caches = [name for name in Strip.__slots__ if name.endswith("_cache")]
    assert len(caches) == 8
    with pytest.raises(AttributeError):
        object.__getattribute__(line, "_crop_cache")
    assert line.crop(1, 3).text == "or"
    assert line.crop(1, 3) is line.crop(1, 3)
    assert len(slots["_crop_cache"].__get__(line)) == 1
    assert not hasattr(line, "_no_cache")


@contextmanager
def typing() -> Iterator[tuple[int, LinuxDriver, list[str]]]:
    """A driver that reads a pipe; gives the other end, and what was pressed so far."""
    driver_class = terminal_driver()
    assert driver_class is not None
    assert issubclass(driver_class, LinuxDriver)
    pressed: list[str] = []

    class Listening(driver_class):  # type: ignore[misc,valid-type] # made at run time
        def process_message(self, message: Message) -> None:
            if isinstance(message, BackgroundTold):
                pressed.append("dark" if message.is_dark else "light")
            if isinstance(message, events.Key):
                pressed.append(message.key)
                self.exit_event.set()

    reading, writing = os.pipe()
    driver = Listening(App())
    driver.fileno = reading
    try:
        yield writing, driver, pressed
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells of Esc by itself")
async def test_after_something_came_the_next_look_is_soon_and_then_one_waits_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float | None] = []
    select = selectors.SelectSelector.select

    def watch(self: selectors.SelectSelector, timeout: float | None = None) -> object:
        waited.append(timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.SelectSelector, "select", watch)
    with typing() as (writing, driver, pressed):
        os.write(writing, b"\x1b")
        driver.run_input_thread()
    assert pressed == ["escape"]
    assert waited[:3] == [REST_SECONDS, KEY_SECONDS, REST_SECONDS]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells of Esc by itself")
async def test_a_key_that_begins_with_esc_is_one_key() -> None:
    with typing() as (writing, driver, pressed):
        os.write(writing, b"\x1b")
        reader = threading.Thread(target=driver.run_input_thread)
        reader.start()
        os.write(writing, b"[A")
        reader.join(PATIENCE_SECONDS)
    assert pressed == ["up"]


@pytest.mark.parametrize(
    ("parts", "heard"),
    [
        (["\x1b]11;rgb:ffff/ffff/f0f0\x1b\\x"], ["light", "x"]),
        (["\x1b]11;rgb:1e/1e/2e\x07x"], ["dark", "x"]),
        (["\x1b]11;rgba:ffff/ffff/ffff/ffff\x1b\\x"], ["light", "x"]),
        (["\x1b]11;rg", "b:0000/0000/0000\x1b", "\\x"], ["dark", "x"]),
        (["ax"], ["a"]),
    ],
)
async def test_a_terminal_tells_its_background_and_nothing_of_that_is_typed(
    parts: list[str], heard: list[str]
) -> None:
    with typing() as (writing, driver, pressed):
        reader = threading.Thread(target=driver.run_input_thread)
        reader.start()
        for part in parts:
            os.write(writing, part.encode())
        reader.join(PATIENCE_SECONDS)
    assert pressed[: len(heard)] == heard


async def test_the_driver_of_a_page_has_what_is_leant_on_for_an_app_that_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as page:
        monkeypatch.setattr(sys, "__stdin__", page)
        driver = page_driver()(App())
        assert callable(driver._write)  # type: ignore[attr-defined] # the driver's own names
        assert callable(driver._key_thread.join)  # type: ignore[attr-defined]
        assert not driver.exit_event.is_set()  # type: ignore[attr-defined]
        assert not is_followed(driver._app)
        driver._input_reader.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kept", "written"), [(True, LEAVE_SCREEN), (False, "")])
def test_a_screen_that_was_kept_for_an_app_that_has_not_come_is_left(
    kept: bool, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = terminal_driver()
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", terminal)
    monkeypatch.setattr(driver, "keeps_screen", kept)
    give_back_terminal(driver)
    assert terminal.getvalue() == written


async def test_the_last_copied_text_can_be_forgotten() -> None:
    app = App[None]()
    async with app.run_test():
        app.copy_to_clipboard("a token")
        forget_clipboard(app)
        assert app.clipboard == ""
