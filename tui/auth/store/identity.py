"""What a session belongs to: one issuer, client, audience, scope and API, and so one file name."""

import json
from typing import Final

DEFAULT_API_URL: Final = "http://localhost:3001"
DEFAULT_SCOPE: Final = "openid profile email offline_access"


def issuer_of(domain: str) -> str:
    """Give the tenant's identifier, to the letter: `domain` itself where that is a URL."""
    if "://" in domain:
        return domain
    in_brackets = domain.startswith("[")
    host = domain[1:].partition("]")[0] if in_brackets else domain.partition(":")[0]
    return f"{'http' if is_loopback(host.lower()) else 'https'}://{domain}/"


def is_loopback(host: str) -> bool:
    """Tell whether `host` (lower case, no brackets) is this machine: localhost, 127/8 or ::1."""
    if host in ("localhost", "::1"):
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(map(_is_octet, octets))


def session_identity(issuer: str, client_id: str, audience: str, scope: str, api_url: str) -> str:
    """Give the text that differs for whatever must not share a session."""
    return json.dumps((issuer, client_id, audience, scope, api_url), ensure_ascii=True)


def session_name(identity: str) -> str:
    """Give the name under which a session is kept; says nothing about it."""
    import hashlib  # loads OpenSSL, which a look at the config has no use for

    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _is_octet(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255
