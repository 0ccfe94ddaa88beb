"""Proofs of possession (RFC 9449): whether the sender of a request holds a key.

verifier = ProofVerifier(clock)
proof = verifier.verify(values, "POST", "https://tenant.example/token")
proof.thumbprint  # to compare with the token's `cnf.jkt`, or to bind a new token to
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from starlette.types import Scope

from api_server.bearer.json_web_key import ALGORITHMS, JsonWebKey, KeyUnusable, read_key
from api_server.bearer.refusal import InvalidProof, NonceNeeded, SeveralProofs
from api_server.bearer.strict_encoding import (
    JsonObject,
    decode_base64url,
    encode_base64url,
    parse_object,
)

PROOF_ALGORITHMS: Final = tuple(ALGORITHMS)
"""What may sign a proof."""

MEDIA_TYPE: Final = "dpop+jwt"
"""RFC 9449 4.2."""

MAX_PROOF_BYTES: Final = 8192
"""An honest one has 400 to 900 bytes; checked before anything is parsed."""

MAX_AGE_SECONDS: Final = 300
"""RFC 9449 4.3, 11.1: minutes at most. It allows for clocks that are off."""

MAX_AHEAD_SECONDS: Final = 30
"""By how much the sender's clock may be ahead of ours."""

MAX_REMEMBERED: Final = 100_000
"""Proofs whose replay is recognised: 330 s of 300 requests a second; some 12 MB."""

NONCE_SECONDS: Final = 120
"""A nonce is replaced after that, and accepted for as long again."""

KNOWN_KEYS: Final = 1024
"""All proofs of one key have one header, whose key is built once."""

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 6: a client that sends one of them has given its key away (RFC 9449 4.3, 7)."""

PARTS: Final = 3
"""Header, payload, signature (RFC 7515 7.1)."""

UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that is good: for which key, and with which nonce it was made."""

    thumbprint: str
    """Of the key (RFC 7638, SHA-256), as it stands in `cnf.jkt` (RFC 9449 6.1)."""
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Nonces:
    """Nonces that need no memory: a MAC of the time, the same in all processes with one secret."""

    secret: bytes = field(repr=False)
    clock: Clock

    def current(self) -> str:
        """Return the nonce of now."""
        return self._of(self._period())

    def accepts(self, nonce: str) -> bool:
        """Tell whether a nonce is the current one or the one before."""
        period, sent = self._period(), nonce.encode("utf-8", "replace")
        return any(
            hmac.compare_digest(self._of(known).encode(), sent) for known in (period, period - 1)
        )

    def _period(self) -> int:
        return int(self.clock() // NONCE_SECONDS)

    def _of(self, period: int) -> str:
        return encode_base64url(hmac.digest(self.secret, str(period).encode(), "sha256"))


class ProofVerifier:
    """Checks proofs as RFC 9449 4.3 lists it, and takes each once."""

    def __init__(
        self,
        clock: Clock,
        *,
        algorithms: Collection[str] = PROOF_ALGORITHMS,
        nonces: Nonces | None = None,
        remembered: int = MAX_REMEMBERED,
    ) -> None:
        self.nonces = nonces
        """Where there are any, each proof must have one."""
        self.algorithms = frozenset(algorithms)
        self._clock = clock
        self._remembered = remembered
        self._seen: dict[bytes, float] = {}

    def verify(
        self, values: Sequence[bytes], method: str, url: str, access_token: bytes | None = None
    ) -> Proof:
        """Return what the one `DPoP` header proves for this request.

        `url` is the address as clients know it. Raise InvalidProof, SeveralProofs or NonceNeeded.
        """
        head, payload, signature = _split(values)
        algorithm, key = _read_header(head, self.algorithms)
        claims = _read_claims(payload)
        _require_request(claims, method, url)
        _require_token(claims, access_token)
        self._require_now(claims)
        nonce = self._require_nonce(claims)
        if not key.made(algorithm, _decode("signature", signature), head + b"." + payload):
            raise InvalidProof("The proof's signature is not by the key in its header")
        self._take(key, _text(claims, "jti"))
        return Proof(key.thumbprint, nonce)

    def _require_now(self, claims: JsonObject) -> None:
        issued_at, now = claims.get("iat"), self._clock()
        if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
            raise InvalidProof("The proof's iat must be a number")
        if not now - MAX_AGE_SECONDS <= issued_at <= now + MAX_AHEAD_SECONDS:
            raise InvalidProof(
                f"The proof's iat must be within {MAX_AGE_SECONDS} s before and "
                f"{MAX_AHEAD_SECONDS} s after this server's time, {now:.0f}"
            )

    def _require_nonce(self, claims: JsonObject) -> str | None:
        nonce = _text(claims, "nonce") if "nonce" in claims else None
        if self.nonces is not None and (nonce is None or not self.nonces.accepts(nonce)):
            raise NonceNeeded("Make the proof again with the nonce of the header DPoP-Nonce")
        return nonce

    def _take(self, key: JsonWebKey, jti: str) -> None:
        """Raise InvalidProof for a proof that came before in its window (RFC 9449 11.1)."""
        # the key belongs to it: nobody can use up what another client is going to send
        digest = hashlib.sha256(f"{key.thumbprint} {jti}".encode("utf-8", "surrogatepass")).digest()
        if digest in self._seen:
            raise InvalidProof("The proof was used before: make a new one for each request")
        self._forget_oldest()
        self._seen[digest] = self._clock() + MAX_AGE_SECONDS + MAX_AHEAD_SECONDS

    def _forget_oldest(self) -> None:
        now = self._clock()
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) < self._remembered and self._seen[oldest] > now:
                return
            del self._seen[oldest]


def proofs_in(scope: Scope) -> list[bytes]:
    """Return the value of each `DPoP` header of a request."""
    return [value for name, value in scope["headers"] if name == b"dpop"]


def hash_token(access_token: bytes) -> str:
    """Return the `ath` of an access token (RFC 9449 4.2)."""
    return encode_base64url(hashlib.sha256(access_token).digest())


def _split(values: Sequence[bytes]) -> list[bytes]:
    if not values:
        raise InvalidProof("This needs a proof of possession in the header DPoP")
    if len(values) > 1:
        raise SeveralProofs("Expected one DPoP header, got several")
    if len(values[0]) > MAX_PROOF_BYTES:
        raise InvalidProof(f"Expected a proof of at most {MAX_PROOF_BYTES} bytes")
    parts = values[0].split(b".")
    if len(parts) != PARTS:
        raise InvalidProof("Expected a proof that is a signed JWT")
    return parts


@lru_cache(maxsize=KNOWN_KEYS)
def _read_header(encoded: bytes, algorithms: frozenset[str]) -> tuple[str, JsonWebKey]:
    """Return the algorithm of a proof, and its key (RFC 9449 4.2, 4.3: 4, 5 and 7)."""
    header = _read_object("header", encoded)
    if _text(header, "typ").lower().removeprefix("application/") != MEDIA_TYPE:
        raise InvalidProof(f"The proof's typ must be {MEDIA_TYPE}")
    if "crit" in header:
        raise InvalidProof("The proof asks for extensions (crit) that are not known here")
    algorithm, jwk = _text(header, "alg"), header.get("jwk")
    if algorithm not in algorithms:
        raise InvalidProof(f"The proof's alg must be one of: {' '.join(sorted(algorithms))}")
    if not isinstance(jwk, dict) or PRIVATE_MEMBERS & jwk.keys():
        raise InvalidProof("The proof's jwk must be a public key")
    try:
        return algorithm, read_key(jwk, (algorithm,))
    except KeyUnusable as error:
        raise InvalidProof(f"The proof's jwk cannot be used: {error}") from error


def _read_claims(encoded: bytes) -> JsonObject:
    claims = _read_object("payload", encoded)
    if not _text(claims, "jti"):
        raise InvalidProof("The proof's jti must not be empty")
    return claims


def _require_request(claims: JsonObject, method: str, url: str) -> None:
    if _text(claims, "htm") != method:
        raise InvalidProof(f"The proof's htm must be {method}")
    if not is_same_url(_text(claims, "htu"), url):
        raise InvalidProof(f"The proof's htu must be {url}")


def _require_token(claims: JsonObject, access_token: bytes | None) -> None:
    if access_token is not None and _text(claims, "ath") != hash_token(access_token):
        raise InvalidProof("The proof's ath must be the hash of the access token")


def is_same_url(one: str, other: str) -> bool:
    """Compare without query and fragment, normalised (RFC 9449 4.3: 9, RFC 3986 6.2)."""
    if one == other:
        return True
    try:
        return _normalized(one) == _normalized(other)
    except ValueError:
        return False


def _normalized(url: str) -> tuple[str, str, str]:
    if not url.isprintable() or " " in url:
        # urlsplit would take some of these letters out
        raise ValueError("not a URL")
    parts = urlsplit(url)
    return parts.scheme, _authority(parts), ESCAPED.sub(_unescape, parts.path) or "/"


def _unescape(escaped: re.Match[str]) -> str:
    letter = unquote(escaped[0], "latin-1")
    return letter if UNRESERVED.fullmatch(letter) else escaped[0].upper()


def _authority(parts: SplitResult) -> str:
    user, _, _ = parts.netloc.rpartition("@")
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    return f"{user}@{parts.hostname}:{port}"


def _read_object(part: str, encoded: bytes) -> JsonObject:
    try:
        return parse_object(_decode(part, encoded))
    except ValueError as error:
        raise InvalidProof(f"The proof's {part} cannot be read: {error}") from error


def _decode(part: str, encoded: bytes) -> bytes:
    try:
        return decode_base64url(encoded)
    except ValueError as error:
        raise InvalidProof(f"The proof's {part} is not base64url (RFC 7515)") from error


def _text(members: JsonObject, name: str) -> str:
    found = members.get(name)
    if not isinstance(found, str):
        raise InvalidProof(f"The proof's {name} must be a string")
    return found
