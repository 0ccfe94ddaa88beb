"""What `doorkey ping` and `doorkey call` say where the API refuses, in the words of the app."""

import shlex
from typing import Final

from tui.api.answer import PingResult
from tui.api.refusal import Explanation
from tui.config.load import Config
from tui.config.paths import shown
from tui.errors import ApiRefused
from tui.text import printable, shortened

LONGEST_OPTION: Final = 500
"""Characters of what an API says that a command repeats."""

FITS: Final = {"fits": "✓", "differs": "✗", "unknown": "·"}


def refusal(result: PingResult, explanation: Explanation | None, config: Config) -> ApiRefused:
    """Return the error that says what the API answered, why, and what helps."""
    challenge = [printable(result.challenge)] if result.challenge else []
    why = [printable(result.hint)] if result.hint else []
    if explanation is not None:
        why = lines_on_refusal(explanation, config)
    error = ApiRefused("\n".join([printable(result.message), *challenge, *why]))
    error.next_step = why[-1] if why else error.next_step
    error.further = {"status": result.status, "headers": {**result.headers}}
    return error


def lines_on_refusal(explanation: Explanation, config: Config) -> list[str]:
    """Return why the API refused, what it wanted beside what it got, and what helps."""
    rows = [
        f"{FITS[row.fit]} {row.name:<9} the API wants {printable(row.wanted)}; "
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
            words += [option, shortened(printable(value), LONGEST_OPTION)]
    return shlex.join(words)
