"""What the app is opened with, and how another one takes its place in the same terminal.

An app is one config's for all its life: to open another config, it ends with the wish for it, and
the launcher lets a new one begin. So nothing of the one before can linger: not its service, its
tokens, its answers, its history, its clipboard, nor a message that was still under way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui.app.messages import Place

if TYPE_CHECKING:
    from tui.config.load import Config


@dataclass(frozen=True, slots=True)
class Opening:
    """One config to open the app with."""

    config: "Config"
    with_servers: bool = False
    """Whether the bundled servers that the config points to are started beside it."""
    place: Place = "home"
    """Where to begin, if somebody is signed in."""
    signs_in: bool = False
    """Whether to begin with a sign-in, if nobody is."""
    notice: str = ""
    """What to tell at the beginning, for people."""


class OpeningRequested(Message):
    """Somebody wants the app to be another config's, or the same config's as it is now."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        super().__init__()
