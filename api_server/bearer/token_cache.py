"""Tokens whose signature has been checked already, under a digest of their bytes."""

import hashlib
from collections import OrderedDict
from typing import Final, Generic, TypeVar

MAX_TOKENS: Final = 4096
"""About 3 KiB each, so 12 MiB for each worker; the least recently used go first."""

Entry = TypeVar("Entry")


class TokenCache(Generic[Entry]):
    """A bounded memory of accepted tokens; it holds no token, only SHA-256 of it.

    Only what was accepted comes in, so nobody can fill it without the issuer's key. Expiry and
    the key's standing are the caller's to check at each use.
    """

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        self._max_tokens = max_tokens
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @staticmethod
    def digest(token: bytes) -> bytes:
        """Return the name under which `token` is remembered."""
        return hashlib.sha256(token).digest()

    def get(self, digest: bytes) -> Entry | None:
        """Return what is known of the token, and keep it from being forgotten soon."""
        entry = self._entries.get(digest)
        if entry is not None:
            self._entries.move_to_end(digest)
        return entry

    def put(self, digest: bytes, entry: Entry) -> None:
        """Remember a token, and forget the one that was not used for longest."""
        self._entries[digest] = entry
        if len(self._entries) > self._max_tokens:
            self._entries.popitem(last=False)

    def drop(self, digest: bytes) -> None:
        """Forget a token."""
        self._entries.pop(digest, None)
