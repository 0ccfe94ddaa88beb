"""The app among liars, as a command: every text that others write tries to steer the terminal."""

import asyncio

import httpx

from tests.support.app.stage import ALICE, Stage, session_of, stage
from tui.api.challenge import WELL_KNOWN
from tui.auth.store.store import MemoryStore
from tui.config.load import Config
from tui.json_value import Claims
from tui.servers.checks import Finding
from tui.text import printable

STEERING = (
    "\x1b]52;c;SE9TVElMRQ==\x07"  # OSC 52: overwrites the clipboard
    "\x1b]0;HOSTILE\x07\x9b31m\x9d0;C1\x9c"  # titles and colours, by C0 and by C1
    "\x1b[2J\x1b[?1049l\x1bc"  # clears the screen, leaves it, resets the terminal
    "\u202egnp.\u2066\u200b\u200e\ufeff"  # turns the reading direction, hides itself
    "\x7f\x00\r\n\t\u2028"
)

MARKUP = "[/nope][@click=app.quit]click[/][red]"

WIDE = "مرحبا שלום 你好世界 👩\u200d👩\u200d👧 ﷽ e\u0301\u0301\u0301"

HOSTILE = f"HOSTILE{STEERING}{MARKUP}{WIDE}"

CLAIMS: Claims = {
    **ALICE,
    "name": HOSTILE,
    "email": HOSTILE,
    HOSTILE: HOSTILE,
    "long": "x" * 10_000 + STEERING,
    "deep": {HOSTILE: [HOSTILE, {"a": HOSTILE}]},
    "roles": [HOSTILE, HOSTILE],
}


def answer(request: httpx.Request) -> httpx.Response:
    """Refuse, with hostile words wherever words go."""
    if request.url.path == WELL_KNOWN:
        return httpx.Response(200, json={"resource": HOSTILE, "authorization_servers": [HOSTILE]})
    # A header's bytes are Latin-1, C1 and ESC among them; httpx hands them on.
    word = "HOSTILE\x1b]52;c;SE9TVElMRQ==\x07\x9b31m" + MARKUP
    challenge = f'Bearer error="invalid_token", error_description="{word}", scope="a{word}"'
    headers = {
        "WWW-Authenticate": challenge,
        "X-Request-ID": word,
        "Server-Timing": f"{word};dur=1",
        "X-Other": word * 50,
    }
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return httpx.Response(
        401, headers=pairs, text=HOSTILE * 200, extensions={"reason_phrase": word.encode("latin-1")}
    )  # fmt: skip


async def look(config: Config) -> tuple[Finding, ...]:
    """Find something hostile; findings are made printable where they are made."""
    return (Finding("tenant", "bad", "wrong", printable(HOSTILE), config.issuer),)


def among_liars() -> Stage:
    on = stage(store=MemoryStore(session_of(CLAIMS)), api=answer, look=look)
    on.tenant.metadata["end_session_endpoint"] = None
    on.tenant.responses["/token"] = lambda _request: httpx.Response(
        400, json={"error": HOSTILE, "error_description": HOSTILE}
    )
    return on


if __name__ == "__main__":
    asyncio.run(among_liars().app.run_async())
