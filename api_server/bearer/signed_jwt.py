"""A signed JWT in its compact form (RFC 7515 7.1): taken apart, nothing of it believed yet."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from api_server.bearer.refusal import InvalidToken, TokenTooLong
from api_server.bearer.strict_encoding import JsonObject, decode_base64url, parse_object

MAX_TOKEN_BYTES: Final = 8192
"""Real access tokens have 1 to 4 KiB; checked before anything is parsed."""

PARTS: Final = 3
"""Header, payload, signature."""

KNOWN_HEADERS: Final = 64
"""All tokens of one key have one header, so a few are worth remembering once read."""


@dataclass(frozen=True, slots=True)
class JoseHeader:
    """What a token says about its own signature: only good for picking one of our keys.

    `jku`, `x5u`, `jwk` and `x5c`, which bring a key along, are never looked at (RFC 8725 3.5).
    """

    algorithm: str
    kid: str | None
    media_type: str | None
    """`typ` in lower case, without `application/` (RFC 7515 4.1.9)."""


@dataclass(frozen=True, slots=True)
class SignedJwt:
    """The three parts, decoded; the payload is bytes until its signature has been checked."""

    header: JoseHeader
    payload: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, token: bytes) -> "SignedJwt":
        """Take `token` apart; raise InvalidToken or TokenTooLong."""
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenTooLong(
                f"The token has {len(token)} bytes; at most {MAX_TOKEN_BYTES} are read"
            )
        parts = token.split(b".")
        if len(parts) != PARTS:
            raise InvalidToken(
                f"Expected a signed JWT of {PARTS} parts, got {len(parts)}: "
                "opaque and encrypted access tokens are not for this API"
            )
        header = _read_header(parts[0])
        signed = token[: len(parts[0]) + 1 + len(parts[1])]
        return cls(header, _decode("payload", parts[1]), signed, _decode("signature", parts[2]))


@lru_cache(maxsize=KNOWN_HEADERS)
def _read_header(encoded: bytes) -> JoseHeader:
    try:
        members = parse_object(_decode("header", encoded))
    except ValueError as error:
        raise InvalidToken(f"The token's header cannot be read: {error}") from error
    # RFC 7515 4.1.11: an extension that must be understood is not; we understand none
    if "crit" in members:
        raise InvalidToken("The token asks for extensions (crit) that this API does not know")
    algorithm, kid, typ = _text(members, "alg"), _text(members, "kid"), _text(members, "typ")
    if algorithm is None:
        raise InvalidToken("The token's header has no alg")
    return JoseHeader(algorithm, kid, typ and typ.lower().removeprefix("application/"))


def _text(members: JsonObject, name: str) -> str | None:
    found = members.get(name)
    if found is not None and not isinstance(found, str):
        raise InvalidToken(f"The token's {name} must be a string")
    return found


def _decode(part: str, encoded: bytes) -> bytes:
    try:
        return decode_base64url(encoded)
    except ValueError as error:
        raise InvalidToken(f"The token's {part} is not base64url (RFC 7515)") from error
