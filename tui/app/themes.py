"""Doorkey's own colours: calm slate, one teal accent, dark and light."""

import os
from collections.abc import Mapping
from typing import Final

from textual.app import App
from textual.theme import Theme

from tui.config.memory import AppMemory

DARK_NAME: Final = "doorkey-dark"
LIGHT_NAME: Final = "doorkey-light"

NO_COLOR_NAME: Final = "textual-dark"
"""Keeps its contrast when colours are taken away; the ansi themes lose everything."""

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
        "border-blurred": "#3a4a63",
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
        "border-blurred": "#b6c3d4",
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


class Themes:
    """The colours of an app: our own two beside Textual's, and which were chosen last."""

    def __init__(self, app: App[None], memory: AppMemory) -> None:
        self._app = app
        self._memory = memory
        self._followed = ""
        """The theme that the terminal's background has just brought."""
        app.register_theme(DARK)
        app.register_theme(LIGHT)
        app.theme = self._usable(memory.get(THEME_MEMORY))

    def follow(self, *, dark: bool) -> None:
        """Take our own colours for the terminal's background, unless a theme was chosen."""
        if self._memory.get(THEME_MEMORY) is None:
            self._followed = DARK_NAME if dark else LIGHT_NAME
            self._app.theme = self._usable(self._followed)

    def changed(self, theme: Theme) -> None:
        """Remember a theme that was chosen; one that cannot be seen gives way to one that can."""
        usable = self._usable(theme.name)
        if theme.name == self._followed:
            self._followed = ""  # from now on it is a choice
        elif usable == theme.name:
            self._memory.set(THEME_MEMORY, usable)
        else:
            self._app.theme = usable

    def _usable(self, theme: object) -> str:
        return usable_theme(theme, self._app.available_themes, no_color="NO_COLOR" in os.environ)


def usable_theme(wanted: object, known: Mapping[str, Theme], *, no_color: bool) -> str:
    """Return the name of the theme to show: the one that is wanted, where that can be."""
    theme = known.get(wanted) if isinstance(wanted, str) else None
    if theme is None:
        return DARK_NAME
    return NO_COLOR_NAME if no_color and theme.ansi else theme.name
