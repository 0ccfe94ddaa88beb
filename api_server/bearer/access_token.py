"""From a token to what it says, or to a refusal (RFC 9068 4)."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from api_server.bearer.claims import ClaimRules, require_unexpired, scopes_of, shown
from api_server.bearer.json_web_key import JsonWebKey
from api_server.bearer.key_set import Keys, KeySet
from api_server.bearer.refusal import InvalidTokenError
from api_server.bearer.signed_jwt import SignedJwt
from api_server.bearer.strict_json import parse_object
from api_server.bearer.token_cache import TokenCache


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token that was accepted says."""

    claims: Mapping[str, object] = field(repr=False)
    """Read-only: the next request with this token sees the same."""
    scopes: frozenset[str]
    expires_at: float
    """Epoch seconds."""
    key_thumbprint: str
    """The key that signed it: the token is good for as long as the key is in the set."""


class AccessTokenVerifier:
    """Checks tokens of one issuer for one audience; remembers those it has accepted."""

    def __init__(
        self,
        rules: ClaimRules,
        keys: KeySet,
        algorithms: Sequence[str] = ("RS256",),
        cache: TokenCache[AccessToken] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.keys = keys
        self._rules = rules
        self._algorithms = frozenset(algorithms)
        self._cache = TokenCache() if cache is None else cache
        self._clock = clock

    def recall(self, token: bytes) -> AccessToken | None:
        """Return what a token says that was accepted before, if that still holds.

        Waits for nothing; raises InvalidTokenError if the token has expired since.
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
        """Return what the token says, checked anew; raises a Refusal."""
        jwt = SignedJwt.parse(token)
        self._require_allowed(jwt.header.algorithm)
        keys = await self.keys.current()
        verified = self._read(jwt, await self._signer(jwt, keys))
        self._cache.put(TokenCache.digest(token), verified)
        return verified

    def _require_allowed(self, algorithm: str) -> None:
        # RFC 8725 3.1: the token does not choose; our list does
        if algorithm not in self._algorithms:
            raise InvalidTokenError(
                f"Expected a token signed with {' or '.join(sorted(self._algorithms))}, "
                f"this one says {shown(algorithm)}"
            )

    async def _signer(self, jwt: SignedJwt, keys: Keys) -> JsonWebKey:
        """Return the key that made the signature; raises InvalidTokenError if none of ours did."""
        kid, algorithm = jwt.header.kid, jwt.header.algorithm
        candidates = keys.candidates(kid, algorithm)
        if not candidates:
            newer = await self.keys.after_unknown_kid()
            candidates = newer.candidates(kid, algorithm) if newer else []
        if not candidates:
            raise InvalidTokenError(
                f"The issuer has no {algorithm} key {shown(kid)}: signed by another tenant, "
                "or with a key that has been withdrawn"
            )
        for key in candidates:
            if key.made(jwt.signature, jwt.signed):
                return key
        raise InvalidTokenError("The token's signature is not by the issuer's key")

    def _read(self, jwt: SignedJwt, key: JsonWebKey) -> AccessToken:
        try:
            claims = parse_object(jwt.payload)
        except ValueError as error:
            raise InvalidTokenError(f"The token's payload cannot be read: {error}") from error
        expires_at = self._rules.check(claims, jwt.header.media_type, self._clock())
        return AccessToken(MappingProxyType(claims), scopes_of(claims), expires_at, key.thumbprint)
