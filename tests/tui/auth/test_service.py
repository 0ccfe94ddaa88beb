import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

import tui.auth
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.clocks import Clock
from tests.support.silence import nobody_listens
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.services import Make, events_of
from tui.auth.current import NOTHING_KEPT
from tui.auth.log_out import LogOutPage
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.store.session_file import Signature
from tui.auth.store.store import LOCK_SECONDS, MemoryStore
from tui.errors import DoorkeyError, SignInNeeded, StoreFailed, TenantUnreachable
from tui.json_value import Json


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


@pytest.mark.parametrize(
    ("refresh_token", "age", "expired"),
    [(None, 99, False), (None, 100, True), ("the-refresh-token", 100, False)],
)
async def test_only_a_session_that_cannot_be_renewed_expires(
    make: Make, clock: Clock, refresh_token: str | None, age: float, expired: bool
) -> None:
    service = make(session(lifetime_seconds=100, refresh_token=refresh_token))
    clock.advance(age)
    assert service.has_expired() is expired


async def test_a_session_is_kept_as_the_config_says_unless_told(
    state_dir: Path, tenant: ScriptedTenant
) -> None:
    async with AuthService(CONFIG, transport=tenant) as service:
        assert str(state_dir) in service.storage
    async with AuthService(CONFIG, store=MemoryStore(), transport=tenant) as service:
        assert "memory" in service.storage
        await service.restore()
        assert not service.is_authenticated()


async def test_an_id_token_that_cannot_be_renewed_now_says_why(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.responses["/token"] = nobody_listens
    with pytest.raises(TenantUnreachable):
        await make(expired(session())).get_id_token()


@pytest.mark.parametrize(
    ("kept", "asked"),
    [(session(), 0), (expired(session()), 1), (expired(session(refresh_token=None)), 0)],
)
async def test_a_session_that_is_taken_up_is_renewed_where_that_helps(
    tenant: ScriptedTenant, clock: Clock, kept: Session, asked: int
) -> None:
    store = MemoryStore(kept)
    async with AuthService(CONFIG, store=store, transport=tenant, clock=clock) as service:
        await service.restore()
    assert tenant.count("/token") == asked


async def test_nobodys_session_has_not_expired(make: Make) -> None:
    service = make()
    assert not service.has_expired()
    assert not service.is_id_token_valid()
    assert not service.is_access_token_valid()


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


async def test_a_session_that_only_memory_has_is_revoked(
    make: Make, tenant: ScriptedTenant
) -> None:
    store = MemoryStore(session())
    service = make(store=store)
    store.clear()
    await service.log_out(at_tenant=False)
    assert tenant.refresh_tokens == set()


class HeldStore(MemoryStore):
    """Another process holds its lock for longer than anybody waits."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.patience: list[float] = []

    def lock(self, patience_seconds: float = LOCK_SECONDS) -> AbstractAsyncContextManager[None]:
        self.patience.append(patience_seconds)
        raise StoreFailed("Another process holds it.")


async def test_a_log_out_waits_two_seconds_for_the_store_and_then_wipes_and_revokes_what_it_has(
    make: Make, tenant: ScriptedTenant
) -> None:
    store = HeldStore(session(refresh_token="old"))
    service = make(store=store)
    store.save(session(refresh_token="the-refresh-token"))
    steps = await service.log_out(at_tenant=False)
    assert [step.outcome for step in steps] == ["done", "done"]
    assert store.patience == [2.0]
    assert store.load() is None
    assert tenant.refresh_tokens == set()


async def test_a_log_out_revokes_what_was_kept_though_its_wipe_fails_half_way(
    make: Make, tenant: ScriptedTenant
) -> None:
    class Halting(MemoryStore):
        fails = True

        def clear(self) -> None:
            super().clear()
            if self.fails:
                self.fails = False
                raise StoreFailed("The keyring does not answer.")

    store = Halting(session(refresh_token="old"))
    service = make(store=store)
    store.save(session(refresh_token="the-refresh-token"))
    await service.log_out(at_tenant=False)
    assert tenant.refresh_tokens == set()


async def test_a_log_out_that_another_one_has_overtaken_finds_nobody_signed_in(make: Make) -> None:
    class Overtaken(MemoryStore):
        def signature(self) -> Signature:
            return None if self.load() is None else (1, 1)

        def lock(self, patience_seconds: float = LOCK_SECONDS) -> AbstractAsyncContextManager[None]:
            self.clear()  # another process did, while it held the lock
            return super().lock(patience_seconds)

    store = Overtaken()
    service = make(store=store)
    store.save(session())
    (step,) = await service.log_out(at_tenant=False)
    assert (step.outcome, step.message) == ("skipped", NOTHING_KEPT)


async def test_without_a_refresh_token_there_is_nothing_to_revoke(
    make: Make, tenant: ScriptedTenant
) -> None:
    steps = await make(session(refresh_token=None)).log_out(at_tenant=False)
    assert [(step.name, step.outcome) for step in steps] == [
        ("local", "done"),
        ("revocation", "skipped"),
    ]
    assert tenant.requests == []


@pytest.mark.parametrize(
    ("members", "saves"),
    [({"refresh_token": None}, 1), ({"refresh_token": "the-refresh-token"}, 1), ({}, 2)],
)
async def test_only_a_new_refresh_token_is_kept_before_all_the_rest(
    make: Make, tenant: ScriptedTenant, members: dict[str, Json], saves: int
) -> None:
    class Counting(MemoryStore):
        saves = 0

        def save(self, session: Session) -> None:
            self.saves += 1
            super().save(session)

    store = Counting(expired(session()))
    tenant.token_members = members
    await make(store=store).renew_tokens()
    assert store.saves == saves


@pytest.mark.parametrize(("left", "asked"), [(1, 0), (0, 1)])
async def test_another_process_token_is_taken_while_it_is_good(
    make: Make, tenant: ScriptedTenant, clock: Clock, left: float, asked: int
) -> None:
    store = MemoryStore(expired(session()))
    service = make(store=store)
    store.save(session(access_token="theirs", lifetime_seconds=100))
    clock.advance(100 - left)
    await service.renew_tokens()
    assert tenant.count("/token") == asked
    assert service.access_token == ("access-1" if asked else "theirs")


async def test_a_renewed_id_token_says_anew_who_is_signed_in(
    make: Make, tenant: ScriptedTenant
) -> None:
    tenant.id_claims = {"name": "Alicia"}
    service = make(expired(session()))
    await service.renew_tokens()
    assert service.profile is not None
    assert service.profile.name == "Alicia"


def test_each_log_out_has_a_state_of_its_own() -> None:
    page = LogOutPage("https://tenant.example/logout")
    urls = {page.url("the-client", "the-id-token", "http://127.0.0.1:1/") for _ in range(3)}
    assert len(urls) == 3


def test_the_room_has_the_names_that_it_promises_and_no_others() -> None:
    assert tui.auth.AuthService is AuthService
    for name in tui.auth.HOMES:
        assert getattr(tui.auth, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Nobody'"):
        _ = tui.auth.Nobody


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
