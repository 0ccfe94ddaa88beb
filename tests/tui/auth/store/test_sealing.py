import json
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.stores import Keys, file_store
from tui.auth.store.file_store import FileStore, session_from_json, session_to_json
from tui.auth.store.sealing import Sealer
from tui.auth.store.session_file import SEAL, Storage
from tui.errors import StoreFailed


@pytest.fixture
def keys() -> Keys:
    return Keys()


def store_in(folder: Path, keys: Keys, storage: Storage = "auto") -> FileStore:
    return file_store(folder, CONFIG.session_identity, storage, keys)


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
    one.fetch_key(create=True)
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
    store = store_in(tmp_path, keys, "keyring")
    with pytest.raises(StoreFailed, match="sessionStorage"):
        await saved(store)
    assert not store.path.exists()


async def test_file_storage_asks_no_keyring(tmp_path: Path, keys: Keys) -> None:
    store = store_in(tmp_path, keys, "file")
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


def test_no_key_is_in_a_repr(keys: Keys) -> None:
    sealer = Sealer("identity", "name", keys)
    sealer.fetch_key(create=True)
    assert keys.kept["name"] not in repr(sealer)


# What is refused on reading, and how long a key lives.


async def test_with_keyring_storage_a_plain_file_is_refused(tmp_path: Path, keys: Keys) -> None:
    """security.md 60."""
    await saved(store_in(tmp_path, keys, "file"))
    with pytest.raises(StoreFailed, match="is not sealed, and `sessionStorage` is keyring"):
        store_in(tmp_path, keys, "keyring").load()
    assert store_in(tmp_path, keys, "file").load() == session()


@pytest.mark.parametrize("before", [b" ", b"\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("storage", "identity"), [("keyring", "one"), ("auto", "other")])
def test_a_plain_file_is_not_taken_for_a_blank_before_it(
    tmp_path: Path, keys: Keys, storage: Storage, identity: str, before: bytes
) -> None:
    """security.md 60: JSON all the same, it passed what refuses it as plain, or as another's."""
    written = file_store(tmp_path, "one")
    written.save(session())
    store = file_store(tmp_path, identity, storage, keys)
    written.path.rename(store.path)
    store.path.write_bytes(before + store.path.read_bytes())
    assert store.load() is None
    assert not store.path.exists()


async def test_with_file_storage_a_sealed_session_is_neither_opened_nor_unsealed(
    tmp_path: Path, keys: Keys
) -> None:
    """security.md 60: a second config must not write the first one's session in the clear."""
    first = store_in(tmp_path, keys)
    await saved(first)
    sealed = first.path.read_bytes()
    asked = keys.asked
    with pytest.raises(StoreFailed, match="is sealed, and `sessionStorage` is file"):
        store_in(tmp_path, keys, "file").load()
    assert first.path.read_bytes() == sealed
    assert keys.asked == asked
    assert store_in(tmp_path, keys).load() == session()


def test_a_plain_file_is_refused_under_another_identity(tmp_path: Path) -> None:
    """security.md 60."""
    one, other = file_store(tmp_path, "one"), file_store(tmp_path, "other")
    one.save(session())
    one.path.rename(other.path)
    with pytest.raises(StoreFailed, match="belongs to another config's session"):
        other.load()
    assert other.path.exists()


def test_a_plain_file_of_an_earlier_release_is_taken_and_named_at_the_next_write(
    tmp_path: Path,
) -> None:
    """security.md 60: no session is lost by the change of the format."""
    store = file_store(tmp_path)
    store.save(session())
    store.path.write_bytes(session_to_json(session()))
    assert store.load() == session()
    store.save(session())
    assert json.loads(store.path.read_bytes())["identity"] == CONFIG.session_identity


def test_an_earlier_release_can_read_a_plain_file_of_this_one(tmp_path: Path) -> None:
    store = file_store(tmp_path)
    store.save(session())
    assert session_from_json(store.path.read_bytes()) == session()


async def test_the_key_leaves_the_keyring_with_the_session(tmp_path: Path, keys: Keys) -> None:
    """security.md 60."""
    store = store_in(tmp_path, keys)
    await saved(store)
    assert len(keys.kept) == 1
    store_in(tmp_path, keys).clear()
    assert keys.kept == {}


async def test_a_keyring_that_is_locked_does_not_keep_the_session_from_being_deleted(
    tmp_path: Path, keys: Keys
) -> None:
    store = store_in(tmp_path, keys)
    await saved(store)
    keys.locked = True
    store.clear()
    assert store.load() is None


async def test_a_session_is_never_sealed_with_a_key_that_has_left_the_keyring(
    tmp_path: Path, keys: Keys
) -> None:
    """security.md 60: one process signs in while another signs out."""
    one = store_in(tmp_path, keys)
    await saved(one)
    store_in(tmp_path, keys).clear()
    await saved(one)
    assert store_in(tmp_path, keys).load() == session()


async def test_a_session_that_another_process_sealed_with_a_new_key_is_read(
    tmp_path: Path, keys: Keys
) -> None:
    """security.md 60: it is not taken for damaged because of the key that is remembered here."""
    one, other = store_in(tmp_path, keys), store_in(tmp_path, keys)
    await saved(one)
    assert one.load() == session()
    other.clear()
    await saved(other)
    assert one.load() == session()
    assert other.path.exists()


async def test_a_session_that_has_not_changed_asks_the_keyring_once_for_reading_and_renewing(
    tmp_path: Path, keys: Keys
) -> None:
    await saved(store_in(tmp_path, keys))
    keys.asked = 0
    store = store_in(tmp_path, keys)
    assert store.load() == store.load() == session()
    await saved(store)
    assert store.load() == session()
    assert keys.asked == 1
