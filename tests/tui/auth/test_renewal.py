import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.builders.stores import file_store
from tests.support.clocks import START, Clock
from tests.support.silence import nobody_listens
from tests.support.tenants.scripted_tenant import ScriptedTenant, form_of
from tests.support.tenants.services import Make, events_of, refuse
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent
from tui.auth.store.store import MemoryStore
from tui.errors import (
    GrantRefused,
    IdTokenRejected,
    SignInNeeded,
    TenantMisbehaved,
    TenantUnreachable,
)


async def test_a_valid_token_is_handed_out_without_a_request(
    make: Make, tenant: ScriptedTenant
) -> None:
    assert await make(session()).get_access_token() == "the-access-token"
    assert tenant.requests == []


async def test_an_expired_token_is_renewed_and_kept(make: Make, tenant: ScriptedTenant) -> None:
    store = MemoryStore(replace(expired(session()), signed_in_elsewhere=True))
    service = make(store=store)
    events = events_of(service)
    assert await service.get_access_token() == "access-1"
    assert store.load() == service.session
    assert service.session is not None
    assert service.session.token_set.refresh_token == "refresh-1"
    assert service.session.renewed_at == (START,)
    assert service.session.signed_in_elsewhere
    assert [event.logged_in for event in events] == [True]
    request = next(form_of(r) for r in tenant.requests if r.url.path == "/token")
    assert request["client_id"] == "the-client"


async def test_a_token_with_less_left_than_asked_for_is_renewed(make: Make, clock: Clock) -> None:
    service = make(session(lifetime_seconds=3600))
    clock.advance(3600 - 60)
    assert await service.get_access_token() == "access-1"
    clock.advance(1000)
    assert await service.get_access_token() == "access-1"
    assert await service.get_access_token(timedelta(minutes=50)) == "access-2"
    assert await service.get_access_token(timedelta(hours=2)) == "access-2"


async def test_a_short_lived_token_is_renewed_at_half_its_life_and_not_before(
    make: Make, clock: Clock, tenant: ScriptedTenant
) -> None:
    tenant.token_members = {"expires_in": 30}
    service = make(session(lifetime_seconds=30))
    clock.advance(14)
    assert await service.get_access_token() == "the-access-token"
    clock.advance(1)
    assert await service.get_access_token() == "access-1"
    assert await service.get_access_token() == "access-1"


async def test_any_number_of_callers_make_one_renewal(make: Make, tenant: ScriptedTenant) -> None:
    service = make(expired(session()))
    tokens = await asyncio.gather(*(service.get_access_token() for _ in range(100)))
    assert set(tokens) == {"access-1"}
    assert tenant.count("/token") == 1


async def test_a_caller_that_gives_up_does_not_take_the_renewal_along(
    make: Make, tenant: ScriptedTenant
) -> None:
    service = make(expired(session()))
    one = asyncio.create_task(service.get_access_token())
    other = asyncio.create_task(service.get_access_token())
    await asyncio.sleep(0)
    one.cancel()
    assert await other == "access-1"


async def test_no_new_refresh_token_keeps_the_old_one(make: Make, tenant: ScriptedTenant) -> None:
    tenant.token_members = {"refresh_token": None, "id_token": None, "scope": None}
    service = make(expired(session()))
    await service.renew_tokens()
    assert service.session is not None
    assert service.session.token_set.refresh_token == "the-refresh-token"
    assert service.session.token_set.id_token == "the-id-token"
    assert service.session.token_set.scope == session().token_set.scope


async def test_what_a_renewal_grants_is_what_the_session_has(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.token_members = {"scope": "openid"}
    service = make(expired(session()))
    await service.renew_tokens()
    assert service.session is not None
    assert service.session.token_set.scope == "openid"


async def test_a_renewal_of_another_process_is_adopted(
    make: Make, tenant: ScriptedTenant, tmp_path: Path
) -> None:
    one, other = file_store(tmp_path, "same"), file_store(tmp_path, "same")
    one.save(expired(session()))
    first, second = make(store=one), make(store=other)
    assert await first.get_access_token() == "access-1"
    assert await second.get_access_token() == "access-1"
    assert tenant.count("/token") == 1


async def test_a_log_out_in_another_process_is_noticed_at_renewal(make: Make) -> None:
    store = MemoryStore(expired(session()))
    service = make(store=store)
    events = events_of(service)
    store.clear()
    with pytest.raises(SignInNeeded, match="another window"):
        await service.get_access_token()
    assert not service.is_authenticated()
    assert [event.logged_in for event in events] == [False]


@pytest.mark.parametrize("error", ["invalid_grant", ""])
async def test_a_definite_no_ends_the_session_and_says_why(
    make: Make, tenant: ScriptedTenant, error: str
) -> None:
    tenant.responses["/token"] = refuse(error)
    store = MemoryStore(expired(session()))
    service = make(store=store)
    events = events_of(service)
    with pytest.raises(SignInNeeded, match="Sign in again"):
        await service.get_access_token()
    assert store.load() is None
    assert not service.is_authenticated()
    assert "refused" in events[-1].reason


@pytest.mark.parametrize(
    "error", ["invalid_client", "invalid_request", "temporarily_unavailable", "unregistered"]
)
async def test_another_refusal_keeps_the_session(
    make: Make, tenant: ScriptedTenant, error: str
) -> None:
    tenant.responses["/token"] = refuse(error)
    store = MemoryStore(expired(session()))
    service = make(store=store)
    with pytest.raises(GrantRefused, match=error):
        await service.get_access_token()
    assert store.load() == expired(session())
    assert service.is_authenticated()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_tenant_in_trouble_keeps_the_session(
    make: Make, tenant: ScriptedTenant, status: int
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(
        status, headers={"Retry-After": "7"}
    )
    service = make(expired(session()))
    with pytest.raises(TenantUnreachable) as raised:
        await service.get_access_token()
    assert raised.value.retry_after_seconds == 7
    assert service.is_authenticated()


async def test_without_the_network_a_token_that_is_still_valid_has_to_do(
    make: Make, tenant: ScriptedTenant, clock: Clock
) -> None:
    tenant.responses["/token"] = nobody_listens
    service = make(session(lifetime_seconds=100))
    clock.advance(70)
    assert await service.get_access_token() == "the-access-token"
    clock.advance(30)
    with pytest.raises(TenantUnreachable):
        await service.get_access_token()
    assert service.is_authenticated()


async def test_without_a_refresh_token_the_session_ends_with_its_access_token(
    make: Make, clock: Clock
) -> None:
    service = make(session(refresh_token=None, lifetime_seconds=100))
    clock.advance(70)
    assert await service.get_access_token() == "the-access-token"
    clock.advance(30)
    with pytest.raises(SignInNeeded, match="offline_access"):
        await service.get_access_token()


async def test_a_rotated_refresh_token_in_a_wrong_answer_is_not_lost(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.token_members = {"expires_in": "soon"}
    service = make(expired(session()))
    with pytest.raises(TenantMisbehaved):
        await service.get_access_token()
    tenant.token_members = {}
    assert await service.get_access_token() == "access-2"


async def test_a_rotated_refresh_token_is_kept_before_its_id_token_is_looked_at(
    make: Make, tenant: ScriptedTenant
) -> None:
    """The old one is spent: whatever becomes of the rest, the session goes on with the new one."""
    store = MemoryStore(expired(session()))
    tenant.responses["/jwks"] = nobody_listens
    with pytest.raises(TenantUnreachable):
        await make(store=store).get_access_token()
    kept = store.load()
    assert kept is not None
    assert kept.token_set.refresh_token == "refresh-1"
    assert kept.token_set.access_token == "the-access-token"


async def test_a_log_out_during_a_renewal_is_final_and_disowns_what_comes(
    make: Make, tenant: ScriptedTenant
) -> None:
    store = MemoryStore(expired(session()))
    service = make(store=store)

    def renew(request: httpx.Request) -> httpx.Response:
        store.clear()
        return httpx.Response(
            200,
            json={"access_token": "late", "token_type": "Bearer", "refresh_token": "late-refresh"},
        )

    tenant.responses["/token"] = renew
    with pytest.raises(SignInNeeded, match="signed out"):
        await service.get_access_token()
    assert store.load() is None
    assert not service.is_authenticated()
    revoked = [form_of(r)["token"] for r in tenant.requests if r.url.path == "/revoke"]
    assert revoked == ["late-refresh"]


@pytest.mark.parametrize(
    "claims", [{"sub": "mallory"}, {"iss": "https://evil.example/"}, {"aud": "another"}]
)
async def test_a_renewed_id_token_must_be_for_the_same_session(
    make: Make, tenant: ScriptedTenant, claims: dict[str, str]
) -> None:
    tenant.id_claims = dict(claims)
    service = make(expired(session()))
    with pytest.raises(IdTokenRejected):
        await service.get_access_token()
    assert service.profile == session().profile


async def test_an_expired_id_token_is_renewed(make: Make, tenant: ScriptedTenant) -> None:
    service = make(expired(session()))
    assert await service.get_id_token() != "the-id-token"
    assert service.is_id_token_valid()


async def test_a_tenant_that_renews_no_id_tokens_is_said(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.token_members = {"id_token": None}
    with pytest.raises(SignInNeeded, match="renews no ID tokens"):
        await make(expired(session())).get_id_token()


async def test_restoring_renews_what_has_expired(tenant: ScriptedTenant, clock: Clock) -> None:
    service = AuthService(
        CONFIG, store=MemoryStore(expired(session())), transport=tenant, clock=clock
    )
    await service.restore()
    assert service.access_token == "access-1"
    await service.aclose()


async def test_restoring_offline_keeps_the_session(tenant: ScriptedTenant, clock: Clock) -> None:
    tenant.responses["/.well-known/openid-configuration"] = nobody_listens
    store = MemoryStore(expired(session()))
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock)
    with pytest.raises(TenantUnreachable):
        await service.restore()
    assert service.is_authenticated()
    assert store.load() is not None
    await service.aclose()


async def test_an_unsubscribed_listener_is_told_nothing_more(make: Make) -> None:
    service = make(expired(session()))
    events: list[LoginEvent] = []
    service.subscribe(events.append)()
    await service.renew_tokens()
    assert events == []
