from collections.abc import Callable

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.tenants.services import Make, events_of
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore
from tui.errors import StoreFailed


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
