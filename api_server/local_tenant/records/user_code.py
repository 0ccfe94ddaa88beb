"""User codes: what a person types to tell the tenant which device they mean (RFC 8628 6.1)."""

from typing import Final

from api_server.local_tenant.settings import Randomness

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; no digits, so nothing to mistake one for."""

LENGTH: Final = 8
"""20^8 codes: against the tries that are allowed, next to no chance (RFC 8628 5.1)."""

FAIR_BYTES: Final = 256 - 256 % len(ALPHABET)
"""Bytes from here on are drawn again, or the first letters would come more often."""


def fresh_user_code(randomness: Randomness) -> str:
    """Draw a code, without its dash."""
    letters = ""
    while len(letters) < LENGTH:
        letters += "".join(
            ALPHABET[byte % len(ALPHABET)] for byte in randomness(LENGTH) if byte < FAIR_BYTES
        )
    return letters[:LENGTH]


def shown(user_code: str) -> str:
    """Put the dash in that makes it easy to read."""
    return f"{user_code[:4]}-{user_code[4:]}"


def as_typed(text: str) -> str:
    """Take out what people put in or leave out: case, spaces, dashes."""
    return "".join(letter for letter in text.upper() if letter in ALPHABET)
