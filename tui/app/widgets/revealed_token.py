"""A token itself, for whoever asks to see it."""

import itertools
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

PARTS: Final = ("$text-primary", "$text-success", "$text-warning")
"""The colours of a token's header, claims and signature."""


class RevealedToken(VerticalScroll):
    """The token, wrapped and with its parts in colours; it scrolls where it has too little room."""

    def compose(self) -> ComposeResult:
        """Yield what scrolls."""
        yield Static()

    def show(self, token: str) -> None:
        """Show `token` from its beginning; an empty one takes it off the screen."""
        parts = zip(token.split("."), itertools.cycle(PARTS), strict=False)
        drawn = [Content.styled(part, look) for part, look in parts]
        self.query_one(Static).update(Content.styled(".", "$foreground-muted").join(drawn))
        self.scroll_home(animate=False)
