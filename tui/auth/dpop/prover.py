"""Proofs of possession (RFC 9449 4.2), each with the nonce and by the clock of who gets it."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from tui.auth.clock_skew import NO_SKEW, clock_skew, date_in
from tui.auth.dpop.authorization import is_nonce
from tui.auth.dpop.session_key import ALGORITHM, SessionKey
from tui.base64url import encode_base64url
from tui.moments import Clock
from tui.web_address import split_web_address

IDENTIFIER_BYTES: Final = 16
"""128 bits make a `jti` that no other proof has (RFC 9449 4.2 asks for 96)."""


class Prover:
    """Makes proofs with a session's key; remembers nonce and clock of each origin."""

    def __init__(
        self,
        clock: Clock,
        draw: Callable[[], str] = lambda: secrets.token_urlsafe(IDENTIFIER_BYTES),
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._nonces: dict[str, str] = {}
        self._skews: dict[str, timedelta] = {}

    def learn(self, url: str, headers: Mapping[str, str]) -> None:
        """Take what an answer of `url` says of the next proof there; names are in lower case.

        A nonce comes with any status (RFC 9449 8.2), and replaces the one before.
        """
        origin = split_web_address(url).origin
        nonce = headers.get("dpop-nonce", "")
        if is_nonce(nonce):
            self._nonces[origin] = nonce
        date = date_in(headers)
        if date is not None:
            self._skews[origin] = clock_skew(date, self._clock())

    def skew(self, url: str, otherwise: timedelta = NO_SKEW) -> timedelta:
        """Return how far our clock is ahead of that of `url`'s origin, where that is known."""
        return self._skews.get(split_web_address(url).origin, otherwise)

    def prove(
        self,
        key: SessionKey,
        method: str,
        url: str,
        access_token: str = "",
        skew: timedelta = NO_SKEW,
    ) -> str:
        """Return a new proof for one request; `skew` counts where no other was measured there."""
        claims: dict[str, object] = {
            "jti": self._draw(),
            "htm": method,
            "htu": url.partition("#")[0].partition("?")[0],
            "iat": int((self._clock() - self.skew(url, skew)).timestamp()),
        }
        if access_token:
            digest = hashlib.sha256(access_token.encode("ascii")).digest()
            claims["ath"] = encode_base64url(digest)
        nonce = self._nonces.get(split_web_address(url).origin)
        if nonce is not None:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": key.public_jwk}
        signed = f"{_encoded(header)}.{_encoded(claims)}"
        return f"{signed}.{encode_base64url(key.sign(signed.encode('ascii')))}"


def _encoded(members: Mapping[str, object]) -> str:
    return encode_base64url(json.dumps(members, separators=(",", ":")).encode("ascii"))
