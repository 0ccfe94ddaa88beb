"""Tokens on a walk through the whole app: on no screen but where one is revealed."""

import logging
from dataclasses import replace

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.stage import ALICE, Stage, session_of, stage, text_of, until
from tests.support.heavy import some
from tests.support.tenants.echoes import echo, echo_everywhere
from tui.auth.dpop.session_key import SessionKey
from tui.auth.store.store import MemoryStore

CANARY = "c4n4ry-s1gnature"
"""The signature of every token: what others must not have of one that they may read."""

WALK = ("1", "2", "j", "enter", "t", "j", "enter", "t", "t", "3", "p", "w", "f1", "escape")

SIZE = (120, 40)


def holding_canaries(
    status: int, key: SessionKey | None = None, client_secret: str | None = None
) -> Stage:
    """The app of somebody whose every token is a canary, with an API that repeats what it got."""
    held = session_of(ALICE)
    tokens = held.token_set
    access_token, id_token = (
        f"{token.rpartition('.')[0]}.{CANARY}" for token in (tokens.access_token, tokens.id_token)
    )
    token_set = replace(
        tokens,
        access_token=access_token,
        id_token=id_token,
        refresh_token=f"refresh-{CANARY}",
    )
    kept = MemoryStore(replace(held, token_set=token_set, key=key))
    on = stage(store=kept, api=echo_everywhere(status), client_secret=client_secret)
    on.tenant.refresh_tokens = {f"refresh-{CANARY}"}
    on.tenant.responses["/token"] = echo("JSON", 400)
    return on


async def walk(pilot: "Pilot[None]", on: Stage, *keys: str) -> list[str]:
    """Press each key, and note all that is shown then, in words and in the picture."""
    shown: list[str] = []
    await until(pilot, lambda: on.app.account.state != "restoring")
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.05)
        shown += [text_of(on.app), on.app.export_screenshot(), repr(on.app), repr(on.app.screen)]
        shown += [repr(vars(node)) for node in on.app.screen.walk_children()]
    return shown


@pytest.mark.heavy
@pytest.mark.parametrize("status", some([401, 200, 403, 405, 500], 2))
async def test_no_screen_shows_a_token(
    status: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """security.md 40."""
    caplog.set_level(logging.DEBUG)
    on = holding_canaries(status)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        shown = await walk(pilot, on, *WALK, "r", "c", "u")
    told = "\n".join([*shown, caplog.text, *capfd.readouterr()]).lower()
    assert "external api" in told
    assert CANARY not in told


async def test_a_token_is_shown_where_it_was_asked_for_and_nowhere_after() -> None:
    """security.md 40, and that the walk above would notice."""
    on = holding_canaries(200)
    async with on.app.run_test(size=SIZE) as pilot:
        assert CANARY in "\n".join(await walk(pilot, on, "2", "v"))
        for key in "v32t":
            await pilot.press(key)
            await pilot.pause()
            assert CANARY not in text_of(on.app)


async def test_no_screen_shows_the_key_the_clients_secret_or_anothers_words(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """security.md 40: a bound session, through the doctor, the tenants, the requests, the proxy."""
    caplog.set_level(logging.DEBUG)
    key = SessionKey.fresh()
    on = holding_canaries(200, key, client_secret=CANARY)
    ways = ("d", "j", "j", "escape", "t", "j", "escape", "3", "h", "escape", "b", "escape")
    more = ("p", "v", "escape", "x", "x", "u", "2", "j", "enter", "f1")
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        shown = await walk(pilot, on, *ways, *more)
    told = "\n".join([*shown, caplog.text, *capfd.readouterr()])
    assert "Doctor" in told
    assert "Tenants" in told
    assert "Proxy" in told
    assert CANARY not in told
    assert key.d not in told


async def test_a_crash_tells_of_no_token() -> None:
    """security.md 52."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise RuntimeError(CANARY)

    on = holding_canaries(200)
    on.tenant.responses["/token"] = fail
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        shown = await walk(pilot, on, "r", "2")
    assert CANARY not in "\n".join(shown)
