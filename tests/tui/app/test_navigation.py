"""What the app makes of a session that changes: renewed, somebody else's, gone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from tests.support.app.stage import ALICE, is_waiting, session_of, stage, text_of, until
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.silence import nobody_listens
from tui.app.screens.log_out import LogOutScreen
from tui.auth.session import Session
from tui.auth.store.session_file import Signature
from tui.auth.store.store import MemoryStore

SIZE = (100, 30)


class SharedStore(MemoryStore):
    """A store that another window writes to."""

    changes = 0

    def signature(self) -> Signature:
        return (self.changes,)

    def change(self, session: Session | None) -> None:
        self._session = session
        self.changes += 1


async def test_home_names_the_key_of_the_sign_in_only_while_there_is_one() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "▸  l   Sign in" in text_of(on.app))
        await pilot.press("l")
        await until(pilot, lambda: "✓      Sign in" in text_of(on.app))
        assert "▸  2   See your profile" in text_of(on.app)


async def test_renewing_now_brings_a_new_token_and_says_so() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.clock.advance(600)
        await pilot.press("r")
        await until(pilot, lambda: "You have new tokens." in text_of(on.app))
        assert on.tenant.count("/token") == 1
        assert "token 1 h" in text_of(on.app)


async def test_a_renewal_that_fails_says_why_and_keeps_the_session() -> None:
    on = stage(signed_in=True)
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: "Not renewed" in text_of(on.app))
        assert on.app.account.signed_in


async def test_a_renewal_that_takes_long_says_so_and_what_came_of_it_is_told_alone() -> None:
    answers = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        await answers.wait()
        yield b"busy"

    on = stage(signed_in=True)
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503, content=slowly())
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: "has not answered yet" in text_of(on.app))
        answers.set()
        await until(pilot, lambda: "Not renewed" in text_of(on.app))
        await until(pilot, lambda: "has not answered yet" not in text_of(on.app))
        del on.tenant.responses["/token"]
        await pilot.press("r")
        await until(pilot, lambda: "You have new tokens." in text_of(on.app))
        await until(pilot, lambda: "Not renewed" not in text_of(on.app))


async def test_a_session_that_has_ended_for_good_is_told_once() -> None:
    on = stage(signed_in=True)
    refused = {"error": "invalid_grant", "error_description": "gone for good"}
    on.tenant.responses["/token"] = lambda _request: httpx.Response(400, json=refused)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: on.app.account.notice)
        assert on.app.account.notice.split(".")[0] in text_of(on.app)
        assert "Not renewed" not in text_of(on.app)


async def test_switching_the_account_asks_for_the_password_anew() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        await pilot.press("s")
        await until(pilot, lambda: on.tenant.count("/token"))
        assert on.tenant.authorization["prompt"] == "login"
        await until(pilot, lambda: on.app.current_mode == "profile")


async def test_nothing_of_the_person_before_stays_after_switching_the_account() -> None:
    on = stage(signed_in=True)
    on.tenant.id_claims = {"sub": "bob", "name": "Bob Bell", "email": "bob@example.com"}
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "p")
        await until(pilot, lambda: "✓ Your Access" in text_of(on.app))
        await pilot.press("s")
        await until(pilot, lambda: "Bob Bell" in text_of(on.app))
        await until(pilot, lambda: on.app.current_mode == "external-api")
        assert "✓ Your Access" not in text_of(on.app)
        await pilot.press("2")
        await until(pilot, lambda: "bob@example.com" in text_of(on.app))
        assert "lice" not in text_of(on.app)


async def test_a_sign_in_in_another_window_is_seen() -> None:
    store = SharedStore()
    on = stage(store=store)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        store.change(session_of(ALICE))
        await until(pilot, lambda: "Hello, Alice Archer" in text_of(on.app))


async def test_a_log_out_names_the_key_that_starts_a_tenant_that_is_down() -> None:
    on = stage(signed_in=True, base=replace(CONFIG, domain="localhost:3002", with_servers=True))
    on.tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("o", "y")
        await until(pilot, lambda: "You are logged out" in text_of(on.app))
        said = text_of(on.app)
        assert "Not signed out at the tenant: localhost:3002" in said
        assert said.count("Home starts it") == 1  # the token that is wiped cannot be revoked
        assert "doorkey dev" not in said


async def test_a_log_out_in_another_window_leads_home_and_is_told() -> None:
    store = SharedStore(session_of(ALICE))
    on = stage(store=store)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        store.change(None)
        await until(pilot, lambda: "The session has ended in another window" in text_of(on.app))
        assert on.app.current_mode == "home"
        assert not isinstance(on.app.screen, LogOutScreen)


async def test_renewing_without_the_refresh_token_asked_for_signs_in_with_consent() -> None:
    tokens = replace(session().token_set, refresh_token=None)
    on = stage(store=MemoryStore(replace(session_of(ALICE), token_set=tokens)))
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: not on.app.account.lacks_refresh_token)
        assert on.tenant.authorization["prompt"] == "consent"


async def test_a_session_without_a_refresh_token_cannot_be_renewed_and_says_so() -> None:
    tokens = replace(session().token_set, refresh_token=None)
    kept = replace(session_of(ALICE), token_set=tokens)
    on = stage(store=MemoryStore(kept), scope="openid profile email")
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("r")
        await until(pilot, lambda: "Not renewed" in text_of(on.app))
        assert "The tenant gave no refresh token" in text_of(on.app)
        assert on.tenant.count("/token") == 0
        assert on.app.account.signed_in


def without_refresh(scope: str | None = None) -> MemoryStore:
    """A store with Alice's session, which nothing can renew."""
    held = session_of(ALICE)
    tokens = replace(held.token_set, refresh_token=None)
    return MemoryStore(replace(held, token_set=replace(tokens, scope=scope or tokens.scope)))


async def test_a_session_that_has_expired_for_good_is_told_everywhere_and_l_signs_in_again() -> (
    None
):
    on = stage(store=without_refresh())
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "● Alice Archer  token 1 h" in text_of(on.app))
        on.clock.advance(3600)
        await until(pilot, lambda: "▲ Alice Archer  session expired" in text_of(on.app))
        told = text_of(on.app)
        assert "Your session has expired. l signs you in again." in told
        assert "l Login" in told
        assert "o Log out" in told
        assert "r Renew" not in told
        assert "▸  l   Sign in" in told
        assert "▲ expired" in told
        assert "Sign in with your browser" in told
        await pilot.press("l")
        await until(pilot, lambda: "● Alice Archer  token 1 h" in text_of(on.app))
        assert "l Login" not in text_of(on.app)


@pytest.mark.parametrize(("key", "place"), [("2", "profile"), ("3", "external-api")])
async def test_signing_in_again_keeps_place_and_scope(key: str, place: str) -> None:
    on = stage(store=without_refresh("openid profile read:messages"))
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.clock.advance(3601)
        await pilot.press(key)
        await until(pilot, lambda: on.app.current_mode == place)
        await until(pilot, lambda: "session expired" in text_of(on.app))
        await pilot.press("l")
        await until(
            pilot, lambda: "session expired" not in text_of(on.app) and on.app.current_mode == place
        )
        assert on.tenant.authorization["scope"].split()[-1] == "read:messages"
        assert on.tenant.authorization["scope"].startswith(CONFIG.scope)


async def test_a_sign_in_that_leads_back_to_a_place_does_not_show_home_behind_itself() -> None:
    on = stage(signed_in=True, browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("s")
        await until(pilot, lambda: is_waiting(on))
        assert "Hello, Alice" in text_of(on.app)
        await pilot.press("escape", "3")
        await until(pilot, lambda: on.app.current_mode == "external-api")
        await pilot.press("s")
        await until(pilot, lambda: is_waiting(on))
        assert "Finish in your browser" in text_of(on.app)
        assert "Hello, Alice" not in text_of(on.app)
        assert "Repeat · 2 s" in text_of(on.app), "the place that one came from is behind it"
        await pilot.resize_terminal(160, 45)
        await until(
            pilot, lambda: any("Repeat" in line[105:] for line in text_of(on.app).splitlines())
        )
        await pilot.press("escape")
        await until(pilot, lambda: on.app.current_mode == "external-api")


async def test_a_session_that_can_be_renewed_does_not_expire() -> None:
    on = stage(signed_in=True)
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.clock.advance(3601)
        await until(pilot, lambda: "token expired" in text_of(on.app))
        assert "Login" not in text_of(on.app)
