"""What `doorkey ping` and `doorkey call` say where the API refuses, in the words of the app."""

import asyncio
import shlex
import sys
from collections.abc import Callable, Coroutine
from typing import Final, TypeVar

from tui.api.answer import PingResult
from tui.api.refusal import FIT_SYMBOLS, Explanation
from tui.auth.sign_in.attempt import SignInOptions
from tui.commands.login import sign_in
from tui.config.load import Config
from tui.config.paths import shown
from tui.config.suggested import suggested_for
from tui.errors import ApiRefused
from tui.text import printable, printable_block

Result = TypeVar("Result")

LONGEST_OPTION: Final = 500
"""Characters of what an API says that a command repeats."""


READ_BODY: Final = "Read the answer's body: it says what was wrong."


class OtherSignInNeeded(ApiRefused):
    """A refusal of a call that may be taken after another sign-in."""

    def __init__(self, message: str, way_out: SignInOptions) -> None:
        super().__init__(message)
        self.way_out = way_out


def offer_way_out(config: Config, call: Callable[[], Coroutine[None, None, Result]]) -> Result:
    """Make a call; at a terminal offer the sign-in that mends its refusal, and make it again.

    Raises:
        ApiRefused: the API refuses it, and no sign-in was offered or wanted.
    """
    try:
        return asyncio.run(call())
    except OtherSignInNeeded as refused:
        if not _is_wanted(config, refused):
            raise
        options = refused.way_out
    asyncio.run(sign_in(config, options))
    return asyncio.run(call())


def _is_wanted(config: Config, refused: ApiRefused) -> bool:
    """Say why the API refused, and ask whether to sign in as it wants; without a terminal, no."""
    if not (sys.stdin and all(each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr))):
        return False
    why = suggested_for(config.path, printable_block(refused))
    sys.stderr.write(f"doorkey: {why}\n\n")
    sys.stderr.write("Sign in so now, and make this call again? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    raise ApiRefused("It stays refused.")


def way_out(explanation: Explanation | None) -> SignInOptions | None:
    """Return the sign-in after which the API may take the same call, if one helps."""
    if explanation is None or explanation.remedy not in ("scope", "step-up"):
        return None
    return SignInOptions(
        scope=explanation.scope,
        acr_values=explanation.acr_values,
        max_age_seconds=explanation.max_age_seconds,
    )


def refusal(
    result: PingResult,
    explanation: Explanation | None,
    config: Config,
    mends: SignInOptions | None = None,
    *,
    has_shown_body: bool = False,
) -> ApiRefused:
    """Return the error that says what the API answered, why, and what helps.

    The body's own reason is left out where the body is on stdout already.
    """
    challenge = [printable(result.challenge)] if result.challenge else []
    hint = result.wait_asked if has_shown_body and result.reason_told else result.hint
    why = [printable(hint)] if hint else []
    if explanation is not None:
        told = "" if has_shown_body else printable(result.reason_told)
        why = [*filter(None, [told]), *lines_on_refusal(explanation, config)]
    message = "\n".join([f"The API {printable(result.outcome)}.", *challenge, *why])
    error = OtherSignInNeeded(message, mends) if mends else ApiRefused(message)
    if why or result.reason_told:
        error.next_step = why[-1] if why else READ_BODY
    error.further = {"status": result.status, "headers": {**result.headers}}
    return error


def lines_on_refusal(explanation: Explanation, config: Config) -> list[str]:
    """Return why the API refused, what it wanted beside what it got, and what helps."""
    rows = [
        f"{FIT_SYMBOLS[row.fit]} {row.name:<9} {row.by} {printable(row.wanted)}; "
        f"your token has {printable(row.held)}"
        for row in explanation.rows
    ]
    helps = {
        "renew": "New tokens help: doorkey login.",
        "scope": f'Ask for what is missing: doorkey login --scope "{printable(explanation.scope)}"',
        "config": "Make them agree: the API that is called is `apiUrl` "
        f"({printable(config.api_url)}) in {printable(shown(config.path))}.",
        "sign-in": "If it stays so, sign in again: doorkey login.",
        "clock": "Set this machine's clock.",
        "ask": "Nothing says that new tokens help. Whoever runs the API can tell, or its log.",
        "step-up": f"Sign in as the API wants it, then call again: {_step_up(explanation)}",
    }
    return ["", printable(explanation.why), *rows, helps[explanation.remedy]]


def _step_up(explanation: Explanation) -> str:
    """Return the command that signs in so; the API's words stay words in any shell."""
    words = ["doorkey", "login"]
    if explanation.max_age_seconds is not None:
        words += ["--max-age", str(explanation.max_age_seconds)]
    for option, value in (
        ("--acr-values", explanation.acr_values),
        ("--scope", explanation.scope),
    ):
        if value:
            words += [option, printable(value, LONGEST_OPTION)]
    return shlex.join(words)
