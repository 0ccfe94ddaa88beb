"""What each part of `tui/app/textual_internals.py` brings: the app with and without it, in turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.bench.app import APP, ESC, F1, signed_in
from tests.bench.measures.report import say
from tests.bench.measures.trees import Tree
from tests.bench.measures.watched import Watched

ROUNDS: Final = 9

PRESSES: Final = 5
"""Of one key in each round; their median counts."""

LEAST_MS: Final = 10.0
"""What brings less to a person is not worth leaning on."""

SETTLE_SECONDS: Final = 4.0

REST_SECONDS: Final = 0.3

PROFILE: Final = b"ID token"

NAV: Final = "import tui.app.navigation as nav"

START: Final = """
import os, sys
os.environ.setdefault("ESCDELAY", "100" if "terminal_driver" in {without!r} else "25")
import tui.app.app as app, tui.app.textual_internals as insides
from textual.css.stylesheet import Stylesheet
{without}
sys.argv = ["doorkey"]
from tui.cli import main
main()
"""


@dataclass(frozen=True)
class Part:
    """One part: how to do without it, and where it should be felt."""

    name: str
    without: str
    measure: Callable[[Watched], float]


def _first_paint(app: Watched) -> float:
    return (app.seconds_until(b"from your terminal") - app.started) * 1000


def _press(app: Watched, key: str, words: bytes) -> float:
    pressed = app.press(key)
    milliseconds = (app.seconds_until(words) - pressed) * 1000
    app.rest(REST_SECONDS)
    return milliseconds


def _settled(app: Watched) -> None:
    app.seconds_until(APP[1])
    app.rest(SETTLE_SECONDS)


def _first_visit(app: Watched) -> float:
    _settled(app)
    return _press(app, "2", PROFILE)


def _further_visit(app: Watched) -> float:
    _first_visit(app)
    taken = []
    for _ in range(PRESSES):
        _press(app, "1", APP[1])
        taken.append(_press(app, "2", PROFILE))
    return median(taken)


def _esc(app: Watched) -> float:
    _settled(app)
    taken = []
    for _ in range(PRESSES):
        _press(app, F1, b"Keys here")
        taken.append(_press(app, ESC, APP[1]))
    return median(taken)


PARTS: Final = (
    Part("KeptStylesheet, first paint", "app.KeptStylesheet = Stylesheet", _first_paint),
    Part("KeptStylesheet, first visit", "app.KeptStylesheet = Stylesheet", _first_visit),
    Part("as_styled, first visit", f"{NAV}; nav.as_styled = lambda _, make: make()", _first_visit),
    Part(
        "build_mode, first visit",
        f"{NAV}; nav.Navigation.build_ahead = lambda _, rest: rest()",
        _first_visit,
    ),
    Part("paint_ahead, first visit", f"{NAV}; nav.paint_ahead = lambda *_: None", _first_visit),
    Part("delay_update, next visits", "del app.DoorkeyApp.delay_update", _further_visit),
    Part("terminal_driver, Esc", "insides.terminal_driver = lambda: None", _esc),
)


def main(trees: Sequence[Tree]) -> None:
    """Measure each part of this tree, and say which is not worth it."""
    with signed_in(trees[:1]) as environments:
        environment = environments[trees[0]]
        for part in PARTS:
            taken: dict[str, list[float]] = {"": [], part.without: []}
            for _ in range(ROUNDS):
                for without, milliseconds in taken.items():
                    code = START.format(without=without)
                    with Watched(["-c", code], environment) as app:
                        milliseconds.append(part.measure(app))
            with_it, without_it = (median(each) for each in taken.values())
            gain = without_it - with_it
            verdict = "worth it" if gain >= LEAST_MS else "NOT WORTH IT"
            say(
                f"  {part.name}: {with_it:.0f} ms, without {without_it:.0f}: "
                f"{gain:+.0f} ({verdict})"
            )
