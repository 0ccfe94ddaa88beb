"""What authorizes one request (RFC 6750 2.1, RFC 9449 7.1), and what its answer says of that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.text import LONGEST_ESCAPE, REDACTED, redact, start_of_last

NONCE_WANTED: Final = "use_dpop_nonce"
"""RFC 9449 8, 9: the proof was good but for its nonce."""

LONGEST_NONCE: Final = 1024
"""Characters; a longer one would not fit into a header with the proof around it."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """The token of one request and, where it is bound to a key, the proof for that request."""

    access_token: str = field(repr=False)
    proof: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers to send (RFC 6750 2.1, RFC 9449 7.1)."""
        if not self.proof:
            return {"Authorization": f"Bearer {self.access_token}"}
        return {"Authorization": f"DPoP {self.access_token}", "DPoP": self.proof}

    def redact(self, text: str) -> str:
        """Return `text` without either, where an answer repeats it; see `redact` of tui/text."""
        return redact((self.access_token, self.proof), text)

    def redact_beginning(self, text: str) -> tuple[str, str]:
        """Return a text that goes on without either: what is ready, and the end of it.

        In that, either may have begun that has not come as a whole, and an escape as well.
        """
        clean = self.redact(text)
        longest = max(len(self.access_token), len(self.proof))
        end = start_of_last(longest + LONGEST_ESCAPE, clean)
        return clean[:end], clean[end:]

    def redact_bytes(self, content: bytes) -> bytes:
        """Return bytes that are no text without either."""
        for secret in filter(None, (self.access_token, self.proof)):
            # As the letters beside hexadecimal ones show it, too: each after a zero (UTF-16).
            for written in (secret.encode(), secret.encode("utf-16-le")[:-1]):
                content = content.replace(written, REDACTED.encode())
        return content


def asks_for_nonce(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an API refuses a proof for its nonce alone, and gives one (RFC 9449 9)."""
    challenge = headers.get("www-authenticate", "")
    return status == 401 and NONCE_WANTED in challenge and "dpop-nonce" in headers


def is_nonce(text: str) -> bool:
    """Return whether a server may have given this as its nonce, of a length that can be sent."""
    # NQCHAR (RFC 9449 8.1): no blank, no quote, no backslash.
    is_made_of_them = text.isascii() and text.isprintable() and not set(' "\\') & set(text)
    return is_made_of_them and 0 < len(text) <= LONGEST_NONCE


def says_invalid_proof(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an API refuses a proof for something else than its nonce (RFC 9449 7.1)."""
    return status == 401 and "invalid_dpop_proof" in headers.get("www-authenticate", "")


def says_invalid_token(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an API wants another token (RFC 6750 3.1)."""
    return status == 401 and "invalid_token" in headers.get("www-authenticate", "")


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name, several of one name as one with commas (RFC 9110 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
