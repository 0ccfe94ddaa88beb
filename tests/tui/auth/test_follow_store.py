from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG, write_config
from tests.support.builders.sessions import session
from tests.support.tenants.services import Make, events_of
from tui.auth.kept_sessions import KeptSession, KeptSessions
from tui.auth.service import AuthService
from tui.auth.session import Profile, Session
from tui.auth.store.file_store import session_store
from tui.auth.store.store import MemoryStore
from tui.config.known import KnownConfig
from tui.errors import StoreFailed
from tui.json_value import Json


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
        service.take_up()

    store.meanwhile = sign_in
    store.changes += 1
    await service.follow_store()
    assert service.session == renewed


@pytest.mark.parametrize("kept", [None, session()])
async def test_a_store_that_was_written_without_a_change_is_no_news(
    make: Make, kept: Session | None
) -> None:
    store = SlowStore(kept)
    service = make(store=store)
    events = events_of(service)
    store.changes += 1
    await service.follow_store()
    assert events == []


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


def test_of_each_config_the_session_is_read_anew_only_where_it_has_changed(tmp_path: Path) -> None:
    path = write_config(tmp_path, sessionStorage="file")
    sessions = KeptSessions(path)
    (first,) = (row for row in sessions.look() if row.known.path == path)
    assert (first.session, first.who) == (None, "")
    assert first.config is not None
    store = session_store(first.config)
    store.save(session())
    (second,) = (row for row in sessions.look() if row.known.path == path)
    assert second.session == session()
    assert any(row is second for row in sessions.look())
    store.clear()
    (third,) = (row for row in sessions.look() if row.known.path == path)
    assert third.session is None


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"email": "alice@example.com", "name": "Alice"}, "alice@example.com"),
        ({"name": "Alice"}, "Alice"),
    ],
)
def test_who_is_signed_in_is_told_by_address_or_else_by_name(
    claims: dict[str, Json], who: str
) -> None:
    signed_in = replace(session(), profile=Profile({"sub": "alice", **claims}))
    known = KnownConfig(Path("auth_config.json"), CONFIG)
    assert KeptSession(known, signed_in).who == who
