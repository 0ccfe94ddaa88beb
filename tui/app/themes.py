"""Colours: Doorkey's own, calm slate and one teal accent; and that all words can be read in any."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from tui.config.memory import AppMemory

DARK_NAME: Final = "doorkey-dark"
LIGHT_NAME: Final = "doorkey-light"

LEAST_CONTRAST: Final = 4.5
"""Of words and their ground (WCAG 2.2 1.4.3, AA); what fills one cell is never large text."""

LEAST_FRAME_CONTRAST: Final = 3.0
"""Of what shows where a panel, a field or a button ends (WCAG 2.2 1.4.11, AA)."""

STEPS: Final = 32
"""From a colour to black or white, one of which can always be read."""

FRAMES: Final = "".join(map(chr, range(0x2500, 0x2580)))
"""Rules and frames."""

BLANKS: Final = " " + "".join(map(chr, range(0x2580, 0x25A0)))
"""Spaces, bars and shades, which are seen as areas."""

DRAWN: Final = BLANKS + FRAMES
"""What is no words."""

Triplet = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""

THEME_MEMORY: Final = "theme"

DARK: Final = Theme(
    name=DARK_NAME,
    dark=True,
    primary="#2dd4bf",
    secondary="#7dd3fc",
    accent="#2dd4bf",
    foreground="#e2e8f0",
    background="#0f1623",
    surface="#161f30",
    panel="#1f2a3d",
    success="#4ade80",
    warning="#fbbf24",
    error="#fb7185",
    variables={
        "border": "#2dd4bf",
        "border-blurred": "#5a6d8a",
        "button-color-foreground": "#06241f",
        "button-focus-text-style": "bold underline",
        "block-cursor-background": "#1d4f52",
        "block-cursor-foreground": "#f1f5f9",
        "footer-background": "#161f30",
        "footer-key-foreground": "#2dd4bf",
        "footer-description-foreground": "#9fb0c7",
        "scrollbar": "#33435c",
        "scrollbar-background": "#0f1623",
        "scrollbar-corner-color": "#0f1623",
    },
)

LIGHT: Final = Theme(
    name=LIGHT_NAME,
    dark=False,
    primary="#0d9488",
    secondary="#0369a1",
    accent="#0d9488",
    foreground="#0f172a",
    background="#f8fafc",
    surface="#eef2f7",
    panel="#e2e8f0",
    success="#15803d",
    warning="#b45309",
    error="#be123c",
    variables={
        "border": "#0d9488",
        "border-blurred": "#7b8aa0",
        "button-color-foreground": "#ffffff",
        "button-focus-text-style": "bold underline",
        "block-cursor-background": "#b5e4de",
        "block-cursor-foreground": "#0f172a",
        "footer-background": "#e2e8f0",
        "footer-key-foreground": "#0f766e",
        "footer-description-foreground": "#475569",
        "scrollbar": "#b6c3d4",
        "scrollbar-background": "#f8fafc",
        "scrollbar-corner-color": "#f8fafc",
    },
)


class ReadableWords(LineFilter):
    """Moves words whose colour is too near to that of their ground, until they can be read.

    In a line that is ready to be shown, where it is known what has become of a theme's colours:
    muted, chosen, under the mouse, behind a dialog. Frames are moved until they can be seen.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line, each in a colour that can be read on its ground."""
        return [
            Segment(
                segment.text, _readable_style(segment.style, background, least), segment.control
            )
            if segment.style is not None and (least := least_contrast(segment.text))
            else segment
            for segment in segments
        ]


@lru_cache(1024)
def least_contrast(text: str) -> float:
    """Return how far the colour of `text` has to be from its ground; 0.0 for one of blanks."""
    if text.strip(DRAWN):
        return LEAST_CONTRAST
    return LEAST_FRAME_CONTRAST if text.strip(BLANKS) else 0.0


@lru_cache(1024)
def _readable_style(style: Style, background: Color, least: float) -> Style:
    words, ground = style.color, style.bgcolor or background.rich_color
    if words is None or words.triplet is None or ground.triplet is None:
        return style  # the terminal's own colours, which it alone knows
    if style.reverse:
        moved = RichColor.from_rgb(*readable(ground.triplet, words.triplet, least))
        return style + Style.from_color(bgcolor=moved)
    moved = RichColor.from_rgb(*readable(words.triplet, ground.triplet, least))
    return style + Style.from_color(moved)


@lru_cache(1024)
def readable(words: Triplet, ground: Triplet, least: float = LEAST_CONTRAST) -> Triplet:
    """Return the colour nearest to that of `words` that can be read on `ground`."""
    end = max(((0, 0, 0), (255, 255, 255)), key=lambda each: contrast(each, ground))
    moved = words
    for step in range(1, STEPS + 1):
        if contrast(moved, ground) >= least:
            break
        red, green, blue = (
            round(part + (goal - part) * step / STEPS)
            for part, goal in zip(words, end, strict=True)
        )
        moved = red, green, blue
    return moved


def contrast(one: Triplet, other: Triplet) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Triplet) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Themes:
    """The colours of an app: our own two beside Textual's, and which were chosen last."""

    def __init__(self, app: App[None], memory: AppMemory) -> None:
        self._app = app
        self._memory = memory
        self.readable_words = ReadableWords()
        for name, theme in app.available_themes.items():
            if theme.ansi:  # the terminal's own colours: whether they can be read, nobody knows
                app.unregister_theme(name)
        app.register_theme(DARK)
        app.register_theme(LIGHT)
        chosen = memory.get(THEME_MEMORY)
        app.theme = str(chosen) if chosen in app.available_themes else DARK_NAME

    def follow(self, *, dark: bool) -> None:
        """Take our own colours for the terminal's background, unless a theme was chosen."""
        if self._memory.get(THEME_MEMORY) is None:
            self._app.theme = DARK_NAME if dark else LIGHT_NAME

    def choose(self, make_list: Callable[[], Screen[str]]) -> None:
        """Let somebody choose, and remember what."""
        self._app.push_screen(make_list(), self._remember_choice)

    def _remember_choice(self, theme: str | None) -> None:
        if theme is not None:
            self._memory.set(THEME_MEMORY, theme)
