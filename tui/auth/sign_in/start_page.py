"""The page at which a browser begins: all that its command line shows to others.

Every user of a machine can read the command lines of the others' processes. An authorization URL
there would let somebody end the sign-in, or answer it with another account; a log-out URL has the
ID token in it. So a browser is started with an address of our own, which leads on once.
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.result_page import OPENED_AGAIN, ResultPage, redirect_page

RANDOM_BYTES: Final = 16
"""128 bits: nobody guesses the address."""

ANY_PORT: Final = ("http://127.0.0.1:0/",)
"""Where the page is while no redirect URI can be listened on."""


class StartPage:
    """Leads a browser on, once; a second visit is told to whoever waits."""

    def __init__(self, listener: LoopbackListener) -> None:
        self._listener = listener
        self._path = ""

    def address(self, target: str, opened_again: Callable[[], None]) -> str:
        """Return a fresh address that leads on to `target`; the one before leads nowhere.

        `opened_again` is called when it is fetched once more: whoever did so, or the one before,
        has read it where it was not meant for them.
        """
        self._listener.routes.pop(self._path, None)
        self._path = f"/start/{secrets.token_urlsafe(RANDOM_BYTES)}"
        self._listener.routes[self._path] = partial(self._lead_on, target, opened_again)
        return self._listener.origin + self._path

    def _lead_on(self, target: str, opened_again: Callable[[], None], _query: str) -> ResultPage:
        self._listener.routes[self._path] = partial(_refuse, opened_again)
        return redirect_page(target)


def _refuse(opened_again: Callable[[], None], _query: str) -> ResultPage:
    opened_again()
    return OPENED_AGAIN
