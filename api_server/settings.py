"""How the API is configured: flags and environment become frozen Settings."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from api_server.bearer.json_web_key import ALGORITHMS
from api_server.serving.flags import ADDRESS_SETTING, add_launcher_flags
from api_server.serving.listening_port import ListeningPort
from api_server.web_origin import is_safe_origin

DEFAULT_PORT: Final = 3001
"""The quickstart's port."""

MAX_WORKERS: Final = 64
"""More than the cores of any machine this is meant for; catches a port given as workers."""

METADATA_PATH: Final = "/.well-known/oauth-protected-resource"
"""RFC 9728 3."""

EPILOG: Final = """\
Every flag can be given in the environment too: API_ISSUER, API_AUDIENCE, API_HOST, API_PORT,
API_WORKERS, API_ALGORITHMS (comma-separated), API_RESOURCE, API_STRICT (1 or 0). A flag wins.
"""


class SettingsInvalid(ValueError):
    """A setting cannot be used; the message names it and says what was expected."""


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
        unknown = [name for name in self.algorithms if name not in ALGORITHMS]
        if unknown or not self.algorithms:
            raise SettingsInvalid(
                f"--algorithm {','.join(unknown) or '(none)'}: expected {' or '.join(ALGORITHMS)}"
            )

    @property
    def resource_url(self) -> str:
        """Where clients find this API: as configured, else the audience if it is a URL."""
        if self.resource is not None:
            return self.resource
        if is_safe_origin(self.audience):
            return self.audience
        return ListeningPort(self.host, self.port).url

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
            stop_with_stdin=given.stop_with_stdin,
            address_setting=given.address_setting,
        )
    except SettingsInvalid as error:
        parser.error(str(error))


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
        help="RS256, ES256, or both with a comma (%(default)s)",
    )
    add("--resource", default=given("API_RESOURCE"), help="this API's public URL (RFC 9728)")
    add("--strict", action="store_true", help="only tokens that are complete as of RFC 9068")
    add_launcher_flags(parser)
    return parser


def _required(text: str | None, flag: str, variable: str) -> str:
    if not text:
        raise SettingsInvalid(f"{flag} (or {variable}) is missing")
    return text


def _number(flag: str, text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise SettingsInvalid(f"{flag} {text!r}: expected a whole number from 1 to {most}")
    return int(text)


def _switch(variable: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingsInvalid(f"{variable} {text!r}: expected 1 or 0")
    return text == "1"
