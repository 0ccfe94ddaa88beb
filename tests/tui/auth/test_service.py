import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.builders import CONFIG, START, Clock, expired, session
from tests.scripted_tenant import ScriptedTenant, browse, form_of
from tui.auth.errors import (
    DoorkeyError,
    GrantRefused,
    IdTokenRejected,
    SignInNeeded,
    StoreFailed,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.auth.file_store import FileStore
from tui.auth.models import LoginEvent, LogOutStep, Session
from tui.auth.service import AuthService
from tui.auth.store import MemoryStore, SessionStore

Make = Callable[..., AuthService]


@pytest.fixture
async def make(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Make]:
    made: list[AuthService] = []

    def service(kept: Session | None = None, store: SessionStore | None = None) -> AuthService:
        made.append(
            AuthService(
                CONFIG,
                store=store or MemoryStore(kept),
                transport=tenant,
                clock=clock,
                open_url=tenant.no_browser,
            )
        )
        made[-1].take_up()
        return made[-1]

    yield service
    for each in made:
        await each.aclose()


def events_of(service: AuthService) -> list[LoginEvent]:
    events: list[LoginEvent] = []
    service.subscribe(events.append)
    return events


def refuse(error: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(400, json={"error": error} if error else None)


def fail(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("All connection attempts failed", request=request)


# What is true now.


async def test_signed_out_there_is_nothing(make: Make) -> None:
    service = make()
    assert not service.is_authenticated()
    assert not service.is_id_token_valid()
    assert not service.is_access_token_valid()
    assert service.session is None
    assert service.profile is None
    assert (service.id_token, service.token_expiry) == (None, None)
    assert (service.access_token, service.access_token_expiry) == (None, None)
    with pytest.raises(SignInNeeded, match="doorkey login"):
        await service.get_access_token()
    with pytest.raises(SignInNeeded):
        await service.get_id_token()


async def test_a_kept_session_is_taken_up_at_the_start(make: Make) -> None:
    service = make(session())
    assert service.is_authenticated()
    assert service.is_id_token_valid()
    assert service.is_access_token_valid()
    assert service.profile == session().profile
    assert service.id_token == "the-id-token"


async def test_expiry_is_judged_by_the_clock_at_each_use(make: Make, clock: Clock) -> None:
    service = make(session(lifetime_seconds=100))
    clock.advance(99)
    assert service.is_access_token_valid()
    clock.advance(1)
    assert not service.is_access_token_valid()
    assert not service.is_id_token_valid()
    assert service.is_authenticated()
    clock.advance(-50)
    assert service.is_access_token_valid()


# Renewal.


async def test_a_valid_token_is_handed_out_without_a_request(
    make: Make, tenant: ScriptedTenant
) -> None:
    assert await make(session()).get_access_token() == "the-access-token"
    assert tenant.requests == []


async def test_an_expired_token_is_renewed_and_kept(make: Make, tenant: ScriptedTenant) -> None:
    store = MemoryStore(expired(session()))
    service = make(store=store)
    events = events_of(service)
    assert await service.get_access_token() == "access-1"
    assert store.load() == service.session
    assert service.session is not None
    assert service.session.token_set.refresh_token == "refresh-1"
    assert service.session.renewed_at == (START,)
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


async def test_a_renewal_of_another_process_is_adopted(
    make: Make, tenant: ScriptedTenant, tmp_path: Path
) -> None:
    one, other = FileStore(tmp_path, "same"), FileStore(tmp_path, "same")
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


@pytest.mark.parametrize("error", ["invalid_client", "temporarily_unavailable", "unregistered"])
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
    tenant.responses["/token"] = fail
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
    tenant.responses["/.well-known/openid-configuration"] = fail
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


# Log out.


class BrowserThatFollows:
    """Goes where it is sent: to our own address, then to the tenant's page, then back."""

    def __init__(self, *, comes_back: bool = True, state: str = "") -> None:
        self.opened: list[str] = []
        self.location = ""
        self.comes_back = comes_back
        self.back: asyncio.Task[str] | None = None

    async def __call__(self, url: str) -> bool:
        self.opened.append(url)
        head = (await browse(url)).partition("\r\n\r\n")[0]
        lines = (line.partition(": ") for line in head.split("\r\n"))
        self.location = next(value for name, _, value in lines if name.lower() == "location")
        if self.comes_back:
            query = httpx.URL(self.location).params
            self.back = asyncio.create_task(browse(query["post_logout_redirect_uri"]))
        return True


def service_with_browser(
    tenant: ScriptedTenant, clock: Clock, opener: BrowserThatFollows
) -> AuthService:
    store = MemoryStore(session())
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock, open_url=opener)
    service.take_up()
    return service


async def test_log_out_wipes_revokes_and_signs_out_at_the_tenant(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows()
    service = service_with_browser(tenant, clock, browser)
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


async def test_the_id_token_does_not_stand_in_the_address_that_a_browser_is_started_with(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    browser = BrowserThatFollows()
    await service_with_browser(tenant, clock, browser).log_out()
    assert "the-id-token" not in browser.opened[0]
    assert browser.opened[0].startswith("http://127.0.0.1:")


async def test_log_out_offline_still_wipes_and_says_what_did_not_work(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.responses["/.well-known/openid-configuration"] = fail
    store = MemoryStore(session())
    service = make(store=store)
    steps = await service.log_out()
    assert store.load() is None
    assert not service.is_authenticated()
    assert [step.outcome for step in steps] == ["done", "failed", "failed"]
    assert "cannot be reached" in steps[1].message


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
    second: list[str] = []

    class Twice(BrowserThatFollows):
        async def __call__(self, url: str) -> bool:
            self.comes_back = False
            await super().__call__(url)
            second.append(await browse(url))
            self.back = asyncio.create_task(
                browse(httpx.URL(self.location).params["post_logout_redirect_uri"])
            )
            return True

    browser = Twice()
    await service_with_browser(tenant, clock, browser).log_out()
    assert " 404 " in second[0]
    assert "the-id-token" not in second[0]


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
    assert steps[1].message == "This tenant offers no revocation."


async def test_a_local_log_out_opens_no_browser(tenant: ScriptedTenant, clock: Clock) -> None:
    browser = BrowserThatFollows()
    steps = await service_with_browser(tenant, clock, browser).log_out(at_tenant=False)
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


async def test_closing_ends_a_renewal_under_way(tenant: ScriptedTenant, clock: Clock) -> None:
    service = AuthService(
        CONFIG, store=MemoryStore(expired(session())), transport=tenant, clock=clock
    )
    service.take_up()
    renewal = asyncio.create_task(service.renew_tokens())
    await asyncio.sleep(0)
    await service.aclose()
    with pytest.raises(asyncio.CancelledError):
        await renewal


def test_the_quickstarts_names_are_all_there() -> None:
    for name in (
        "login", "handle_authentication", "local_login", "renew_tokens", "log_out",
        "is_authenticated", "is_id_token_valid", "get_id_token", "is_access_token_valid",
        "get_access_token", "id_token", "profile", "token_expiry", "access_token",
        "access_token_expiry",
    ):  # fmt: skip
        assert hasattr(AuthService, name)


async def test_local_login_keeps_the_session_and_tells_everybody(make: Make) -> None:
    store = MemoryStore()
    service = make(store=store)
    events = events_of(service)
    event = await service.local_login(session(), {"target": "profile"})
    assert events == [event]
    assert event.state == {"target": "profile"}
    assert store.load() == session()


async def test_a_session_that_cannot_be_kept_is_not_used(make: Make) -> None:
    class Full(MemoryStore):
        def save(self, session: Session) -> None:
            raise DoorkeyError("no space left")

    service = make(store=Full())
    with pytest.raises(DoorkeyError, match="no space"):
        await service.local_login(replace(session()))
    assert not service.is_authenticated()


# What other processes do meanwhile.


class SlowStore(MemoryStore):
    """Loads slowly: `meanwhile` happens between the reading and the answer."""

    def __init__(self, session: Session | None = None) -> None:
        super().__init__(session)
        self.loads = 0
        self.changes = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def signature(self) -> tuple[int, ...] | None:
        return (self.changes,)

    def load(self) -> Session | None:
        self.loads += 1
        found = super().load()
        self.meanwhile()
        return found


async def test_a_store_that_has_not_changed_is_not_read(make: Make) -> None:
    store = SlowStore(session())
    service = make(store=store)
    await service.follow_store()
    loads = store.loads
    for _ in range(5):
        await service.follow_store()
    assert store.loads == loads


async def test_what_happens_here_while_the_store_is_read_is_not_undone(make: Make) -> None:
    store = SlowStore(session(refresh_token="old"))
    service = make(store=store)
    renewed = session(refresh_token="new")

    def sign_in() -> None:
        store.meanwhile = lambda: None
        store.save(renewed)
        service._adopt(renewed)

    store.meanwhile = sign_in
    store.changes += 1
    await service.follow_store()
    assert service.session == renewed


async def test_a_keyring_that_is_unlocked_later_gives_its_session_back(make: Make) -> None:
    class Locked(SlowStore):
        locked = True

        def load(self) -> Session | None:
            if self.locked:
                raise StoreFailed("locked")
            return super().load()

    store = Locked(session())
    with pytest.raises(StoreFailed):
        make(store=store)
    service = AuthService(CONFIG, store=store)
    with pytest.raises(StoreFailed):
        await service.restore()
    await service.follow_store()
    assert not service.is_authenticated()
    store.locked = False
    await service.follow_store()
    assert service.is_authenticated()
    await service.aclose()
