import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.clocks import Clock
from tests.support.silence import nobody_listens
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, form_of
from tests.support.tenants.services import (
    BrowserThatFollows,
    Make,
    events_of,
    service_with_browser,
)
from tui.auth.service import AuthService
from tui.auth.session import LogOutStep
from tui.auth.store.store import MemoryStore
from tui.errors import START_TENANT, DoorkeyError, SignInNeeded


async def test_log_out_wipes_revokes_and_signs_out_at_the_tenant(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows()
    service = service_with_browser(tenant, clock, browser, session())
    events, watched = events_of(service), list[LogOutStep]()
    steps = await service.log_out(watch=watched.append)
    assert [(step.name, step.outcome) for step in steps] == [
        ("local", "done"),
        ("revocation", "done"),
        ("tenant", "done"),
    ]
    assert watched == list(steps)
    assert not service.is_authenticated()
    assert tenant.refresh_tokens == set()
    assert [event.logged_in for event in events] == [False]
    asked = httpx.URL(browser.location)
    assert str(asked).startswith("https://tenant.example/logout?")
    assert asked.params["id_token_hint"] == "the-id-token"
    assert asked.params["client_id"] == "the-client"
    assert asked.params["state"]
    assert browser.back is not None
    assert "You are signed out" in await browser.back


async def test_a_tenant_is_asked_once_what_it_has(tenant: ScriptedTenant, clock: Clock) -> None:
    await service_with_browser(tenant, clock, BrowserThatFollows(), session()).log_out()
    assert tenant.count("/.well-known/openid-configuration") == 1


async def test_the_id_token_does_not_stand_in_the_address_that_a_browser_is_started_with(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows()
    await service_with_browser(tenant, clock, browser, session()).log_out()
    assert "the-id-token" not in browser.opened[0]
    assert browser.opened[0].startswith("http://127.0.0.1:")


async def test_log_out_offline_still_wipes_and_says_what_did_not_work(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    store = MemoryStore(session())
    service = make(store=store)
    steps = await service.log_out()
    assert store.load() is None
    assert not service.is_authenticated()
    assert [step.outcome for step in steps] == ["done", "failed", "failed"]
    assert "cannot be reached" in steps[1].message


async def test_starting_a_tenant_is_no_remedy_once_its_token_is_wiped(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    async with AuthService(
        replace(CONFIG, domain="localhost:3002"),
        store=MemoryStore(session()),
        transport=tenant,
        clock=clock,
        open_url=BrowserThatFollows(),
    ) as service:
        steps = await service.log_out()
    assert START_TENANT not in steps[1].message


async def test_a_tenant_that_has_gone_meanwhile_is_told_at_once_and_no_browser_opens(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows()
    service = service_with_browser(tenant, clock, browser, session())
    await service.renew_tokens()  # which knows the tenant's endpoints by now
    tenant.responses |= dict.fromkeys(
        ("/.well-known/openid-configuration", "/revoke"), nobody_listens
    )
    steps = await service.log_out()
    assert [step.outcome for step in steps] == ["done", "failed", "failed"]
    assert steps[-1].message.startswith("Not signed out at the tenant: tenant.example cannot be")
    assert not browser.opened


async def test_what_is_revoked_is_what_was_kept_and_not_what_memory_had(
    make: Make, tenant: ScriptedTenant
) -> None:
    store = MemoryStore(session(refresh_token="old"))
    service = make(store=store)
    store.save(session(refresh_token="renewed-elsewhere"))
    await service.log_out(at_tenant=False)
    revoked = [form_of(r)["token"] for r in tenant.requests if r.url.path == "/revoke"]
    assert revoked == ["renewed-elsewhere"]


async def test_a_log_out_waits_for_a_renewal_under_way_and_revokes_what_it_brings(
    make: Make, tenant: ScriptedTenant
) -> None:
    service = make(expired(session()))
    renewal = asyncio.create_task(service.renew_tokens())
    await asyncio.sleep(0)
    await service.log_out(at_tenant=False)
    await renewal
    assert tenant.refresh_tokens == set()


async def test_a_log_out_while_the_new_id_token_is_verified_is_final(
    make: Make, tenant: ScriptedTenant
) -> None:
    store = MemoryStore(expired(session()))
    service = make(store=store)

    def keys(_request: httpx.Request) -> httpx.Response:
        store.clear()
        return httpx.Response(200, json={"keys": tenant.keys})

    tenant.responses["/jwks"] = keys
    with pytest.raises(SignInNeeded, match="signed out"):
        await service.renew_tokens()
    assert store.load() is None
    assert tenant.refresh_tokens == set()


async def test_the_address_that_carries_the_id_token_works_once(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    """security.md 54."""
    second: list[str] = []

    class Twice(BrowserThatFollows):
        async def __call__(self, url: str) -> bool:
            await super().__call__(url)
            second.append(await browse(url))
            return True

    browser = Twice(comes_back=False)
    steps = await service_with_browser(tenant, clock, browser, session()).log_out()
    assert " 403 " in second[0]
    assert "the-id-token" not in second[0]
    assert steps[-1].outcome == "failed"
    assert "somebody else on this machine has read it" in steps[-1].message


async def test_the_wipe_comes_before_any_request(make: Make, tenant: ScriptedTenant) -> None:
    store = MemoryStore(session())
    service = make(store=store)
    found: list[object] = []

    def revoke(_request: httpx.Request) -> httpx.Response:
        found.append(store.load())
        return httpx.Response(200)

    tenant.responses["/revoke"] = revoke
    await service.log_out(at_tenant=False)
    assert found == [None]


async def test_a_tenant_without_revocation_and_log_out_page_is_said(
    make: Make, tenant: ScriptedTenant
) -> None:
    del tenant.metadata["revocation_endpoint"]
    del tenant.metadata["end_session_endpoint"]
    steps = await make(session()).log_out()
    assert [step.outcome for step in steps] == ["done", "skipped", "skipped"]
    assert steps[1].message == (
        "This tenant offers no revocation; the refresh token ends by itself."
    )


async def test_page_that_nobody_returns_from_is_told_with_the_address_to_allow(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    naps, watched = list[float](), list[LogOutStep]()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    async with AuthService(
        CONFIG,
        store=MemoryStore(session()),
        transport=tenant,
        clock=clock,
        open_url=BrowserThatFollows(comes_back=False),
        sleep=sleep,
    ) as service:
        service.take_up()
        steps = await service.log_out(watch=watched.append)
    assert naps == [10, 20]
    assert [(step.name, step.outcome) for step in watched[-2:]] == [
        ("tenant", "waiting"),
        ("tenant", "failed"),
    ]
    assert [step.outcome for step in steps] == ["done", "done", "failed"]
    hint = watched[-2].message
    assert "http://127.0.0.1:" in hint
    assert "/callback for the client the-client in the client's log-out URLs" in hint
    assert steps[-1].message == hint


async def test_browser_that_returns_after_the_hint_is_signed_out(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows(comes_back=False)
    watched = list[LogOutStep]()

    async def sleep(_seconds: float) -> None:
        if watched[-1].outcome == "waiting":
            # A person has read the hint, and pressed the button there.
            await browse(httpx.URL(browser.location).params["post_logout_redirect_uri"])
            await asyncio.Event().wait()

    async with AuthService(
        CONFIG,
        store=MemoryStore(session()),
        transport=tenant,
        clock=clock,
        open_url=browser,
        sleep=sleep,
    ) as service:
        service.take_up()
        steps = await service.log_out(watch=watched.append)
    assert [step.outcome for step in watched] == ["done", "done", "waiting", "done"]
    assert [step.outcome for step in steps] == ["done", "done", "done"]


async def test_where_no_browser_opens_the_page_to_log_out_at_is_told_without_the_id_token(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    opener = tenant.no_browser
    store = MemoryStore(session())
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock, open_url=opener)
    service.take_up()
    last = (await service.log_out())[-1]
    assert last.outcome == "failed"
    assert last.message.endswith("Log out at https://tenant.example/logout")


async def test_a_local_log_out_opens_no_browser(tenant: ScriptedTenant, clock: Clock) -> None:
    browser = BrowserThatFollows()
    steps = await service_with_browser(tenant, clock, browser, session()).log_out(at_tenant=False)
    assert [step.name for step in steps] == ["local", "revocation"]
    assert browser.opened == []


async def test_log_out_without_a_browser_says_so(make: Make) -> None:
    steps = await make(session()).log_out()
    assert steps[-1].outcome == "failed"
    assert "No browser" in steps[-1].message


async def test_log_out_with_nobody_signed_in_does_nothing_more(make: Make) -> None:
    steps = await make().log_out()
    assert [step.name for step in steps] == ["local"]


async def test_a_log_out_that_cannot_wipe_says_so(
    make: Make, tenant: ScriptedTenant, tmp_path: Path
) -> None:
    class Stuck(MemoryStore):
        def clear(self) -> None:
            raise DoorkeyError("the disk says no")

    steps = await make(store=Stuck(session())).log_out(at_tenant=False)
    assert steps[0].outcome == "failed"
    assert "the disk says no" in steps[0].message


async def test_log_out_raises_nothing_where_no_certificates_can_be_read(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    async with AuthService(CONFIG, store=MemoryStore(session()), clock=clock) as service:
        service.take_up()
        local, revocation, tenant = await service.log_out()
    assert local.outcome == "done"
    assert (revocation.outcome, tenant.outcome) == ("failed", "failed")
    assert "SSL_CERT_FILE is " in revocation.message
    assert "SSL_CERT_FILE is " in tenant.message
