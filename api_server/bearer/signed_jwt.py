"""A signed JWT in its compact form (RFC 7515 7.1): taken apart, nothing of it believed yet."""

from dataclasses import dataclass, field
from typing import Final

from api_server.bearer.strict_encoding import JsonObject, decode_base64url, parse_object

MAX_JWT_BYTES: Final = 8192
"""Real access tokens have 1 to 4 KiB, proofs 1; checked before anything is parsed."""

PARTS: Final = 3
"""Header, payload, signature."""


class NotSignedJwt(ValueError):
    """A text that is no signed JWT; the message goes on after "The token's" or "The proof's"."""


@dataclass(frozen=True, slots=True)
class JoseHeader:
    """What a JWT says about its own signature.

    `jku`, `x5u` and `x5c`, which bring a key along, are never looked at (RFC 8725 3.5).
    """

    algorithm: str
    kid: str | None
    media_type: str | None
    """`typ` in lower case, without `application/` (RFC 7515 4.1.9)."""
    jwk: object
    """The key that a proof brings along (RFC 9449 4.2); of a token it is not looked at."""


@dataclass(frozen=True, slots=True)
class SignedJwt:
    """The three parts; the payload is bytes until its signature has been checked."""

    header: bytes
    """As it was sent: the JWTs of one key mostly have one header, which is worth remembering."""
    payload: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: bytes) -> "SignedJwt":
        """Take a JWT of at most MAX_JWT_BYTES apart; raise NotSignedJwt."""
        parts = text.split(b".")
        if len(parts) != PARTS:
            raise NotSignedJwt(
                f"form is not that of a signed JWT: expected {PARTS} parts, got {len(parts)} "
                "(opaque and encrypted ones cannot be read here)"
            )
        signed = text[: len(parts[0]) + 1 + len(parts[1])]
        payload, signature = _decode("payload", parts[1]), _decode("signature", parts[2])
        return cls(parts[0], payload, signed, signature)


def read_header(encoded: bytes) -> JoseHeader:
    """Return the header of a JWT; raise NotSignedJwt."""
    try:
        members = parse_object(_decode("header", encoded))
    except NotSignedJwt:
        raise
    except ValueError as error:
        raise NotSignedJwt(f"header cannot be read: {error}") from error
    # RFC 7515 4.1.11: an extension that must be understood is not; we understand none
    if "crit" in members:
        raise NotSignedJwt("header asks for extensions (crit) that are not known here")
    algorithm, kid, typ = _text(members, "alg"), _text(members, "kid"), _text(members, "typ")
    if algorithm is None:
        raise NotSignedJwt("header has no alg")
    media_type = typ and typ.lower().removeprefix("application/")
    return JoseHeader(algorithm, kid, media_type, members.get("jwk"))


def _text(members: JsonObject, name: str) -> str | None:
    found = members.get(name)
    if found is not None and not isinstance(found, str):
        raise NotSignedJwt(f"{name} must be a string")
    return found


def _decode(part: str, encoded: bytes) -> bytes:
    try:
        return decode_base64url(encoded)
    except ValueError as error:
        raise NotSignedJwt(f"{part} is not base64url (RFC 7515)") from error
