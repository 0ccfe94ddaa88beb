"""What looks like a credential, and is written to no file: rather one too many than one too few."""

import re
from collections.abc import Iterable
from typing import Final

NAMES: Final = re.compile(
    r"auth|cookie|token|secret|passw|credential|session|signature|jwt|csrf|xsrf"
    r"|(?:api|access|subscription|functions|master|private|service)[-_]?key",
    re.IGNORECASE,
)
"""Words in the name of a header whose value is a credential."""

VALUES: Final = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]{5,}"  # a JWT: base64url of '{"' at the start
    r"|\b(?:bearer|basic|dpop|negotiate|digest)\s+[\w.~+/=-]{8,}"
    r"|\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|sk[-_]|pk[-_]|rk[-_]|AKIA|AIza)[\w-]{8,}",
    re.IGNORECASE,
)
"""How known kinds of tokens and API keys begin."""

FIELDS: Final = re.compile(
    r"((?:access|refresh|id|auth|bearer|session|api)[-_]?token|client[-_]?(?:secret|assertion)"
    r"|api[-_]?key|passw(?:or)?d|code[-_]verifier)"
    r"(?:[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,}\]]",
    re.IGNORECASE,
)
"""A member of JSON, of a form or of a query that holds a credential."""

LONG_CHARACTERS: Final = 40
"""Characters; a longer run of capital and small letters and digits is no word of a language."""


def looks_like_credential(name: str, value: str) -> bool:
    """Return whether a header would let others in who read it."""
    return bool(NAMES.search(name) or VALUES.search(value)) or any(map(_is_random, value.split()))


def credential_in(text: str, held: Iterable[str]) -> str:
    """Say what in `text` looks like a credential, or is one of those that are held; or nothing."""
    if any(secret in text for secret in held if secret):
        return "one of your tokens"
    field = FIELDS.search(text)
    if field is not None:
        return field[1]
    return "something that looks like a token" if VALUES.search(text) else ""


def _is_random(word: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return len(word) >= LONG_CHARACTERS and all(any(map(kind, word)) for kind in kinds)
