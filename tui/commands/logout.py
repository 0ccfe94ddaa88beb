"""`doorkey logout`: what came of each step, and what is waited for meanwhile."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from time import monotonic
from typing import Final

from tui.auth.log_out import RETURN_SECONDS
from tui.auth.service import AuthService
from tui.auth.session import LogOutStep
from tui.auth.sign_in.browser import SETTLED_SECONDS
from tui.commands.progress_line import ProgressLine, show_progress
from tui.config.load import Config, load_config
from tui.errors import Cancelled, DoorkeyError
from tui.json_value import Json
from tui.text import printable, write_line

SYMBOLS: Final = {"done": "✓", "skipped": "-", "failed": "✗", "waiting": "…"}

LONGEST_WAIT_SECONDS: Final = SETTLED_SECONDS + RETURN_SECONDS
"""For the browser to start, and then to come back from the tenant."""

ENDED: Final = {
    "": "cancelled before the session was wiped. Who is signed in: doorkey status.",
    "local": "cancelled. {here}; whether its refresh token is revoked is not known.",
    "revocation": "You ended the wait. {here}; whether your browser is signed out at the tenant is "
    "not known.",
    "tenant": "cancelled, when all steps had ended. {here}.",
}
"""What Ctrl-C leaves behind, by the last step that has ended."""

WIPED: Final = "Nothing of the session is kept here"

NOT_WIPED: Final = "The session could not be wiped here (doorkey status says what is kept)"


def logout(arguments: Namespace) -> int:
    """Wipe the session here, revoke it, sign out at the tenant unless `--local`.

    Exit code 1 where one of these fails.
    """
    config = load_config(arguments.config)
    teller = LogOutTeller(as_json=arguments.json)
    try:
        asyncio.run(_logout(config, teller, at_tenant=not arguments.local))
    except KeyboardInterrupt:
        raise LogOutCancelled(teller.steps) from None
    failed = [step.message for step in teller.steps if step.outcome == "failed"]
    if arguments.json:
        if failed:
            raise LogOutIncomplete(" ".join(failed), teller.steps)
        write_line(json.dumps({"steps": _members(teller.steps)}))
    return 1 if failed else 0


class LogOutIncomplete(DoorkeyError):
    """A step of the log out failed."""

    word = "log_out_incomplete"
    next_step = "Nothing is kept here: end it at the tenant, or let it expire there."

    def __init__(self, message: str, steps: list[LogOutStep]) -> None:
        super().__init__(message)
        self.further = {"steps": _members(steps)}


class LogOutCancelled(Cancelled):
    """The person ended the log out; the steps that had ended stay as they are."""

    next_step = "Run doorkey logout again where the session is still kept; else sign out there."

    def __init__(self, steps: list[LogOutStep]) -> None:
        is_wiped = all(step.outcome != "failed" for step in steps if step.name == "local")
        last = steps[-1].name if steps else ""
        super().__init__(ENDED[last].format(here=WIPED if is_wiped else NOT_WIPED))
        self.further = {"steps": _members(steps)}


async def _logout(config: Config, teller: "LogOutTeller", *, at_tenant: bool) -> None:
    async with AuthService(config) as service, show_progress(teller.line):
        await service.log_out(at_tenant=at_tenant, watch=teller.tell)


class LogOutTeller:
    """Prints each step as it ends, and between them what is waited for; as JSON nothing."""

    def __init__(self, *, as_json: bool, clock: Callable[[], float] = monotonic) -> None:
        self.steps: list[LogOutStep] = []
        """Those that have ended."""
        self.line = ProgressLine(self.text, is_hidden=as_json)
        self._as_json = as_json
        self._clock = clock
        self._revoked_at = 0.0
        self._told = ""

    def tell(self, step: LogOutStep) -> None:
        """Print what is new, with nothing said twice."""
        if step.outcome != "waiting":
            self.steps.append(step)
        if step.name == "revocation":
            self._revoked_at = self._clock()
        if self._as_json:
            return
        again = step.message == self._told
        self._told = step.message
        self.line.erase()
        message = "The browser did not come back in time." if again else printable(step.message)
        sys.stderr.write(f"{SYMBOLS[step.outcome]} {message}\n")
        sys.stderr.flush()

    def text(self, _seconds: float) -> str:
        """Say what is waited for."""
        last = self.steps[-1].name if self.steps else ""
        if last == "revocation":
            left = max(0.0, LONGEST_WAIT_SECONDS - (self._clock() - self._revoked_at))
            return f"Waiting for your browser · {left:.0f} s left · Ctrl-C ends this"
        return "Revoking the refresh token ..." if last == "local" else "Wiping the session ..."


def _members(steps: list[LogOutStep]) -> list[Json]:
    return [
        {"step": step.name, "outcome": step.outcome, "message": printable(step.message)}
        for step in steps
    ]
