"""Which keyring gets the key of a sealed session: the system's own."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest
import secretstorage

from tests.support.builders.sessions import session
from tests.support.builders.stores import Keys, file_store
from tui.auth.store.sealing import KeyUnavailable, Sealer, SystemKeyring, call_within


class Keyring:
    """A backend that somebody may have installed: passwords in plain files."""

    priority = 10

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_password(self, service: str, _username: str) -> str | None:
        self.asked.append(service)
        return None

    def set_password(self, service: str, _username: str, _password: str) -> None:
        self.asked.append(service)

    def delete_password(self, service: str, _username: str) -> None:
        self.asked.append(service)


@pytest.mark.parametrize("module", ["keyrings.alt.file", "keyring.backends.fail", "keyring"])
@pytest.mark.parametrize("is_chained", [False, True])
def test_no_keyring_gets_the_key_but_the_systems_own(
    module: str, is_chained: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 38."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    backend = Keyring()
    monkeypatch.setattr(Keyring, "__module__", module)
    chosen = SimpleNamespace(backends=[backend]) if is_chained else backend
    monkeypatch.setattr(keyring, "get_keyring", lambda: chosen)
    with pytest.raises(KeyUnavailable):
        SystemKeyring().set("name", "text")
    with pytest.raises(KeyUnavailable):
        SystemKeyring().get("name")
    with pytest.raises(KeyUnavailable):
        SystemKeyring().delete("name")
    assert backend.asked == []


def test_the_systems_own_keyring_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    backend = Keyring()
    monkeypatch.setattr(Keyring, "__module__", "keyring.backends.SecretService")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    SystemKeyring().set("name", "text")
    assert backend.asked == ["doorkey"]


class Item:
    """What a Secret Service keeps, unlocked or not."""

    def __init__(self, secret: bytes, *, locked: bool = False) -> None:
        self._secret = secret
        self._locked = locked

    def is_locked(self) -> bool:
        return self._locked

    def get_secret(self) -> bytes:
        if self._locked:
            raise secretstorage.LockedException
        return self._secret


@pytest.mark.skipif(sys.platform != "linux", reason="Linux desktops alone have a Secret Service")
@pytest.mark.parametrize(
    ("items", "answer"),
    [
        ([Item(b"one"), Item(b"two")], "one"),
        ([Item(b"one", locked=True), Item(b"two")], "two"),
        ([Item(b"one", locked=True)], None),
        ([], None),
    ],
)
def test_the_secret_service_is_asked_first_and_a_locked_item_is_left_alone(
    items: list[Item], answer: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked one would open a window that asks somebody to unlock it."""
    backend, asked = Keyring(), list[dict[str, str]]()
    monkeypatch.setattr(Keyring, "__module__", "keyring.backends.SecretService")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    bus = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(secretstorage, "dbus_init", lambda: bus)

    def search(_bus: object, attributes: dict[str, str]) -> list[Item]:
        asked.append(attributes)
        return items

    monkeypatch.setattr(secretstorage, "search_items", search)
    assert SystemKeyring().get("name") == answer
    assert asked == [{"service": "doorkey", "username": "name"}]
    assert backend.asked == ([] if answer else ["doorkey"])


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_keyring_that_hangs_is_left_behind(release: threading.Event) -> None:
    with pytest.raises(KeyUnavailable):
        call_within(0.01, release.wait)


def test_a_keyring_that_hangs_does_not_hold_our_exit() -> None:
    assert call_within(5, lambda: threading.current_thread().daemon) is True


def test_elsewhere_than_on_linux_no_secret_service_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = Keyring()
    monkeypatch.setattr(Keyring, "__module__", "keyring.backends.macOS")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "secretstorage", None)
    assert SystemKeyring().get("name") is None
    assert backend.asked == ["doorkey"]


def test_a_keyring_that_fails_in_any_way_is_unavailable() -> None:
    def fail() -> str:
        raise RuntimeError("DBus says no")

    with pytest.raises(KeyUnavailable):
        call_within(1, fail)


def test_a_keyring_that_did_not_answer_is_asked_again_after_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    keys = Keys()
    keys.locked = True
    sealer = Sealer("identity", "name", keys)
    sealer.fetch_key(create=True)
    keys.locked = False
    for passed, asked in ((59.9, 1), (60.0, 3)):
        now = 1000.0 + passed
        sealer.fetch_key(create=True)
        assert keys.asked == asked
        assert sealer.has_key is (asked > 1)
        assert sealer.has_failed is (asked == 1)


@pytest.mark.parametrize("kept", ["!" + "A" * 43 + "=", "A" * 40, "no key", ""])
def test_a_key_that_is_none_is_not_used(kept: str) -> None:
    keys = Keys()
    keys.kept["name"] = kept
    sealer = Sealer("identity", "name", keys)
    sealer.fetch_key(create=False)
    assert not sealer.has_key
    with pytest.raises(ValueError, match="no key is at hand"):
        sealer.seal(b"content")


def test_a_log_out_asks_no_keyring_for_a_file_that_it_cannot_read(tmp_path: Path) -> None:
    keys = Keys()
    store = file_store(tmp_path, storage="auto", keys=keys)
    store.path.write_text("anything")
    store.path.chmod(0o644)
    store.clear()
    assert not store.path.exists()
    assert keys.asked == 0


async def test_after_a_log_out_no_keyring_is_said_to_have_failed(tmp_path: Path) -> None:
    keys = Keys()
    first, store = (file_store(tmp_path, storage="auto", keys=keys) for _ in range(2))
    async with first.lock():
        first.reserve()
        first.save(session())
    assert keys.kept
    store.clear()
    assert keys.kept == {}
    assert "no keyring answered" not in store.description
