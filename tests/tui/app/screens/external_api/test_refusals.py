"""A refusal, and the way out of it."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method, write_path
from tests.support.app.stage import (
    ALICE,
    ApiAnswer,
    api_accepts,
    api_needs_scope,
    api_refuses,
    dialog_of,
    is_waiting,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.sessions import expired
from tui.api.challenge import WELL_KNOWN
from tui.app.widgets.calls.calls_panel import CallsTable
from tui.auth.store.store import MemoryStore


def needing_scope_once(seen: list[str]) -> ApiAnswer:
    """Return an API that refuses the first call for want of a scope; note each method."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == WELL_KNOWN:
            return httpx.Response(404)
        seen.append(request.method)
        return api_needs_scope(request) if len(seen) == 1 else httpx.Response(200)

    return answer


async def test_another_audience_is_explained_and_the_way_out_edits_the_config() -> None:
    on = stage(signed_in=True, api=api_refuses, path=Path("/home/pat/work.json"))
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Why it was refused" in text_of(on.app))
        shown = text_of(on.app)
        assert "Edit work.json" in shown
        assert "Make work.json agree with the API" in shown
        assert "The token is meant for another API." in shown
        assert "✗ Audience  the API wants  https://orders.example" in shown
        assert "            your token has https://api.example, https://tenant" in shown
        assert "✓ Issuer    https://tenant.example/" in shown
        await pilot.press("w")
        await until(
            pilot, lambda: "The app cannot make room for an editor here." in text_of(on.app)
        )


async def test_a_refusal_without_a_word_does_not_call_new_tokens_a_remedy() -> None:
    on = stage(signed_in=True, api=lambda _request: httpx.Response(403))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Nothing says that new tokens help." in text_of(on.app))
        assert "Renew all the same" in text_of(on.app)


async def test_the_way_out_has_its_key_after_a_call_sent_from_the_path() -> None:
    on = stage(signed_in=True, api=api_needs_scope)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_path(pilot, on, "/api/messages")
        await pilot.press("f5")
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await until(pilot, lambda: "w Way out" in text_of(on.app).splitlines()[-2])
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token"))


async def test_a_missing_scope_leads_to_a_sign_in_that_asks_for_it() -> None:
    on = stage(signed_in=True, api=api_needs_scope)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token"))
        assert on.tenant.authorization["scope"].split()[-1] == "read:messages"
        await until(pilot, lambda: on.app.current_mode == "external-api")


async def test_the_sign_in_says_which_scope_it_asks_for_beyond_the_usual() -> None:
    on = stage(signed_in=True, api=api_needs_scope, browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await pilot.press("w")
        await until(
            pilot,
            lambda: "─ Sign in at tenant.example for read:messages ─" in text_of(on.app),
        )


async def test_a_sign_in_that_is_too_weak_is_done_anew_as_asked_and_the_call_made_again() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == WELL_KNOWN:
            return httpx.Response(404)
        seen.append(request.method)
        said = 'error="insufficient_user_authentication", acr_values="2", max_age="300"'
        refused = httpx.Response(401, headers={"WWW-Authenticate": f"Bearer {said}"})
        return refused if len(seen) == 1 else api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Sign in as it wants" in text_of(on.app))
        assert "the API wants another sign-in behind it" in text_of(on.app)
        await pilot.press("w")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        assert (on.tenant.authorization["acr_values"], on.tenant.authorization["max_age"]) == (
            "2",
            "300",
        )
        assert seen == ["GET", "GET"]


async def test_an_expired_token_leads_to_a_renewal() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        said = 'error="invalid_token", error_description="The token expired 9 s ago"'
        return httpx.Response(401, headers={"WWW-Authenticate": f"Bearer {said}"})

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Renew now" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token") == 1)


async def test_a_method_that_is_not_allowed_names_the_key_that_changes_it(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"method": "f6"}')
    on = stage(signed_in=True, api=lambda _request: httpx.Response(405), keymap=keymap)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "not for this method. F6 changes it." in text_of(on.app))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("This path answers to GET only", "“This path answers to GET only”. m changes it."),
        ("It answers to GET.", "“It answers to GET.” m changes it."),
    ],
)
async def test_what_the_api_says_ends_before_what_helps(said: str, shown: str) -> None:
    on = stage(signed_in=True, api=lambda _: httpx.Response(405, json={"detail": said}))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: shown in text_of(on.app))


@pytest.mark.parametrize(("method", "calls"), [("GET", 2), ("DELETE", 1)])
async def test_after_the_missing_scope_was_granted_the_call_is_made_again_or_offered(
    method: str, calls: int
) -> None:
    seen: list[str] = []
    on = stage(signed_in=True, api=needing_scope_once(seen))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, method)
        await pilot.press("p", *("y" if method == "DELETE" else ""))
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: on.tenant.count("/token"))
        words = "✓ 200 OK" if method == "GET" else "You have new tokens. Ping calls DELETE again."
        await until(pilot, lambda: words in text_of(on.app))
        assert "Why it was refused" not in text_of(on.app)
        assert "invalid_token" not in text_of(on.app)  # nor is its body left
        assert len(seen) == calls


@pytest.mark.parametrize(("method", "calls"), [("GET", 3), ("DELETE", 1)])
async def test_a_refusal_from_before_the_scope_was_granted_offers_the_call_and_no_sign_in(
    method: str, calls: int
) -> None:
    seen: list[str] = []
    on = stage(signed_in=True, api=needing_scope_once(seen))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, method)
        await pilot.press("p", *("y" if method == "DELETE" else ""))
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        on.tenant.token_members["scope"] = "openid read:messages"
        await pilot.press("w")
        await until(pilot, lambda: "Why it was refused" not in text_of(on.app))
        on.app.screen.query_one(CallsTable).focus()
        await pilot.press("G", "enter")
        await until(pilot, lambda: "You have been granted that scope since." in text_of(on.app))
        assert "Sign in again" not in text_of(on.app)
        assert "the token had" in text_of(on.app)
        assert "w Call again" in text_of(on.app).splitlines()[-2]
        await pilot.press("w")
        await until(pilot, lambda: "Why it was refused" not in text_of(on.app))
        await until(pilot, lambda: len(seen) == calls)
        assert ("Ping calls DELETE again." in text_of(on.app)) == (method == "DELETE")
        assert on.tenant.count("/token") == 1


async def test_the_way_out_of_an_old_refusal_keeps_what_was_granted_since() -> None:
    on = stage(signed_in=True, api=api_needs_scope, browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Sign in again with that scope" in text_of(on.app))
        on.tenant.token_members["scope"] = "openid offline_access write:messages"
        await on.service.renew_tokens()
        await until(pilot, lambda: "write:messages" in on.app.account.scope_beyond("openid"))
        await pilot.press("w")
        await until(pilot, lambda: is_waiting(on))
        asked = httpx.URL(dialog_of(on).progress.url).params["scope"].split()
        assert {"read:messages", "write:messages"} <= {*asked}


async def test_after_a_renewal_from_the_way_out_the_call_is_made_again() -> None:
    said = 'error="invalid_token", error_description="The token expired 9 s ago"'
    refused = httpx.Response(401, headers={"WWW-Authenticate": f"Bearer {said}"})
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == WELL_KNOWN:
            return httpx.Response(404)
        tokens.append(request.headers["authorization"])
        return refused if len(tokens) == 1 else api_accepts(request)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Renew now" in text_of(on.app))
        await pilot.press("w")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        assert "Why it was refused" not in text_of(on.app)
        assert tokens[0] != tokens[1]


async def test_a_session_that_is_over_for_good_names_the_key_that_helps() -> None:
    held = expired(session_of(ALICE))
    over = replace(held, token_set=replace(held.token_set, refresh_token=None))
    on = stage(store=MemoryStore(over), browser="waits")
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "l signs you in." in " ".join(text_of(on.app).split()))
        assert "doorkey login" not in " ".join(text_of(on.app).split())


async def test_after_a_sign_in_for_a_session_that_was_over_the_call_is_made() -> None:
    held = expired(session_of(ALICE))
    over = replace(held, token_set=replace(held.token_set, refresh_token=None))
    on = stage(store=MemoryStore(over))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "l signs you in." in " ".join(text_of(on.app).split()))
        await pilot.press("l")
        await until(pilot, lambda: "✓ Your Access Token" in text_of(on.app))
        assert "has expired" not in text_of(on.app)
