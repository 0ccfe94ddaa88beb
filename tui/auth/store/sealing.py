"""Seals a session with AES-256-GCM, under a key that only the system's keyring keeps."""

import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from secrets import token_bytes
from typing import Final, Protocol, TypeVar

from tui.errors import StoreFailed

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""96 bits, fresh for each write (NIST SP 800-38D 8.2.2)."""

KEYRING_SECONDS: Final = 2.5
"""A keyring answers at once, or it waits for somebody to unlock it; nobody may be there."""

FORGIVEN_AFTER_SECONDS: Final = 60.0
"""Before a keyring that did not answer is asked again."""

SERVICE: Final = "doorkey"

TRUSTED_BACKENDS: Final = frozenset(
    f"keyring.backends.{name}"
    for name in ("SecretService", "kwallet", "libsecret", "macOS", "Windows")
)
"""Others that may be installed keep passwords in plain files, which a file of ours does better."""

T = TypeVar("T")


class KeyUnavailable(Exception):
    """No keyring is here, or it is locked, or it does not answer."""


class KeyKeeper(Protocol):
    """Keeps one text for each name. Calls may block, and raise KeyUnavailable."""

    def get(self, name: str) -> str | None:
        """Return what is kept for `name`, or None."""
        ...

    def set(self, name: str, text: str) -> None:
        """Keep `text` for `name`."""
        ...

    def delete(self, name: str) -> None:
        """Forget what is kept for `name`."""
        ...


class SystemKeyring:
    """The keyring of the person's desktop, or of their session on a server."""

    def get(self, name: str) -> str | None:
        """Ask the keyring."""
        return call_within(KEYRING_SECONDS, lambda: _read(name))

    def set(self, name: str, text: str) -> None:
        """Write it to the keyring."""
        call_within(KEYRING_SECONDS, lambda: _backend().set_password(SERVICE, name, text))

    def delete(self, name: str) -> None:
        """Delete it from the keyring."""
        call_within(KEYRING_SECONDS, lambda: _backend().delete_password(SERVICE, name))


class Sealer:
    """Seals and opens one session's content."""

    def __init__(self, identity: str, name: str, keys: KeyKeeper) -> None:
        self._identity = identity.encode()
        self._name = name
        self._keys = keys
        self._key: bytes | None = None
        self._failed_at: float | None = None

    @property
    def has_key(self) -> bool:
        """Whether the key is at hand."""
        return self._key is not None

    @property
    def has_failed(self) -> bool:
        """Whether the keyring was asked and did not answer."""
        return self._failed_at is not None

    def fetch_key(self, *, create: bool) -> None:
        """Have the keyring's key at hand, a new one where there is none and `create` says so.

        May block for 5 s. Without an answer there is no key at hand, and a keyring that has not
        answered is left alone for a minute.
        """
        self._key = None
        failed_at = self._failed_at
        if failed_at is not None and time.monotonic() - failed_at < FORGIVEN_AFTER_SECONDS:
            return
        self._failed_at = None
        try:
            self._key = self._kept_key()
            if self._key is None and create:
                self._keys.set(self._name, b64encode(token_bytes(KEY_BYTES)).decode("ascii"))
                self._key = self._kept_key()
        except KeyUnavailable:
            self._failed_at = time.monotonic()

    def delete_key(self) -> None:
        """Delete the key, here and in the keyring; one that does not answer keeps it."""
        self._key = None
        with suppress(KeyUnavailable):
            self._keys.delete(self._name)

    def seal(self, content: bytes) -> bytes:
        """Encrypt `content`; the key must be at hand."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if self._key is None:
            raise ValueError("no key is at hand")
        nonce = token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, content, self._identity)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt what `seal` made for this session.

        Raises:
            StoreFailed: the keyring does not answer, or has no such key.
            ValueError: it was changed, or belongs to another session.
        """
        from cryptography.exceptions import InvalidTag

        if self._key is not None:
            with suppress(InvalidTag):
                return self._decrypt(self._key, sealed)
        # A key goes with its session: another process may have made a new one of both.
        self.fetch_key(create=False)
        if self._key is None:
            # Another keyring may have it: over SSH, or in another desktop session.
            raise StoreFailed(
                "The session is sealed with a key in the system's keyring, which does not answer "
                "or does not have it. Unlock the keyring, or sign in again; the session is kept "
                "until then."
            )
        try:
            return self._decrypt(self._key, sealed)
        except InvalidTag:
            raise ValueError("it was changed, or sealed for another session") from None

    def _decrypt(self, key: bytes, sealed: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._identity)

    def _kept_key(self) -> bytes | None:
        text = self._keys.get(self._name)
        if text is None:
            return None
        try:
            key = b64decode(text, validate=True)
        except ValueError:
            return None
        return key if len(key) == KEY_BYTES else None


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _read(name: str) -> str | None:
    return _secret_service(name) or _backend().get_password(SERVICE, name)


def _secret_service(name: str) -> str | None:
    """Ask a Linux desktop's Secret Service itself for what `keyring` has put there.

    That spares the 60 ms that importing `keyring` takes, in each `doorkey token`.
    """
    if sys.platform != "linux":
        return None
    import secretstorage

    attributes = {"service": SERVICE, "username": name}
    with (
        suppress(secretstorage.SecretStorageException),
        closing(secretstorage.dbus_init()) as bus,
    ):
        for item in secretstorage.search_items(bus, attributes):
            if not item.is_locked():
                return item.get_secret().decode("ascii")
    return None


def _backend() -> _Backend:
    import keyring  # 60 ms and a dozen packages; only a sealed session needs it

    backend = keyring.get_keyring()
    # A chain of several: it writes to its first.
    first = next(iter(getattr(backend, "backends", ())), backend)
    if type(first).__module__ not in TRUSTED_BACKENDS:
        raise KeyUnavailable
    return first


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, if it does so in time; a call that hangs is left behind.

    Raises:
        KeyUnavailable: it failed, or took longer.
    """
    answers: list[T] = []

    def run() -> None:
        try:
            answers.append(call())
        except Exception:  # noqa: BLE001 - each backend has errors of its own, and all mean the same
            return

    # A daemon: a keyring that hangs must not hold our exit.
    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if not answers:
        raise KeyUnavailable
    return answers[0]
