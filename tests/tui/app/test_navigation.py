"""What the app makes of a session that changes: renewed, offline, somebody else's, gone."""

from dataclasses import replace

import httpx

from tests.support.sessions import expired, session
from tests.support.stage import ALICE, session_of, stage, text_of, until
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


async def test_a_tenant_that_is_silent_is_told_with_the_next_try_and_recovers_by_itself() -> None:
    on = stage(store=MemoryStore(expired(session_of(ALICE))))
    on.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "▲ offline, next try in 0:0" in text_of(on.app))
        assert on.app.account.signed_in
        del on.tenant.responses["/token"]
        on.clock.advance(60)
        await until(pilot, lambda: on.app.offline is None)
        assert "offline" not in text_of(on.app)
        assert "● Alice Archer  token 1 h" in text_of(on.app)


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


async def test_a_log_out_in_another_window_leads_home_and_is_told() -> None:
    store = SharedStore(session_of(ALICE))
    on = stage(store=store)
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        store.change(None)
        await until(pilot, lambda: "You signed out in another window." in text_of(on.app))
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
