"""Proofs of possession (RFC 9449): whether the sender of a request holds a key.

verifier = ProofVerifier(clock)
proof = verifier.verify(proofs_in(scope), "POST", ["https://tenant.example/token"])
proof.thumbprint  # to bind a new token to
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from starlette.types import Scope

from api_server.bearer.credentials import BEARER, DPOP
from api_server.bearer.dpop_memory import Nonces, SeenProofs
from api_server.bearer.json_web_key import ALGORITHMS, JsonWebKey, KeyUnusable, read_key
from api_server.bearer.refusal import (
    InvalidProof,
    InvalidToken,
    NonceNeeded,
    SeveralProofs,
    TokenBound,
)
from api_server.bearer.signed_jwt import MAX_JWT_BYTES, NotSignedJwt, SignedJwt, read_header
from api_server.bearer.strict_encoding import JsonObject, encode_base64url, parse_object

PROOF_ALGORITHMS: Final = tuple(ALGORITHMS)
"""What may sign a proof."""

MEDIA_TYPE: Final = "dpop+jwt"
"""RFC 9449 4.2."""

MAX_AGE_SECONDS: Final = 300
"""RFC 9449 4.3, 11.1: minutes at most. It allows for clocks that are off."""

MAX_AHEAD_SECONDS: Final = 30
"""By how much the sender's clock may be ahead of ours."""

KNOWN_KEYS: Final = 1024
"""All proofs of one key have one header, whose key is built once: ES256's takes 50 us."""

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 6: a client that sends one of them has given its key away (RFC 9449 4.3, 7)."""

UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that is good: for which key, and with which nonce it was made."""

    thumbprint: str
    """Of the key (RFC 7638, SHA-256), as it stands in `cnf.jkt` (RFC 9449 6.1)."""
    nonce: str | None


class ProofVerifier:
    """Checks proofs as RFC 9449 4.3 lists it, and takes each once."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        nonces: Nonces | None = None,
        seen: SeenProofs | None = None,
    ) -> None:
        self.nonces = nonces
        """Where there are any, each proof must have one."""
        self._clock = clock
        self._seen = SeenProofs() if seen is None else seen

    def verify(
        self,
        values: Sequence[bytes],
        method: str,
        urls: Sequence[str],
        ath: str | None = None,
        bound_to: str | None = None,
    ) -> Proof:
        """Return what the one `DPoP` header proves for this request.

        `urls` are the addresses that the request may have had for its client. With an access
        token come its hash and the thumbprint of the key that it is bound to. Raise InvalidProof,
        or InvalidToken for a good proof of another key.
        """
        jwt = _parse(values)
        algorithm, key = _read_key(jwt.header)
        claims = _read_claims(jwt.payload)
        _require_request(claims, method, urls)
        if ath is not None and _text(claims, "ath") != ath:
            raise InvalidProof("The proof's ath must be the hash of the access token")
        now = self._clock()
        issued_at = self._require_time(claims, now)
        nonce = self._require_nonce(claims)
        if not key.made(algorithm, jwt.signature, jwt.signed):
            raise InvalidProof("The proof's signature is not by the key in its header")
        if bound_to is not None and key.thumbprint != bound_to:
            raise InvalidToken("The token is bound to another key than the proof's")
        self._take(key, _text(claims, "jti"), issued_at, now)
        return Proof(key.thumbprint, nonce)

    def check_sender(
        self, scope: Scope, scheme: str, ath: str, bound_to: str | None, urls: Sequence[str]
    ) -> str | None:
        """Return the nonce that the proof of a bound token was made with, if any.

        `ath` is the hash of the token that was sent, `bound_to` the key that it names.
        Raise a Refusal unless the token's scheme and its being bound agree, both ways, and its
        sender proves to hold the key that it is bound to (RFC 9449 7.1, 7.2).
        """
        if bound_to is None:
            if scheme == DPOP:
                raise InvalidToken("The token is not bound to a key (cnf): it is a bearer token")
            return None
        if scheme == BEARER:
            raise TokenBound(
                "The token is bound to a key (cnf) and was sent as a bearer token, without proof"
            )
        method = scope.get("method", "GET")
        return self.verify(proofs_in(scope), method, urls, ath, bound_to).nonce

    def _require_time(self, claims: JsonObject, now: float) -> float:
        issued_at = claims.get("iat")
        if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
            raise InvalidProof("The proof's iat must be a number")
        if not now - MAX_AGE_SECONDS <= issued_at <= now + MAX_AHEAD_SECONDS:
            raise InvalidProof(
                f"The proof's iat must be within {MAX_AGE_SECONDS} s before and "
                f"{MAX_AHEAD_SECONDS} s after this server's time, {now:.0f}"
            )
        if self._seen.is_too_old(issued_at):
            raise InvalidProof("The proof's iat is too long ago for so many proofs as come now")
        return issued_at

    def _require_nonce(self, claims: JsonObject) -> str | None:
        nonce = _text(claims, "nonce") if "nonce" in claims else None
        if self.nonces is not None and (nonce is None or not self.nonces.accepts(nonce)):
            raise NonceNeeded(
                "Make the proof again with the nonce of the header DPoP-Nonce",
                self.nonces.current(),
            )
        return nonce

    def _take(self, key: JsonWebKey, jti: str, issued_at: float, now: float) -> None:
        """Raise InvalidProof for a proof that came before in its window (RFC 9449 11.1)."""
        # the key belongs to it: nobody can use up what another client is going to send
        digest = hashlib.sha256(f"{key.thumbprint} {jti}".encode("utf-8", "surrogatepass")).digest()
        if not self._seen.add(digest, issued_at, now - MAX_AGE_SECONDS):
            raise InvalidProof("The proof was used before: make a new one for each request")


def proofs_in(scope: Scope) -> list[bytes]:
    """Return the value of each `DPoP` header of a request."""
    return [value for name, value in scope["headers"] if name == b"dpop"]


def hash_token(access_token: bytes) -> str:
    """Return the `ath` of an access token (RFC 9449 4.2)."""
    return encode_base64url(hashlib.sha256(access_token).digest())


def _parse(values: Sequence[bytes]) -> SignedJwt:
    if not values:
        raise InvalidProof("This needs a proof of possession in the header DPoP")
    if len(values) > 1:
        raise SeveralProofs("Expected one DPoP header, got several")
    if len(values[0]) > MAX_JWT_BYTES:
        raise InvalidProof(f"Expected a proof of at most {MAX_JWT_BYTES} bytes")
    try:
        return SignedJwt.parse(values[0])
    except NotSignedJwt as error:
        raise InvalidProof(f"The proof's {error}") from error


@lru_cache(maxsize=KNOWN_KEYS)
def _read_key(encoded_header: bytes) -> tuple[str, JsonWebKey]:
    """Return the algorithm of a proof, and its key (RFC 9449 4.2, 4.3: 4, 5 and 7)."""
    try:
        header = read_header(encoded_header)
    except NotSignedJwt as error:
        raise InvalidProof(f"The proof's {error}") from error
    if header.media_type != MEDIA_TYPE:
        raise InvalidProof(f"The proof's typ must be {MEDIA_TYPE}")
    if header.algorithm not in PROOF_ALGORITHMS:
        raise InvalidProof(f"The proof's alg must be one of: {' '.join(sorted(PROOF_ALGORITHMS))}")
    if not isinstance(header.jwk, dict) or PRIVATE_MEMBERS & header.jwk.keys():
        raise InvalidProof("The proof's jwk must be a public key")
    try:
        return header.algorithm, read_key(header.jwk, (header.algorithm,))
    except KeyUnusable as error:
        raise InvalidProof(f"The proof's jwk cannot be used: {error}") from error


def _read_claims(payload: bytes) -> JsonObject:
    try:
        claims = parse_object(payload)
    except ValueError as error:
        raise InvalidProof(f"The proof's payload cannot be read: {error}") from error
    if not _text(claims, "jti"):
        raise InvalidProof("The proof's jti must not be empty")
    return claims


def _require_request(claims: JsonObject, method: str, urls: Sequence[str]) -> None:
    if _text(claims, "htm") != method:
        raise InvalidProof(f"The proof's htm must be {method}")
    named = _text(claims, "htu")
    # nearly all spell it as we do, and each comparison of normalised addresses takes 15 us
    if named not in urls and not any(is_same_url(named, url) for url in urls):
        raise InvalidProof(f"The proof's htu must be {urls[0]}")


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
    path = ESCAPED.sub(_unescape, parts.path)
    return parts.scheme, _authority(parts), urljoin("/", path)


def _unescape(escaped: re.Match[str]) -> str:
    letter = unquote(escaped[0], "latin-1")
    return letter if UNRESERVED.fullmatch(letter) else escaped[0].upper()


def _authority(parts: SplitResult) -> str:
    user, _, _ = parts.netloc.rpartition("@")
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    return f"{user}@{parts.hostname}:{port}"


def _text(members: JsonObject, name: str) -> str:
    found = members.get(name)
    if not isinstance(found, str):
        raise InvalidProof(f"The proof's {name} must be a string")
    return found
