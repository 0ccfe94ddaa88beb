"""The keys of `auth_config.json`: what each means, its default, and how its value is checked."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from tui.text import printable
from tui.web_address import WebAddress, is_loopback, split_web_address

DEFAULT_API_URL: Final = "http://localhost:3001"
DEFAULT_SCOPE: Final = "openid profile email offline_access"
DEFAULT_REDIRECT_URIS: Final = ("http://127.0.0.1:8642/callback", "http://127.0.0.1:18642/callback")

IN_KEYRING: Final = "keyring"
"""As `clientSecret`: `doorkey init` has put the secret into the system's keyring."""

MAX_AGE: Final = r"[0-9]{1,9}"
"""Seconds since a sign-in at the tenant (Core 3.1.2.1); nine digits are thirty years."""

SCOPE_TOKENS: Final = r"[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*"
"""Scope values with one space between them (RFC 6749 3.3)."""

PROTOCOL_PARAMETERS: Final = frozenset(
    {
        "audience", "client_id", "client_secret", "code_challenge", "code_challenge_method",
        "dpop_jkt", "nonce", "redirect_uri", "request", "request_uri", "resource", "response_mode",
        "response_type", "scope", "state",
    }
)  # fmt: skip
"""What the sign-in itself sends; nobody else may set it."""


class WrongValue(Exception):
    """A value is not what its key expects; the message completes "must be ..."."""


class Key(NamedTuple):
    """One key: the field of Config that it fills, and the check of its value."""

    field: str
    meaning: str
    check: Callable[[object], object]
    required: bool = False


def issuer_of(domain: str) -> str:
    """Return the tenant's identifier, to the letter: `domain` itself where that is a URL."""
    if "://" in domain:
        return domain
    in_brackets = domain.startswith("[")
    host = domain[1:].partition("]")[0] if in_brackets else domain.partition(":")[0]
    return f"{'http' if is_loopback(host) else 'https'}://{domain}/"


def allowed(redirect_uris: Sequence[str]) -> list[str]:
    """Return callback URLs as a tenant has to allow them."""
    # A tenant that follows RFC 8252 7.3 takes any port on loopback.
    return [
        uri if split_web_address(uri).port != 0 else f"{uri.replace(':0/', '/', 1)} (with any port)"
        for uri in redirect_uris
    ]


def session_identity(
    issuer: str, client_id: str, audience: str, scope: str, api_url: str, profile: str
) -> str:
    """Return the text that differs for whatever must not share a session.

    Without a profile it is what it was before there were any, so that no session is lost.
    """
    parts = [issuer, client_id, audience, scope, api_url]
    return json.dumps([*parts, profile] if profile else parts, ensure_ascii=True)


def _text(expected: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not value or value != printable(value).strip():
            raise _wrong(expected, value)
        return value

    return check


def secret(value: object) -> str:
    """Return a client secret that can be one, or raise WrongValue, without repeating it."""
    # What stands there is not repeated: this message may end in a log.
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise WrongValue("the client's secret, a text of visible ASCII (RFC 6749 A.2)")
    return value


def _choice(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise _wrong(f"one of {', '.join(choices)}", value)
        return str(value)

    return check


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong("true or false", value)
    return value


def _address(text: str, expected: str, value: object) -> WebAddress:
    try:
        return split_web_address(text)
    except ValueError as error:
        raise _wrong(f"{expected} ({error})", value) from None


def _domain(value: object) -> str:
    expected = "a host such as tenant.eu.auth0.com, or the whole issuer URL"
    text = _text(expected)(value)
    is_url = "://" in text
    address = _address(text if is_url else f"https://{text}/", expected, value)
    if not is_url and text.strip().rstrip("/") != text.partition("/")[0]:
        raise _wrong("the whole issuer URL, with https://, when it has a path", value)
    if not is_url and text.endswith("/"):
        raise _wrong("a host without a slash behind it, or the whole issuer URL", value)
    if "?" in text or "#" in text:
        raise _wrong("an issuer without query and fragment (OpenID Connect Discovery 3)", value)
    if not address.is_secure:
        raise _wrong("an https:// issuer (http:// is for loopback only)", value)
    return text


def _api_url(value: object) -> str:
    expected = "an origin such as https://api.example.com"
    text = _text(expected)(value)
    address = _address(text, expected, value)
    if address.path not in ("", "/") or "?" in text or "#" in text:
        raise _wrong(f"{expected}, without a path", value)
    if not address.is_secure:
        raise _wrong("an https:// origin (http:// is for loopback only)", value)
    return address.origin


def _scope(value: object) -> str:
    expected = 'scopes separated by one space, "openid" among them'
    text = _text(expected)(value)
    if not re.fullmatch(SCOPE_TOKENS, text) or "openid" not in text.split(" "):
        raise _wrong(expected, value)
    return text


def _redirect_uris(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise _wrong("a list of loopback URIs such as http://127.0.0.1:8642/callback", value)
    return tuple(_redirect_uri(item) for item in value)


def _redirect_uri(value: object) -> str:
    expected = "loopback URIs such as http://127.0.0.1:8642/callback (RFC 8252 7.3)"
    text = _text(expected)(value)
    address = _address(text, expected, value)
    can_listen = address.is_local and address.port is not None and address.path.startswith("/")
    if not can_listen or "?" in text or "#" in text:
        raise _wrong(f"{expected}, with a port and without query and fragment", value)
    return text


def _authorization_params(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong('an object such as {"prompt": "login"}', value)
    for name, text in value.items():
        # some tenants (ASP.NET's) read names in any case
        if name.strip().lower() in PROTOCOL_PARAMETERS:
            raise WrongValue(f'without "{printable(name)}", which the sign-in itself sets')
        if not name or not isinstance(text, str):
            raise _wrong(f'an object of texts ("{printable(name)}" is none)', text)
        if name == "max_age" and not re.fullmatch(MAX_AGE, text):
            raise _wrong('an object in which "max_age" is a number of seconds in digits', text)
    return dict(value)


def _wrong(expected: str, value: object) -> WrongValue:
    return WrongValue(f"{expected}, not {printable(repr(value), 80)}")


KEYS: Final[dict[str, Key]] = {
    "domain": Key("domain", "the tenant's host or issuer URL", _domain, required=True),
    "clientId": Key(
        "client_id",
        "the identifier of a public native client",
        _text("the client's identifier, a text"),
        required=True,
    ),
    "clientSecret": Key("client_secret", "a secret, where the tenant demands one", secret),
    "audience": Key(
        "audience", "the API's identifier", _text("the API's identifier, a text"), required=True
    ),
    "apiUrl": Key("api_url", "the API's origin", _api_url),
    "scope": Key("scope", "what is asked for", _scope),
    "redirectUris": Key("redirect_uris", "where the browser comes back", _redirect_uris),
    "audienceParameter": Key(
        "audience_parameter",
        "how the audience is asked for",
        _choice("audience", "resource", "none"),
    ),
    "authorizationParams": Key("authorization_params", "further parameters", _authorization_params),
    "sessionStorage": Key(
        "session_storage", "where a session is kept", _choice("auto", "keyring", "file", "memory")
    ),
    "dpop": Key("dpop", "whether tokens are bound to a key of the session", _flag),
    "pushedRequests": Key("pushed_requests", "whether requests are pushed to the tenant", _flag),
}
