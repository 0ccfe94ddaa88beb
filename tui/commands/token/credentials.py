"""Programs that ask for credentials on stdin, and are answered for apiUrl's origin alone.

git does as git-credential(1) says, Bazel and others as EngFlow's credential-helper-spec.
"""

import json
import sys
from typing import Final, NamedTuple

from tui.commands.token.formats import GIT, Grant
from tui.config.paths import state_dir
from tui.errors import StoreFailed, WrongUsage
from tui.private_file import DigestFile
from tui.web_address import split_web_address

LARGEST_REQUEST_BYTES: Final = 256 * 1024
"""A token that git sends back is in it."""

USER_NAME: Final = "oauth2"
"""User name for a git that can send Basic only, and a URL without one; servers ignore it."""

TRANSPORTS: Final = {"grpcs": "https", "grpc": "http"}
"""Bazel's names for what a remote cache speaks; it is HTTP/2 to the same origin."""

ERASED: Final = "erased-tokens"
"""In the state folder: of the tokens that git was refused with."""

MOST_ERASED: Final = 16


class Request(NamedTuple):
    """A program's request for credentials. It may hold a secret: never print it as it is."""

    origin: str
    """Origin of what the credentials are for; empty where that is no web address."""
    user_name: str = ""
    takes_authtype: bool = False
    """Whether git can send another scheme than Basic (since 2.46)."""
    erased: str = ""
    """The token that git has no more use for."""


def read_request(format_name: str) -> Request:
    """Read a request from stdin.

    Raises:
        WrongUsage: it is none.
    """
    if sys.stdin is None:
        raise WrongUsage(f"--format {format_name} reads a request from stdin, and there is none.")
    if sys.stdin.isatty():
        form = "protocol=, host=, an empty line" if format_name == GIT else '{"uri": ...}, Ctrl-D'
        sys.stderr.write(f"doorkey: waiting for a request on stdin ({form})\n")
    if format_name == GIT:
        return _git_request(_lines())
    return _helper_request(sys.stdin.buffer.read(LARGEST_REQUEST_BYTES + 1))


def is_refused(token: str) -> bool:
    """Return whether git has said that the token is of no use to it."""
    return token in DigestFile(state_dir() / ERASED, MOST_ERASED)


def remember_refused(token: str) -> None:
    """Have the next `get` renew this token.

    Raises:
        StoreFailed: that cannot be written down.
    """
    try:
        DigestFile(state_dir() / ERASED, MOST_ERASED).add(token)
    except OSError as error:
        raise StoreFailed(f"The refusal cannot be noted: {error.strerror}.") from None


def answer(format_name: str, request: Request, grant: Grant) -> str:
    """Return what `get` is answered for apiUrl's origin."""
    return _git_answer(request, grant) if format_name == GIT else _helper_answer(grant)


def foreign_answer(format_name: str) -> str:
    """Return the answer to a request for another origin: no credentials."""
    return "" if format_name == GIT else json.dumps({"headers": {}})


def _git_answer(request: Request, grant: Grant) -> str:
    expiry = f"password_expiry_utc={int(grant.expires_at.timestamp())}"
    if request.takes_authtype:
        # `ephemeral`: no other helper is to keep it.
        credential = f"authtype={grant.token_type}\ncredential={grant.token}\nephemeral=1"
        return f"capability[]=authtype\n{credential}\n{expiry}"
    return f"username={request.user_name or USER_NAME}\npassword={grant.token}\n{expiry}"


def _helper_answer(grant: Grant) -> str:
    headers = {"Authorization": [grant.authorization]}
    return json.dumps({"headers": headers, "expires": grant.expiry})


def _lines() -> bytes:
    """Return lines up to an empty one, or the end."""
    taken = b""
    while len(taken) <= LARGEST_REQUEST_BYTES:
        line = sys.stdin.buffer.readline(LARGEST_REQUEST_BYTES + 1)
        if not line.strip(b"\r\n"):
            break
        taken += line
    return taken


def _git_request(content: bytes) -> Request:
    single: dict[str, str] = {}
    capabilities: list[str] = []
    for line in _text(content).split("\n"):
        name, mark, value = line.rstrip("\r").partition("=")
        if not mark and name:
            raise WrongUsage("This is not a request of git: lines of NAME=VALUE are expected.")
        if name == "capability[]":
            capabilities = [*capabilities, value] if value else []
        else:
            single[name] = value
    protocol, host = single.get("protocol", ""), single.get("host", "")
    # git decodes what %23 hides: another host's name would end where it begins.
    is_plain = protocol.isalpha() and not any(mark in host for mark in "/?#")
    return Request(
        _origin(f"{protocol}://{host}/") if is_plain else "",
        user_name=single.get("username", ""),
        takes_authtype="authtype" in capabilities,
        erased=single.get("credential") or single.get("password", ""),
    )


def _helper_request(content: bytes) -> Request:
    try:
        uri = json.loads(_text(content))["uri"]
    except (LookupError, RecursionError, TypeError, ValueError):
        uri = None
    if not isinstance(uri, str):
        raise WrongUsage('This is not a request for credentials: {"uri": "https://..."} is.')
    return Request(_origin(uri))


def _text(content: bytes) -> str:
    if len(content) > LARGEST_REQUEST_BYTES:
        raise WrongUsage("The request on stdin is over 256 KiB; no program asks like that.")
    return content.decode("utf-8", "replace")


def _origin(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    try:
        return split_web_address(f"{TRANSPORTS.get(scheme, scheme)}{mark}{rest}").origin
    except ValueError:
        return ""
