import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.configs import CONFIG
from tests.support.sessions import session
from tui.auth.store.file_store import FileStore
from tui.auth.store.sealing import SEAL, KeyUnavailable, Sealer, within
from tui.errors import StoreFailed


class Keys:
    """A keyring of the tests: answers, or is locked."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.locked = False
        self.asked = 0

    def get(self, name: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise KeyUnavailable
        return self.kept.get(name)

    def set(self, name: str, text: str) -> None:
        if self.locked:
            raise KeyUnavailable
        self.kept[name] = text


@pytest.fixture
def keys() -> Keys:
    return Keys()


def store_in(folder: Path, keys: Keys, sealing: str = "if_possible") -> FileStore:
    return FileStore(folder, CONFIG.session_identity, sealing, keys)


async def saved(store: FileStore) -> None:
    async with store.lock():
        store.reserve()
        store.save(session())


async def test_a_sealed_session_is_loaded_by_another_process(tmp_path: Path, keys: Keys) -> None:
    await saved(store_in(tmp_path, keys))
    other = store_in(tmp_path, keys)
    assert other.load() == session()
    assert "sealed with a key in the system's keyring" in other.description


async def test_nothing_of_a_sealed_session_can_be_read_from_its_file(
    tmp_path: Path, keys: Keys
) -> None:
    store = store_in(tmp_path, keys)
    await saved(store)
    content = store.path.read_bytes()
    assert content.startswith(SEAL)
    for secret in (b"the-access-token", b"the-refresh-token", b"alice"):
        assert secret not in content


async def test_each_write_has_a_nonce_of_its_own(tmp_path: Path, keys: Keys) -> None:
    store = store_in(tmp_path, keys)
    contents = set()
    for _ in range(5):
        await saved(store)
        contents.add(store.path.read_bytes()[len(SEAL) :][:12])
    assert len(contents) == 5


async def test_a_session_sealed_for_another_config_does_not_open(
    tmp_path: Path, keys: Keys
) -> None:
    one = Sealer("identity one", "name", keys)
    one.prepare(create=True)
    other = Sealer("identity two", "name", keys)
    with pytest.raises(ValueError, match="another session"):
        other.open(one.seal(b"content"))


async def test_a_changed_byte_sets_the_file_aside(tmp_path: Path, keys: Keys) -> None:
    store = store_in(tmp_path, keys)
    await saved(store)
    content = bytearray(store.path.read_bytes())
    content[-1] ^= 1
    store.path.write_bytes(content)
    assert store_in(tmp_path, keys).load() is None
    assert not store.path.exists()


async def test_without_a_keyring_auto_keeps_a_plain_private_file_and_says_so(
    tmp_path: Path, keys: Keys
) -> None:
    keys.locked = True
    store = store_in(tmp_path, keys)
    await saved(store)
    assert store.path.read_bytes().startswith(b"{")
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert "readable by you alone; no keyring answered" in store.description
    assert store_in(tmp_path, keys).load() == session()


async def test_a_keyring_that_comes_back_seals_the_next_write(tmp_path: Path, keys: Keys) -> None:
    keys.locked = True
    await saved(store_in(tmp_path, keys))
    keys.locked = False
    store = store_in(tmp_path, keys)
    assert store.load() == session()
    await saved(store)
    assert store.path.read_bytes().startswith(SEAL)


async def test_a_locked_keyring_never_costs_the_session(tmp_path: Path, keys: Keys) -> None:
    await saved(store_in(tmp_path, keys))
    keys.locked = True
    with pytest.raises(StoreFailed, match="Unlock the keyring"):
        store_in(tmp_path, keys).load()
    keys.locked = False
    assert store_in(tmp_path, keys).load() == session()


async def test_another_keyring_never_costs_the_session(tmp_path: Path, keys: Keys) -> None:
    await saved(store_in(tmp_path, keys))
    with pytest.raises(StoreFailed, match="does not have it"):
        store_in(tmp_path, Keys()).load()
    assert store_in(tmp_path, keys).load() == session()


async def test_signing_in_under_another_keyring_makes_a_key_there(
    tmp_path: Path, keys: Keys
) -> None:
    await saved(store_in(tmp_path, keys))
    other = Keys()
    await saved(store_in(tmp_path, other))
    assert store_in(tmp_path, other).load() == session()


async def test_a_spoiled_key_is_made_anew(tmp_path: Path, keys: Keys) -> None:
    store = store_in(tmp_path, keys)
    keys.kept[store.path.stem.removeprefix("session-")] = "no key"
    await saved(store)
    assert store_in(tmp_path, keys).load() == session()


async def test_keyring_storage_refuses_to_write_a_plain_file(tmp_path: Path, keys: Keys) -> None:
    keys.locked = True
    store = store_in(tmp_path, keys, "always")
    with pytest.raises(StoreFailed, match="sessionStorage"):
        await saved(store)
    assert not store.path.exists()


async def test_file_storage_asks_no_keyring(tmp_path: Path, keys: Keys) -> None:
    store = store_in(tmp_path, keys, "never")
    await saved(store)
    assert store.load() == session()
    assert keys.asked == 0


async def test_a_keyring_that_failed_is_not_asked_again_at_each_write(
    tmp_path: Path, keys: Keys
) -> None:
    keys.locked = True
    store = store_in(tmp_path, keys)
    for _ in range(5):
        await saved(store)
    assert keys.asked == 1


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_keyring_that_hangs_is_left_behind(release: threading.Event) -> None:
    with pytest.raises(KeyUnavailable):
        within(0.01, release.wait)


def test_a_keyring_that_fails_in_any_way_is_unavailable() -> None:
    def fail() -> str:
        raise RuntimeError("DBus says no")

    with pytest.raises(KeyUnavailable):
        within(1, fail)


def test_no_key_is_in_a_repr(keys: Keys) -> None:
    sealer = Sealer("identity", "name", keys)
    sealer.prepare(create=True)
    assert keys.kept["name"] not in repr(sealer)
