import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.stores import file_store
from tests.support.clocks import START, Clock
from tests.support.silence import nobody_listens
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.keeper import Offline, SessionKeeper, renewal_time
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore, SessionStore


class Counting(AuthService):
    """Knows how often it was to renew."""

    renewals = 0

    async def renew_tokens(self) -> None:
        self.renewals += 1
        await super().renew_tokens()


class Keeping:
    """A keeper whose time the test moves: `seconds(n)` lives through n seconds."""

    def __init__(self, tenant: ScriptedTenant, clock: Clock, store: SessionStore) -> None:
        self.clock, self.tenant, self.store = clock, tenant, store
        self.service = Counting(CONFIG, store=store, transport=tenant, clock=clock)
        self.service.take_up()
        self.told: list[Offline | None] = []
        self._ticked = asyncio.Event()
        self._go = asyncio.Event()
        self.keeper = SessionKeeper(
            self.service, self.told.append, sleep=self._sleep, chance=lambda: 0.5
        )
        self._task = asyncio.create_task(self.keeper.keep())

    async def _sleep(self, seconds: float) -> None:
        self._ticked.set()
        await self._go.wait()
        self._go.clear()

    async def tick(self, seconds: float = 1) -> None:
        """Wait until the keeper rests, let time pass, and wait until it rests again."""
        await self._ticked.wait()
        self._ticked.clear()
        self.clock.advance(seconds)
        self._go.set()
        await self._ticked.wait()

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        await self.service.aclose()


@pytest.fixture
async def keep(
    tenant: ScriptedTenant, clock: Clock
) -> AsyncIterator[Callable[[SessionStore], Keeping]]:
    made: list[Keeping] = []

    def make(store: SessionStore) -> Keeping:
        made.append(Keeping(tenant, clock, store))
        return made[-1]

    yield make
    for each in made:
        await each.end()


async def test_a_session_is_renewed_shortly_before_it_expires(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    keeping = keep(MemoryStore(session(lifetime_seconds=3600)))
    await keeping.tick(3600 - 90 - 15 - 1)
    assert tenant.count("/token") == 0
    await keeping.tick(1)
    assert tenant.count("/token") == 1
    assert keeping.service.access_token == "access-1"
    await keeping.tick(60)
    assert tenant.count("/token") == 1


async def test_after_sleep_an_expired_session_is_renewed_at_once(
    keep: Callable[[SessionStore], Keeping],
) -> None:
    keeping = keep(MemoryStore(session()))
    await keeping.tick(8 * 3600)
    assert keeping.service.is_access_token_valid()


async def test_a_clock_that_is_set_back_renews_nothing(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    keeping = keep(MemoryStore(session()))
    await keeping.tick(-3600)
    assert tenant.count("/token") == 0


async def test_short_lived_tokens_are_renewed_without_a_storm(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    tenant.token_members = {"expires_in": 30}
    keeping = keep(MemoryStore(session(lifetime_seconds=30)))
    for _ in range(300):
        await keeping.tick(1)
        assert keeping.service.is_access_token_valid()
    assert 10 <= tenant.count("/token") <= 20


async def test_offline_is_told_backed_off_from_and_recovered_from(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    tenant.responses["/token"] = nobody_listens
    keeping = keep(MemoryStore(session()))
    await keeping.tick(3600)
    (offline,) = keeping.told
    assert offline is not None
    assert "cannot be reached" in offline.reason
    for _ in range(600):
        await keeping.tick(1)
    assert keeping.service.is_authenticated()
    assert 10 <= tenant.count("/token") <= 30
    del tenant.responses["/token"]
    await keeping.tick(60)
    assert keeping.told[-1] is None
    assert keeping.service.is_access_token_valid()


async def test_a_tenant_that_answers_nonsense_is_asked_again_like_one_out_of_reach(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(200, text="nonsense")
    keeping = keep(MemoryStore(session()))
    await keeping.tick(3600)
    (offline,) = keeping.told
    assert offline is not None
    del tenant.responses["/token"]
    for _ in range(3):
        await keeping.tick(1)
    assert keeping.told[-1] is None
    assert keeping.service.is_access_token_valid()


async def test_a_session_that_somebody_else_renewed_is_offline_no_more(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant, clock: Clock, tmp_path: Path
) -> None:
    tenant.responses["/token"] = nobody_listens
    store = file_store(tmp_path, "same")
    store.save(session())
    keeping = keep(store)
    await keeping.tick(3600)
    file_store(tmp_path, "same").save(session(access_token="theirs", obtained_at=clock()))
    await keeping.tick()
    assert [offline is None for offline in keeping.told] == [False, True]
    assert tenant.count("/token") == 1


async def test_the_tenants_retry_after_is_honoured(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(
        429, headers={"Retry-After": "120"}
    )
    keeping = keep(MemoryStore(session()))
    await keeping.tick(3600)
    for _ in range(119):
        await keeping.tick(1)
    assert tenant.count("/token") == 1
    await keeping.tick(1)
    assert tenant.count("/token") == 2


@pytest.mark.parametrize(("headers", "tries"), [({}, 2), ({"Retry-After": "120"}, 1)])
async def test_it_is_tried_again_at_once_unless_the_tenant_asked_to_wait(
    keep: Callable[[SessionStore], Keeping],
    tenant: ScriptedTenant,
    headers: dict[str, str],
    tries: int,
) -> None:
    tenant.responses["/token"] = lambda _request: httpx.Response(503, headers=headers)
    keeping = keep(MemoryStore(session()))
    await keeping.tick(3600)
    assert tenant.count("/token") == 1
    keeping.keeper.retry_now()
    await keeping.tick(0)
    assert tenant.count("/token") == tries


async def test_a_definite_no_ends_the_session_and_the_trying(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    tenant.refresh_tokens.clear()
    keeping = keep(MemoryStore(session()))
    await keeping.tick(3600)
    assert not keeping.service.is_authenticated()
    for _ in range(100):
        await keeping.tick(60)
    assert tenant.count("/token") == 1
    assert keeping.told == []


async def test_a_sign_in_a_renewal_and_a_log_out_in_another_process_are_seen_within_a_tick(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant, tmp_path: Path
) -> None:
    other = file_store(tmp_path, "same")
    keeping = keep(file_store(tmp_path, "same"))
    await keeping.tick()
    assert not keeping.service.is_authenticated()
    other.save(session())
    await keeping.tick()
    assert keeping.service.access_token == "the-access-token"
    other.save(session(access_token="renewed"))
    await keeping.tick()
    assert keeping.service.access_token == "renewed"
    other.clear()
    await keeping.tick()
    assert not keeping.service.is_authenticated()
    assert tenant.requests == []


async def test_a_store_that_cannot_be_read_for_a_while_signs_nobody_out(
    keep: Callable[[SessionStore], Keeping], tmp_path: Path
) -> None:
    store = file_store(tmp_path, "same")
    store.save(session())
    keeping = keep(store)
    store.path.chmod(0o644)
    store.path.touch()
    await keeping.tick()
    assert keeping.service.is_authenticated()


async def test_a_session_without_a_refresh_token_is_left_to_expire(
    keep: Callable[[SessionStore], Keeping], tenant: ScriptedTenant
) -> None:
    keeping = keep(MemoryStore(session(refresh_token=None)))
    await keeping.tick(8 * 3600)
    assert tenant.requests == []
    assert keeping.service.renewals == 0
    assert keeping.service.is_authenticated()


async def test_where_nobody_is_signed_in_nothing_is_renewed(
    keep: Callable[[SessionStore], Keeping],
) -> None:
    keeping = keep(MemoryStore())
    await keeping.tick(8 * 3600)
    assert keeping.service.renewals == 0


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("lifetime", [2, 30, 60, 300, 3600, 86400])
def test_the_time_of_renewal_lies_in_the_second_half_of_a_life(
    lifetime: int, chance: float
) -> None:
    tokens = session(lifetime_seconds=lifetime).token_set
    due = renewal_time(tokens, chance)
    assert START + timedelta(seconds=lifetime / 2) <= due < tokens.access_token_expiry
    assert tokens.access_token_expiry - due <= timedelta(seconds=120)
