"""Every private part of Textual that is leant on: why, what it brings, and nothing else.

The milliseconds are medians of `python -m tests.bench insides`, which lets the app run with and
without each in turn. `tests/tui/app/test_textual_internals.py` fails where Textual changes.
"""

import os
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Final

from rich.text import Text
from textual.app import App
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.driver import Driver

SOURCES: Final = 512
"""Whose rules are kept: more than Textual's widgets and ours have together."""

KEY_SECONDS: Final = 0.03
"""Until it is clear that nothing follows an Esc; what belongs to one key comes at once."""

REST_SECONDS: Final = 0.1
"""Between two looks while nothing comes: whether the app has ended."""

READ_BYTES: Final = 4096


class KeptStylesheet(Stylesheet):
    """A stylesheet that keeps parsed rules until the colours change.

    Textual parses everything anew whenever a screen's own file comes in: kept, the first paint
    comes 18 ms sooner and the first visit to a place 107 ms.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other colours; the same ones leave the rules as they are."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new."""
        self.parse()


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

    vars(app)["_fatal_error"] = end


def terminal_driver() -> type[Driver] | None:
    """Return the driver that tells of Esc sooner, or None where Textual's own has to do.

    A terminal sends the same byte for Esc as at the start of other keys. Textual looks every
    100 ms whether anything has followed; this one looks 30 ms after each input, and at rest as
    seldom: Esc is heard 74 ms sooner.
    """
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    from textual._xterm_parser import XTermParser
    from textual.drivers.linux_driver import LinuxDriver

    class QuickEscDriver(LinuxDriver):
        def run_input_thread(self) -> None:
            parser, heard = XTermParser(self._debug), False
            decode = getincrementaldecoder("utf-8")("replace").decode
            with selectors.SelectSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    heard = bool(selector.select(KEY_SECONDS if heard else REST_SECONDS))
                    if heard:
                        typed = os.read(self.fileno, READ_BYTES)
                        if not typed:  # the terminal is gone
                            return
                        for message in parser.feed(decode(typed)):
                            self.process_message(message)
                    for message in parser.tick():
                        self.process_message(message)

    return QuickEscDriver
