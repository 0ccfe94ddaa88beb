"""Every private part of Textual that is leant on: why, what it brings, and nothing else.

The milliseconds are medians of `python -m tests.bench insides`, which lets the app run with and
without each in turn. In `tests/tui/app`, `test_textual_internals.py` and `test_first_paint.py`
fail where Textual changes.
"""

import os
import re
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from rich.segment import Segment
from rich.text import Text
from textual.app import App
from textual.cache import FIFOCache, LRUCache
from textual.css.model import RuleSet
from textual.css.query import NoMatches
from textual.css.stylesheet import Stylesheet
from textual.driver import Driver
from textual.screen import Screen
from textual.strip import Strip

from tui.app.messages import BackgroundTold

ENTER_SCREEN: Final = "\x1b[?1049h"
LEAVE_SCREEN: Final = "\x1b[?1049l"
"""The alternate screen, as Textual's driver asks for it."""

HANDSHAKE: Final = b"__GANGLION__\n"
"""What the server of a page waits for, once."""

SOURCES: Final = 512
"""Whose rules are kept: more than Textual's widgets and ours have together."""

KEY_SECONDS: Final = 0.03
"""Until it is clear that nothing follows an Esc; what belongs to one key comes at once."""

REST_SECONDS: Final = 0.1
"""Between two looks while nothing comes: whether the app has ended."""

READ_BYTES: Final = 4096

ASK_BACKGROUND: Final = "\x1b]11;?\x1b\\"
"""OSC 11; a terminal that does not know it says nothing."""

BACKGROUND: Final = re.compile(
    "\x1b]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]{0,5}"
    "(?:\x07|\x1b\\\\)"
)
BEGINS_BACKGROUND: Final = re.compile("\x1b]1[^\x07\x1b]{0,30}\x1b?$")
"""An answer that has not come as a whole yet: the rest is waited for, as for that of a key."""

HALF: Final = 0.5

LUMINANCE: Final = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are (ITU-R BT.709)."""

Rules = LRUCache[tuple[object, ...], list[RuleSet]]
"""What was parsed, by its source."""


class KeptStylesheet(Stylesheet):
    """A stylesheet that keeps parsed rules until the colours change, for the app that follows too.

    Textual parses everything anew whenever a screen's own file comes in: kept, the first paint
    comes 11 ms sooner and the first visit to a place 53 ms; the first paint of an app that follows
    in the same terminal, 25 ms.
    """

    _kept: ClassVar[dict[tuple[tuple[str, str], ...], Rules]] = {}
    """Those of the colours that were worn last."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache = self._rules_for(variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other colours; the same ones leave the rules as they are."""
        if variables != self._variables:
            super().set_variables(variables)
            self._parse_cache = self._rules_for(variables)

    @classmethod
    def _rules_for(cls, variables: dict[str, str]) -> Rules:
        colors = tuple(variables.items())
        if colors not in cls._kept:
            cls._kept.clear()
            cls._kept[colors] = LRUCache(SOURCES)
        return cls._kept[colors]

    def reparse(self) -> None:
        """Parse what is new."""
        self.parse()


def lighten_strips() -> None:
    """Have a line of the screen make each of its seven caches when that is first needed.

    Not for speed alone: Textual makes all at once, and most stay empty. 2 MiB less at rest, 4 after
    ten calls; help, which draws many lines, opens and closes with 20 ms less of CPU.
    """
    sizes = {
        name: cache._maxsize
        for name in Strip.__slots__
        if isinstance(cache := getattr(Strip.blank(1), name), FIFOCache)
    }

    def make(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        strip._segments = list(segments)
        strip._cell_length = cell_length
        strip._render_cache = strip._link_ids = strip._cell_count = None

    def missing(strip: Strip, name: str) -> FIFOCache[object, object]:
        if name not in sizes:
            raise AttributeError(name)
        cache = FIFOCache[object, object](sizes[name])
        setattr(strip, name, cache)
        return cache

    setattr(Strip, "__init__", make)  # noqa: B010 - mypy lets nobody assign to a method
    setattr(Strip, "__getattr__", missing)  # noqa: B010


def parse_ahead(stylesheet: Stylesheet) -> None:
    """Parse what the screens beside the first look like, so that no key waits for it."""
    stylesheet.read_all(sorted(Path(__file__).with_name("screens").rglob("*.tcss")))
    stylesheet.parse()


def as_styled(app: App[None], make_screen: Callable[[], Screen[None]]) -> Screen[None]:
    """Make a screen of a mode, of which Textual knows that it will be styled as it is mounted.

    It would style the screen before and this one once more: 30 ms of CPU in a first visit.
    """
    screen = make_screen()
    screen._css_update_count = app._css_update_count
    return screen


async def build_mode(app: App[None], mode: str) -> bool:
    """Put the screen of a mode together before anybody goes there; return whether it stands.

    Textual does so on the first visit alone: 110 ms of CPU before it is painted.
    """
    await app._init_mode(mode)
    screens = app._screen_stacks.get(mode, [])  # none where the mode was removed meanwhile
    return any(screen.is_attached for screen in screens)


def paint_ahead(app: App[None], mode: str) -> None:
    """Lay the screen of a mode out and draw its widgets, while another is shown: 30 ms."""
    screen = next(iter(app._screen_stacks.get(mode, [])), None)
    if screen is not None and screen.is_attached and not screen.is_current:
        screen._screen_resized(app.size)
        screen._compositor.render_update(full=True)


def forget_clipboard(app: App[None]) -> None:
    """Forget what was copied last; the terminal's own clipboard stays as it is.

    Not for speed: a token may be in it. `copy_to_clipboard("")` would empty the terminal's, too.
    """
    app._clipboard = ""


def report_crashes(app: App[None], report: Callable[[BaseException], str]) -> None:
    """Have `app` end with `report` where it breaks.

    Not for speed: Textual's own report shows the variables of each frame, tokens among them.
    """

    def end() -> None:
        error = sys.exc_info()[1] or app._exception or RuntimeError()
        app._exit_renderables.append(Text(report(error)))
        app._close_messages_no_wait()

    def handle(error: Exception) -> None:
        # As the app ends, what is just being put together looks in vain for its parts.
        if app.return_code is None or not isinstance(error, NoMatches):
            handle_exception(error)

    handle_exception = app._handle_exception
    vars(app).update(_fatal_error=end, _handle_exception=handle)


def is_followed(app: object) -> bool:
    """Return whether another app takes the place of `app` in its terminal."""
    return getattr(app, "following", None) is not None


def write_but_handshake(write: Callable[[bytes], int], data: bytes) -> int:
    """Write `data` unless it is what only the first app of a page says."""
    return 0 if data == HANDSHAKE else write(data)


def page_driver() -> type[Driver]:
    """Return the driver for a page of a browser that stays open for an app that follows.

    Not for speed: Textual's own tells the page with the first app's end that all is over.
    """
    from textual.drivers.web_driver import WebDriver

    class PageDriver(WebDriver):
        is_kept = False

        def start_application_mode(self) -> None:
            write = self._write
            if PageDriver.is_kept:
                self._write = partial(write_but_handshake, write)
            super().start_application_mode()
            self._write = write

        def stop_application_mode(self) -> None:
            PageDriver.is_kept = is_followed(self._app)
            if not PageDriver.is_kept:
                super().stop_application_mode()
                return
            self.exit_event.set()
            self._input_reader.close()
            self._key_thread.join()  # it reads from where the next one reads

    return PageDriver


def give_back_terminal(driver: type[Driver] | None) -> None:
    """Leave the alternate screen that was kept for an app which has not come."""
    terminal = sys.__stderr__  # where Textual draws
    if terminal is not None and getattr(driver, "keeps_screen", False):
        terminal.write(LEAVE_SCREEN)
        terminal.flush()


def terminal_driver() -> type[Driver] | None:
    """Return the driver that hears more of a terminal, or None where Textual's own has to do.

    A terminal sends the same byte for Esc as at the start of other keys. Textual looks every
    100 ms whether anything has followed; this one looks 30 ms after each input, and at rest as
    seldom: Esc is heard 70 ms sooner. Besides, it asks for the background (OSC 11), and takes
    the answer out of what is typed. And it keeps the screen for an app that follows: between two
    apps the shell would flash up.
    """
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    from textual._xterm_parser import XTermParser
    from textual.drivers.linux_driver import LinuxDriver

    class TerminalDriver(LinuxDriver):
        keeps_screen = False

        def write(self, data: str) -> None:
            if data == LEAVE_SCREEN:
                TerminalDriver.keeps_screen = is_followed(self._app)
            elif data == ENTER_SCREEN and TerminalDriver.keeps_screen:
                return
            if data != LEAVE_SCREEN or not TerminalDriver.keeps_screen:
                super().write(data)

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call] # Textual has no types here
            self.write(ASK_BACKGROUND)

        def run_input_thread(self) -> None:
            parser, heard = XTermParser(self._debug), False
            decode, held = getincrementaldecoder("utf-8")("replace").decode, ""
            with selectors.SelectSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    heard = bool(selector.select(KEY_SECONDS if heard else REST_SECONDS))
                    if heard:
                        read = os.read(self.fileno, READ_BYTES)
                        if not read:  # the terminal is gone
                            return
                        held = self._without_background(held + decode(read))
                    if held and not (heard and BEGINS_BACKGROUND.search(held)):
                        for message in parser.feed(held):
                            self.process_message(message)
                        held = ""
                    for message in parser.tick():
                        self.process_message(message)

        def _without_background(self, typed: str) -> str:
            told = BACKGROUND.search(typed)
            if told is not None:
                self.process_message(BackgroundTold(is_dark=is_dark(*told.groups())))
            return BACKGROUND.sub("", typed)

    return TerminalDriver


def is_dark(red: str, green: str, blue: str) -> bool:
    """Return whether a colour is dark, whose parts are 1 to 4 hexadecimal digits (XParseColor)."""
    parts = [int(part, 16) / int("f" * len(part), 16) for part in (red, green, blue)]
    return sum(part * weight for part, weight in zip(parts, LUMINANCE, strict=True)) < HALF
