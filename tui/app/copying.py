"""Copying tokens and commands: by the system's clipboard first, else by the terminal's way."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from textual.app import App

from tui.api.curl import curl_line
from tui.app.keys.caps import key_cap
from tui.config.suggested import PLAIN, suggested_for
from tui.errors import DoorkeyError
from tui.text import printable

if TYPE_CHECKING:
    from tui.api.request import ApiRequest
    from tui.auth.service import AuthService
    from tui.config.load import Config
    from tui.terminal.clipboard import Taken

SystemClipboard = Callable[[str], Awaitable["Taken"]]
"""Takes a text and tells whether the system's clipboard has it now, or whether a terminal may."""

UNSURE_SECONDS: Final = 15.0
"""How long it stays on screen what else there is; whether a terminal took a text nobody knows."""


async def copy_quietly(
    app: App[None], text: str, what: str, copy: SystemClipboard, *, instead: str
) -> None:
    """Copy `text`, and say `what` was copied without showing it.

    Where only the terminal could be asked, `instead` says what to do if it did not take it.
    """
    taken = await copy(text)
    app.clear_notifications()  # of the copy before: one would not know which is meant
    if taken == "yes":
        app.notify(f"Copied {what}.", markup=False)
    else:
        app.copy_to_clipboard(text)
        words = said_of_unsure_copy(taken, what, instead)
        app.notify(words, markup=False, timeout=UNSURE_SECONDS)


def said_of_unsure_copy(taken: "Taken", what: str, instead: str) -> str:
    """Say that a text went to the terminal alone, or that tmux keeps it; and what else there is."""
    if taken == "no":
        lets_through = "tmux set -g set-clipboard on"
        why = f"tmux does not pass {what} on. To let it through: {lets_through}."
        return f"Not copied: {why} {instead}"
    return f"Sent {what} to the terminal's clipboard. Nothing pasted? {instead}"


async def copy_token(
    app: App[None], service: "AuthService", which: str, copy: SystemClipboard
) -> None:
    """Copy a token that is valid, renewed if need be."""
    instead = f"Press {key_cap(app.screen, 'reveal')} to see it."
    try:
        if which == "id-token":
            token, what = await service.get_id_token(), "the ID token"
        else:
            token, what = await service.get_access_token(), "the access token"
        await copy_quietly(app, token, what, copy, instead=instead)
    except DoorkeyError as error:
        app.notify(printable(error), title="Not copied", severity="warning", markup=False)


async def copy_curl(
    app: App[None], config: "Config", request: "ApiRequest", copy: SystemClipboard
) -> None:
    """Copy a command that makes a call; the token is not in it."""
    try:
        line = curl_line(config, request)
    except ValueError as error:
        app.notify(str(error), title="Not copied", severity="warning", markup=False)
    else:
        instead = suggested_for(config.path.absolute(), _command_for(request))
        await copy_quietly(app, line, "the curl line", copy, instead=instead)


def _command_for(request: "ApiRequest") -> str:
    """Say which command makes the call, too, where nothing in it can be a secret to show."""
    if request.headers or request.body_sent or not PLAIN.fullmatch(request.path):
        return "`doorkey call --help` tells how to make the call without curl."
    return f"`doorkey call {request.method} {request.path}` makes the call, too."
