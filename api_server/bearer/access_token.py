"""From a token to what it says, or to a refusal (RFC 9068 4); accepted tokens are remembered."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from sys import getsizeof
from types import MappingProxyType
from typing import Final

from api_server.bearer.claims import (
    ClaimRules,
    bound_key_of,
    require_unexpired,
    scopes_of,
    shown,
)
from api_server.bearer.dpop import hash_token
from api_server.bearer.json_web_key import ALGORITHMS, JsonWebKey
from api_server.bearer.key_set import Keys, KeySet
from api_server.bearer.refusal import InvalidToken, TokenTooLong
from api_server.bearer.signed_jwt import (
    MAX_JWT_BYTES,
    JoseHeader,
    NotSignedJwt,
    SignedJwt,
    read_header,
)
from api_server.bearer.strict_encoding import parse_object

MAX_TOKENS: Final = 4096
"""For each worker; the least recently used go first."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""For each worker. 4096 tokens of nine claims take 7 MiB; tokens of 8 KiB could take 400."""

KNOWN_HEADERS: Final = 64
"""All tokens of one key have one header, so a few are worth remembering once read."""

HOLDERS: Final = (dict, list, frozenset)
"""What claims and scopes are kept in."""

ENTRY_BYTES: Final = 700
"""What an entry takes besides its claims and scopes: digests, hash table, read-only view."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an accepted token says."""

    claims: Mapping[str, object] = field(repr=False)
    """Read-only: the next request with this token sees the same."""
    scopes: frozenset[str]
    expires_at: float
    """Epoch seconds."""
    key_thumbprint: str
    """The key that signed it: the token is good for as long as the key is in the set."""
    ath: str
    """SHA-256 of the token itself, as proofs of possession name it (RFC 9449 4.2)."""
    bound_to: str | None = None
    """The thumbprint of the key that its sender must prove to hold (RFC 9449 6.1)."""


class TokenCache:
    """A bounded memory of accepted tokens; it holds no token, only SHA-256 of it.

    Only what was accepted comes in, so nobody can fill it without the issuer's key. Expiry and
    the key's standing are the caller's to check at each use.
    """

    def __init__(self, max_tokens: int = MAX_TOKENS, max_bytes: int = MAX_BYTES) -> None:
        self._max_tokens = max_tokens
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, tuple[AccessToken, int]] = OrderedDict()
        self.held_bytes = 0
        """What the entries take."""

    def __len__(self) -> int:
        return len(self._entries)

    @staticmethod
    def digest(token: bytes) -> bytes:
        """Return the name under which `token` is remembered."""
        return hashlib.sha256(token).digest()

    def get(self, digest: bytes) -> AccessToken | None:
        """Return what is known of the token, and keep it from being dropped soon."""
        found = self._entries.get(digest)
        if found is None:
            return None
        self._entries.move_to_end(digest)
        return found[0]

    def put(self, digest: bytes, token: AccessToken) -> None:
        """Remember a token, and drop those that were not used for longest."""
        self.drop(digest)
        size = ENTRY_BYTES + _size(token)
        self._entries[digest] = token, size
        self.held_bytes += size
        while len(self._entries) > self._max_tokens or self.held_bytes > self._max_bytes:
            self.drop(next(iter(self._entries)))

    def drop(self, digest: bytes) -> None:
        """Forget a token."""
        _, size = self._entries.pop(digest, (None, 0))
        self.held_bytes -= size


def _size(token: AccessToken) -> int:
    """Return the bytes that a token's claims and scopes take in memory."""
    size = 0
    # level by level, as claims may be nested deeper than Python calls itself
    level: list[object] = [dict(token.claims), token.scopes]
    while level:
        size += sum(map(getsizeof, level))
        holders = [value for value in level if isinstance(value, HOLDERS)]
        level = [inner for holder in holders for inner in holder]
        level += [
            inner for holder in holders if isinstance(holder, dict) for inner in holder.values()
        ]
    return size


class AccessTokenVerifier:
    """Checks tokens of one issuer for one audience, and remembers those it accepted."""

    def __init__(
        self,
        rules: ClaimRules,
        keys: KeySet,
        algorithms: Collection[str] = ("RS256",),
        cache: TokenCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.keys = keys
        self._rules = rules
        self._algorithms = frozenset(algorithms)
        self._cache = TokenCache() if cache is None else cache
        self._clock = clock

    def recall(self, token: bytes) -> AccessToken | None:
        """Return what a token says that was accepted before, or None where it must be checked anew.

        Never waits. Raise InvalidToken if the token has expired since.
        """
        digest = TokenCache.digest(token)
        known, keys = self._cache.get(digest), self.keys.at_hand()
        if known is None or keys is None:
            return None
        if known.key_thumbprint not in keys.thumbprints:
            self._cache.drop(digest)
            return None
        require_unexpired(known.expires_at, self._clock())
        return known

    async def verify(self, token: bytes) -> AccessToken:
        """Return what the token says, checked anew; raise a Refusal where it is not accepted."""
        jwt, header = _parse(token)
        self._require_allowed(header.algorithm)
        keys = await self.keys.get()
        key = await self._signer(jwt, header, keys)
        verified = self._read(jwt, header, key, hash_token(token))
        self._cache.put(TokenCache.digest(token), verified)
        return verified

    def _require_allowed(self, algorithm: str) -> None:
        # RFC 8725 3.1: the token does not choose; our list does
        if algorithm not in self._algorithms:
            allow = f"; --algorithm {algorithm} allows it" if algorithm in ALGORITHMS else ""
            raise InvalidToken(
                f"Expected a token signed with {' or '.join(sorted(self._algorithms))}, "
                f"this one says {shown(algorithm)}{allow}"
            )

    async def _signer(self, jwt: SignedJwt, header: JoseHeader, keys: Keys) -> JsonWebKey:
        """Return the key that made the signature; or raise InvalidToken where none did."""
        kid, algorithm = header.kid, header.algorithm
        candidates = keys.candidates(kid, algorithm)
        if not candidates:
            newer = await self.keys.fetch_for_unknown_kid()
            candidates = newer.candidates(kid, algorithm) if newer else []
        if not candidates:
            raise InvalidToken(
                f"The issuer has no {algorithm} key {shown(kid)}: signed by another tenant, "
                "or with a key that has been withdrawn"
            )
        for key in candidates:
            if key.made(algorithm, jwt.signature, jwt.signed):
                return key
        raise InvalidToken("The token's signature is not by the issuer's key")

    def _read(self, jwt: SignedJwt, header: JoseHeader, key: JsonWebKey, ath: str) -> AccessToken:
        try:
            claims = parse_object(jwt.payload)
        except ValueError as error:
            raise InvalidToken(f"The token's payload cannot be read: {error}") from error
        expires_at = self._rules.check(claims, header.media_type, self._clock())
        return AccessToken(
            MappingProxyType(claims),
            scopes_of(claims),
            expires_at,
            key.thumbprint,
            ath,
            bound_key_of(claims),
        )


@lru_cache(maxsize=KNOWN_HEADERS)
def _known_header(encoded: bytes) -> JoseHeader:
    return read_header(encoded)


def _parse(token: bytes) -> tuple[SignedJwt, JoseHeader]:
    if len(token) > MAX_JWT_BYTES:
        raise TokenTooLong(f"The token has {len(token)} bytes; at most {MAX_JWT_BYTES} are read")
    try:
        jwt = SignedJwt.parse(token)
        return jwt, _known_header(jwt.header)
    except NotSignedJwt as error:
        raise InvalidToken(f"The token's {error}") from error
