"""What Profile says of the tokens, and what it hides."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from textual.pilot import Pilot

from tests.support.clocks import START
from tests.support.sessions import session
from tests.support.stage import (
    ACCESS_CLAIMS,
    ALICE,
    Stage,
    jwt_of,
    session_of,
    stage,
    text_of,
    until,
)
from tui.app.copying import copy_quietly
from tui.app.widgets.claims_table import ClaimsTable
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore

SIZE = (110, 40)


async def at_profile(pilot: "Pilot[None]", on: Stage, *keys: str) -> None:
    await pilot.press("2")
    await until(pilot, lambda: on.app.current_mode == "profile")
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


def holding(held: Session) -> Stage:
    return stage(store=MemoryStore(held))


async def test_the_access_token_is_read_and_said_to_be_unchecked() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        shown = text_of(on.app)
        assert "1:00:00 left of 1 h" in shown
        assert "not checked here" in shown
        assert "key 2026-03" in shown
        assert "https://api.example, https://tenant.example/userinfo" in shown


async def test_an_opaque_access_token_is_said_to_be_opaque() -> None:
    on = holding(session_of(ALICE, access_token="opaque"))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        assert "This access token is opaque" in text_of(on.app)


async def test_the_session_tells_of_its_renewals_and_the_clock() -> None:
    held = replace(session_of(ALICE), renewed_at=(START, START), clock_skew_seconds=90.0)
    on = holding(held)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        shown = text_of(on.app)
        assert "2 so far: 09:26, 09:26" in shown
        assert "▲ your clock is 1 min ahead of the tenant's" in shown
        assert "at about 10:25" in shown


async def test_a_session_that_cannot_be_renewed_says_what_to_do() -> None:
    tokens = replace(session().token_set, refresh_token=None)
    on = holding(replace(session_of(ALICE), token_set=tokens))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        assert "offline_access" in text_of(on.app)


async def test_tokens_are_shown_only_when_asked_for_and_hidden_on_leaving() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        signature = ".c2ln"
        assert signature not in text_of(on.app)
        await pilot.press("v")
        await until(pilot, lambda: signature in text_of(on.app))
        await pilot.press("1", "2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        assert signature not in text_of(on.app)


async def test_copying_a_token_says_which_without_showing_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, "c")
        await until(pilot, lambda: on.app.clipboard == jwt_of(ALICE))
        await until(pilot, lambda: "The ID token" in text_of(on.app))
        await pilot.press("t", "c")
        await until(pilot, lambda: on.app.clipboard == jwt_of(ACCESS_CLAIMS))
        assert ".c2ln" not in text_of(on.app)


async def test_the_curl_line_holds_no_token() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "u")
        await until(pilot, lambda: on.app.clipboard)
        assert on.app.clipboard == (
            "doorkey token --config /home/pat/auth_config.json --format header"
            " | curl -sS -H @- https://api.example/api/external"
        )


async def test_the_systems_clipboard_comes_before_the_terminals() -> None:
    copied: list[str] = []

    async def take(text: str) -> bool:
        copied.append(text)
        return True

    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE):
        copy: Callable[[str], Awaitable[bool]] = take
        await copy_quietly(on.app, "secret", "It", copy)
        assert copied == ["secret"]
        assert on.app.clipboard == ""


async def test_claims_move_by_vim_keys() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "j", "j", "k")
        assert on.app.screen.query(ClaimsTable).first().cursor_row == 1


async def test_nothing_can_be_copied_or_revealed_on_the_session_tab() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h", "v", "c")
        assert on.app.clipboard == ""
        assert ".c2ln" not in text_of(on.app)
