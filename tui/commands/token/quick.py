"""`doorkey token` in the ordinary case, for scripts that run it in a loop.

The full way loads argparse, dataclasses and more, for 25 ms; this one does without. Wherever
anything is out of the ordinary, the full way goes on with what has been read here.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.auth.store.session_file import SessionFile, Storage
from tui.auth.validity import is_good_for
from tui.commands.token.formats import OPERATIONS, PRINTED, Asked, Grant, write
from tui.config.keys import DEFAULT_API_URL, DEFAULT_SCOPE, issuer_of, session_identity
from tui.config.paths import find_config, profile_of, read_config, state_dir
from tui.config.trust import is_trusted

if TYPE_CHECKING:
    from tui.commands.token.credentials import Request

UNUSUAL: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)

CHECKED: Final = frozenset({"domain", "clientId", "audience", "apiUrl", "scope"})
"""Keys that need no check here: a wrong value names a session that does not exist."""

OF_A_SIGN_IN: Final = frozenset({"redirectUris", "authorizationParams", "audienceParameter"})
"""Keys that do not matter for a token that is kept; the next sign-in or renewal checks them."""

STORAGES: Final[Mapping[str, Storage]] = {"auto": "auto", "keyring": "keyring", "file": "file"}
"""Values of `sessionStorage` with which another process can read the session."""

KNOWN: Final = CHECKED | OF_A_SIGN_IN | {"sessionStorage"}

ORDINARY: Final = Asked()


class Look(NamedTuple):
    """What the quick way has read, and the token, if it is valid for long enough."""

    config_path: Path
    config_text: str
    file: SessionFile | None = None
    """The session's file, where the config is an ordinary one."""
    api_url: str = ""
    grant: Grant | None = None

    @property
    def access_token(self) -> str:
        """The token that is handed out, or an empty string."""
        return self.grant.token if self.grant else ""


def quick_token(asked: Asked) -> int:
    """Print a token that is valid, renewed by the full way where need be."""
    if asked.needs_nothing:
        return 0
    seen = look(asked)
    if seen.grant is None or asked.operation == "erase":
        return _full_way(asked, seen)
    if asked.format not in OPERATIONS:
        return write(PRINTED[asked.format](seen.grant))
    return _answer(asked, seen, seen.grant)


def look(asked: Asked = ORDINARY) -> Look:
    """Read the config and the session, each once.

    Raises:
        ConfigInvalid: there is no config that can be read.
        StoreFailed: the session cannot be read, or must not be.
    """
    path = find_config()
    seen = Look(path, read_config(path))
    try:
        file, api_url = _session_file(path, seen.config_text)
        seen = seen._replace(file=file, api_url=api_url)
        return seen._replace(grant=_good_grant(file.read(), id_token=asked.id_token))
    except UNUSUAL:
        return seen


def _answer(asked: Asked, seen: Look, grant: Grant) -> int:
    from tui.commands.token import credentials  # the other formats do without

    request = credentials.read_request(asked.format)
    if request.origin != seen.api_url:
        return write(credentials.foreign_answer(asked.format))
    if credentials.is_refused(grant.token):
        return _full_way(asked, seen, request)
    return write(credentials.answer(asked.format, request, grant))


def _full_way(asked: Asked, seen: Look, request: "Request | None" = None) -> int:
    from tui.commands.token.command import token_after

    return token_after(asked, seen.config_path, seen.config_text, seen.file, request)


def _session_file(path: Path, text: str) -> tuple[SessionFile, str]:
    members = json.loads(text)
    issuer, api_url = issuer_of(members["domain"]), members.get("apiUrl", DEFAULT_API_URL)
    if members.keys() - KNOWN or not is_trusted(path, text, issuer, api_url):
        raise LookupError("something that has to be checked")
    scope = members.get("scope", DEFAULT_SCOPE)
    client_id, audience, profile = members["clientId"], members["audience"], profile_of(path)
    identity = session_identity(issuer, client_id, audience, scope, api_url, profile)
    storage = STORAGES[members.get("sessionStorage", "auto")]
    return SessionFile(state_dir(), identity, storage), api_url


def _good_grant(content: bytes | None, *, id_token: bool) -> Grant | None:
    if content is None:
        return None
    session = json.loads(content)
    if "key" in session:
        return None  # a bound token is of no use alone, and the full way says so
    expiry = datetime.fromisoformat(session["token_expiry" if id_token else "access_token_expiry"])
    obtained_at = datetime.fromisoformat(session["obtained_at"])
    if not is_good_for(None, obtained_at=obtained_at, expiry=expiry, now=datetime.now(UTC)):
        return None
    token = session["id_token" if id_token else "access_token"]
    return Grant(str(token), expiry, str(session["scope"]), is_id_token=id_token)
