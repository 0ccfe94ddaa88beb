"""How the API is configured: flags and environment become frozen Settings."""

import argparse
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args
from urllib.parse import urlsplit

from api_server.bearer.bearer import DpopMode
from api_server.bearer.claims import AudienceClaim
from api_server.bearer.json_web_key import ALGORITHMS
from api_server.serving.flags import ADDRESS_SETTING, Parser, SettingsInvalid, add_launcher_flags
from api_server.serving.listening_port import ListeningPort
from api_server.web_origin import is_loopback, is_safe_origin

DEFAULT_PORT: Final = 3001
"""The quickstart's port."""

MAX_WORKERS: Final = 64
"""More than the cores of any machine this is meant for; catches a port given as workers."""

METADATA_PATH: Final = "/.well-known/oauth-protected-resource"
"""RFC 9728 3."""

MIN_SECRET_CHARACTERS: Final = 32
"""Of what nonces are made from: whoever guesses it needs no server to make proofs ahead."""

EPILOG: Final = """\
Every flag can be given in the environment too: API_ISSUER, API_AUDIENCE, API_HOST, API_PORT,
API_WORKERS, API_ALGORITHMS (comma-separated), API_RESOURCE, API_TOKEN_ISSUER, API_AUDIENCE_CLAIM,
API_DPOP, and API_STRICT and API_DPOP_NONCE (1 or 0). A flag wins. Machines that share
API_DPOP_NONCE_SECRET (32 characters or more) take each other's nonces.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the API checks tokens, and where it listens."""

    issuer: str
    """The tenant's identifier, to the letter: a slash at its end counts."""
    audience: str
    """This API's identifier, as the tenant writes it into `aud`."""
    host: str = "localhost"
    port: int = DEFAULT_PORT
    workers: int = 1
    """Processes; each has its own caches and fetches the issuer's keys once."""
    algorithms: tuple[str, ...] = ("RS256",)
    strict: bool = False
    """Ask for everything that RFC 9068 asks for, not only for what keeps the API safe."""
    resource: str | None = None
    """The API's public URL, where it is another than `audience` (RFC 9728)."""
    token_issuer: str | None = None
    """What `iss` of the tokens says, where the tenant writes another than its own identifier."""
    audience_claim: AudienceClaim = "aud"
    dpop: DpopMode = "allowed"
    nonce_secret: bytes | None = field(default=None, repr=False)
    """Demands a nonce made from it in each proof of possession (RFC 9449 9)."""
    stop_with_stdin: bool = False
    address_setting: str = ADDRESS_SETTING
    """Where `host` and `port` come from, for messages."""

    def __post_init__(self) -> None:
        """Raise SettingsInvalid for a value that could not work."""
        if not is_safe_origin(self.issuer):
            raise SettingsInvalid(
                f"--issuer {self.issuer!r}: expected an https URL without query and fragment "
                "(http only on localhost, 127.0.0.0/8 or [::1]), as the tenant's discovery says it"
            )
        if not self.audience:
            raise SettingsInvalid("--audience: expected this API's identifier at the tenant")
        if self.resource is not None and not is_safe_origin(self.resource):
            raise SettingsInvalid(
                f"--resource {self.resource!r}: expected this API's public https URL "
                "(http only on localhost, 127.0.0.0/8 or [::1])"
            )
        self._check_choices()

    def _check_choices(self) -> None:
        unknown = [name for name in self.algorithms if name not in ALGORITHMS]
        if unknown or not self.algorithms:
            raise SettingsInvalid(
                f"--algorithm {','.join(unknown) or '(none)'}: expected {' or '.join(ALGORITHMS)}"
            )
        for flag, given, known in (
            ("--dpop", self.dpop, get_args(DpopMode)),
            ("--audience-claim", self.audience_claim, get_args(AudienceClaim)),
        ):
            if given not in known:
                raise SettingsInvalid(f"{flag} {given!r}: expected {' or '.join(known)}")
        if self.nonce_secret is not None and self.dpop == "off":
            raise SettingsInvalid("--dpop-nonce: there are no proofs with --dpop off")

    @property
    def resource_url(self) -> str:
        """Where clients find this API: as configured, else the audience if it is a URL."""
        if self.resource is not None:
            return self.resource
        if is_safe_origin(self.audience):
            return self.audience
        return ListeningPort(self.host, self.port).url

    @property
    def origins(self) -> tuple[str, ...]:
        """Where requests are addressed to: what proofs of possession may name (RFC 9449 4.3)."""
        parts = urlsplit(self.resource_url)
        origins = [self.resource_url, f"{parts.scheme}://{parts.netloc}"]
        if self.resource is None and is_loopback(self.host):
            names = ("localhost", "127.0.0.1", "::1")
            origins += [ListeningPort(name, self.port).url for name in (self.host, *names)]
        return tuple(dict.fromkeys(origins))

    @property
    def metadata_url(self) -> str:
        """Where the resource's metadata is (RFC 9728 3.1: inserted between host and path)."""
        parts = urlsplit(self.resource_url)
        return f"{parts.scheme}://{parts.netloc}{self.metadata_path}"

    @property
    def metadata_path(self) -> str:
        """The path of `metadata_url`."""
        return METADATA_PATH + urlsplit(self.resource_url).path.rstrip("/")


def settings_from(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the settings; on a wrong one, say so on stderr and exit with 2."""
    parser = _parser(environment)
    given = parser.parse_args(arguments)
    try:
        return Settings(
            issuer=_required(given.issuer, "--issuer", "API_ISSUER"),
            audience=_required(given.audience, "--audience", "API_AUDIENCE"),
            host=given.host,
            port=_number("--port", given.port, most=65_535),
            workers=_number("--workers", given.workers, most=MAX_WORKERS),
            algorithms=tuple(name.strip() for name in given.algorithm.split(",")),
            strict=given.strict or _switch("API_STRICT", environment.get("API_STRICT", "0")),
            resource=given.resource,
            token_issuer=given.token_issuer,
            audience_claim=given.audience_claim,
            dpop=given.dpop,
            nonce_secret=_nonce_secret(given.dpop_nonce, environment),
            stop_with_stdin=given.stop_with_stdin,
            address_setting=given.address_setting,
        )
    except SettingsInvalid as error:
        parser.error(str(error))


def _parser(environment: Mapping[str, str]) -> Parser:
    parser = Parser(
        prog="python -m api_server",
        description="An API that answers only to access tokens of its tenant.",
        epilog=EPILOG,
        allow_abbrev=False,
    )
    given = environment.get
    add: Callable[..., argparse.Action] = parser.add_argument
    add("--issuer", default=given("API_ISSUER"), help="the tenant, as discovery says it")
    add("--audience", default=given("API_AUDIENCE"), help="this API's identifier")
    add("--host", default=given("API_HOST", "localhost"), help="where to listen (%(default)s)")
    add("--port", default=given("API_PORT", str(DEFAULT_PORT)), help="(%(default)s)")
    add("--workers", default=given("API_WORKERS", "1"), help="processes (%(default)s)")
    add(
        "--algorithm",
        default=given("API_ALGORITHMS", "RS256"),
        help="what may sign tokens, with commas between: RS, PS or ES with 256, 384 or 512, "
        "EdDSA, Ed25519 (%(default)s)",
    )
    add("--resource", default=given("API_RESOURCE"), help="this API's public URL (RFC 9728)")
    add(
        "--token-issuer",
        default=given("API_TOKEN_ISSUER"),
        help="what the tokens' iss says, where it is not the issuer (Entra v1, ADFS)",
    )
    add(
        "--audience-claim",
        default=given("API_AUDIENCE_CLAIM", "aud"),
        help="aud, or client_id for tokens without aud (Cognito) (%(default)s)",
    )
    add(
        "--dpop",
        default=given("API_DPOP", "allowed"),
        help="off, allowed or required: tokens bound to a key (RFC 9449) (%(default)s)",
    )
    add("--dpop-nonce", action="store_true", help="demand a nonce of this server in each proof")
    add("--strict", action="store_true", help="only tokens that are complete as of RFC 9068")
    add_launcher_flags(parser)
    return parser


def _required(text: str | None, flag: str, variable: str) -> str:
    if not text:
        raise SettingsInvalid(f"{flag} (or {variable}) is missing")
    return text


def _nonce_secret(is_wanted: bool, environment: Mapping[str, str]) -> bytes | None:
    """Return what nonces are made from, or None where none are demanded."""
    if not (is_wanted or _switch("API_DPOP_NONCE", environment.get("API_DPOP_NONCE", "0"))):
        return None
    shared = environment.get("API_DPOP_NONCE_SECRET")
    if shared is None:
        return secrets.token_bytes()
    if len(shared) < MIN_SECRET_CHARACTERS:
        raise SettingsInvalid(
            f"API_DPOP_NONCE_SECRET: expected at least {MIN_SECRET_CHARACTERS} characters"
        )
    return shared.encode()


def _number(flag: str, text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise SettingsInvalid(f"{flag} {text!r}: expected a whole number from 1 to {most}")
    return int(text)


def _switch(variable: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingsInvalid(f"{variable} {text!r}: expected 1 or 0")
    return text == "1"
