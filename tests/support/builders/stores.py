"""Stores on disk for tests, and a keyring that is a dict."""

from pathlib import Path

from tests.support.builders.configs import CONFIG
from tui.auth.store.file_store import FileStore
from tui.auth.store.sealing import KeyKeeper, KeyUnavailable
from tui.auth.store.session_file import SessionFile, Storage


def file_store(
    folder: Path,
    identity: str = CONFIG.session_identity,
    storage: Storage = "file",
    keys: KeyKeeper | None = None,
) -> FileStore:
    return FileStore(SessionFile(folder, identity, storage, keys))


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

    def delete(self, name: str) -> None:
        if self.locked:
            raise KeyUnavailable
        del self.kept[name]
