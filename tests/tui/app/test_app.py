"""Every key and every guard of the app, as a person meets them."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.stage import (
    ALICE,
    Stage,
    api_refuses,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.builders.stores import file_store
from tests.support.heavy import rounds
from tests.support.silence import nobody_listens
from tui.app.messages import PLACES, PROTECTED
from tui.app.screens.sign_in import SignInScreen
from tui.auth.store.store import MemoryStore

SIZE = (80, 24)


async def arrival(pilot: "Pilot[None]", on: Stage, place: str) -> None:
    await until(pilot, lambda: on.app.current_mode == place)


async def test_keys_lead_to_each_place() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        for key, place in (("2", "profile"), ("3", "external-api"), ("1", "home")):
            await pilot.press(key)
            await arrival(pilot, on, place)


async def test_keys_typed_at_once_are_each_heard_where_the_one_before_led() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        for key in "3p":
            on.app.simulate_key(key)
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))


async def test_signing_in_greets_by_name_and_says_how_long_the_token_lasts() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: "Hello, Alice Archer" in text_of(on.app))
        assert "● Alice Archer  token 1 h" in text_of(on.app)


async def test_the_primary_button_signs_in() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await pilot.press("enter")
        await until(pilot, lambda: on.app.account.signed_in)


@pytest.mark.parametrize(("key", "place"), [("2", "profile"), ("3", "external-api")])
async def test_a_protected_place_signs_in_first_and_then_arrives(key: str, place: str) -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await arrival(pilot, on, place)
        assert on.tenant.authorization, "the browser was not asked"
        assert not isinstance(on.app.screen, SignInScreen)


async def test_a_protected_place_waits_for_the_remembered_session() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        on.app.action_go("profile")
        await arrival(pilot, on, "profile")
        assert not on.tenant.authorization


async def test_nothing_leads_into_a_protected_place_signed_out() -> None:
    on = stage(browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        for place in PROTECTED:
            await on.app.switch_mode(place)
            await pilot.pause()
            assert on.app.current_mode == "home"
            for command in on.app.get_system_commands(on.app.screen):
                if command.title.startswith(f"Go to {PLACES[place]} ("):
                    on.app.call_later(command.callback)
            await until(pilot, lambda: isinstance(on.app.screen, SignInScreen))
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(on.app.screen, SignInScreen))
            assert on.app.current_mode == "home"


async def test_login_does_nothing_when_signed_in() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("l")
        assert not on.tenant.authorization


async def test_a_session_that_the_tenant_has_ended_leads_home_and_says_why() -> None:
    on = stage(store=MemoryStore(expired(session())))
    on.tenant.refresh_tokens.clear()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        assert on.app.account.notice
        assert "▲" in text_of(on.app)
        assert on.app.current_mode == "home"


async def test_an_expired_session_that_cannot_be_renewed_now_stays() -> None:
    on = stage(store=MemoryStore(expired(session_of(ALICE))))
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.notice)
        assert on.app.account.signed_in
        assert "token expired" in text_of(on.app)


class Filed(MemoryStore):
    """A store that says that it is a file."""

    description = "Kept in /home/pat/session-1.json, readable by you alone."


async def test_home_says_how_a_session_is_kept_and_how_one_will_be() -> None:
    on = stage(store=Filed())
    async with on.app.run_test(size=SIZE) as pilot:
        row = "Session  will be kept in a file readable by you alone  "
        await until(pilot, lambda: row in text_of(on.app))
        await pilot.press("l")
        await until(pilot, lambda: "Session  in a file readable by you alone  " in text_of(on.app))


async def test_a_session_file_that_others_can_read_is_told_and_the_app_goes_on(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sessions"
    store = file_store(folder, CONFIG.session_identity)
    store.save(session())
    for path in folder.iterdir():
        path.chmod(0o644)
    on = stage(store=store)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        assert on.app.account.notice
        await pilot.press("1")
        assert on.app.current_mode == "home"


async def test_ping_shows_the_success_message() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await arrival(pilot, on, "external-api")
        await pilot.press("p")
        await until(
            pilot, lambda: "✓ Your Access Token was successfully validated!" in text_of(on.app)
        )
        assert "external-api" in on.app.done


async def test_a_refused_ping_shows_the_quickstarts_words_and_what_to_do() -> None:
    on = stage(signed_in=True, api=api_refuses)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await arrival(pilot, on, "external-api")
        await pilot.press("enter")
        await until(pilot, lambda: "Why it was refused" in text_of(on.app))
        assert "✗ Error: the server responded with '401: Unauthorized'" in text_of(on.app)


async def test_an_api_that_is_down_is_told_and_the_app_goes_on() -> None:
    on = stage(signed_in=True, api=nobody_listens)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await arrival(pilot, on, "external-api")
        await pilot.press("p")
        await until(pilot, lambda: "✗ The API gave no answer" in text_of(on.app))
        await pilot.press("1")
        await arrival(pilot, on, "home")


@pytest.mark.heavy
async def test_a_storm_of_resizes_leaves_a_whole_screen() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        sizes = ((20, 5), (1, 1), (200, 60), (59, 19), (300, 3))
        for columns, rows in (*sizes[: rounds(1, len(sizes))], (80, 24)):
            for key in "123":
                await pilot.press(key)
                await pilot.resize_terminal(columns, rows)
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))


async def test_quitting_while_everything_runs_is_clean() -> None:
    on = stage(signed_in=True, api=api_refuses)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await arrival(pilot, on, "external-api")
        await pilot.press("t", "p", "r", "q")
    assert on.app.return_code == 0


async def test_q_quits() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert on.app.return_code == 0


@pytest.mark.parametrize(
    "name", ["[/nope]", "[@click=app.quit]x[/]", "\x1b]52;c;QQ==\x07Eve", "‮evE"]
)
async def test_a_hostile_name_is_shown_as_text_everywhere(name: str) -> None:
    hostile = {**ALICE, "name": name, "email": name, name: name}
    on = stage(store=MemoryStore(replace(session_of(hostile))))
    async with on.app.run_test(size=SIZE) as pilot:
        for key, place in (("1", "home"), ("2", "profile"), ("3", "external-api")):
            await pilot.press(key)
            await arrival(pilot, on, place)
            assert on.app.account.signed_in
            assert all(mark not in text_of(on.app) for mark in "\x1b\x07‮")


async def test_home_has_its_sheets_when_the_terminal_has_grown_while_one_was_elsewhere() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("3")
        await until(pilot, lambda: on.app.current_mode == "external-api")
        await pilot.resize_terminal(160, 45)
        await pilot.press("1")
        await until(pilot, lambda: "─ Your session ─" in text_of(on.app))
        assert "─ Keys ─" in text_of(on.app)
