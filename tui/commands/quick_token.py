"""`doorkey token` in the ordinary case, for scripts that run it in a loop.

The full way loads argparse, dataclasses and more, for 25 ms; this one does without. Wherever
anything is out of the ordinary, the full way goes on with what has been read here.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from tui.auth.store.session_file import SessionFile
from tui.auth.validity import is_good_for
from tui.config.keys import DEFAULT_API_URL, DEFAULT_SCOPE, issuer_of, session_identity
from tui.config.paths import find_config, read_config, state_dir
from tui.config.trust import is_trusted

UNUSUAL: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)

CHECKED: Final = frozenset({"domain", "clientId", "audience", "apiUrl", "scope"})
"""Keys that need no check here: a wrong value names a session that there is none of."""


class Look(NamedTuple):
    """What the quick way has read, and the token, where it is good enough to be handed out."""

    config_path: Path
    config_text: str
    file: SessionFile | None = None
    """The session's file, where the config is an ordinary one."""
    access_token: str = ""


def quick_token() -> int:
    """Print an access token that is valid, renewed by the full way where need be."""
    seen = look()
    if not seen.access_token:
        from tui.commands.token import token_after

        return token_after(seen.config_path, seen.config_text, seen.file)
    sys.stdout.write(seen.access_token + "\n")
    sys.stdout.flush()
    return 0


def look() -> Look:
    """Read the config and the session, each once.

    Raises:
        ConfigInvalid: there is no config that can be read.
        StoreFailed: the session cannot be read, or is not to be.
    """
    path = find_config()
    text = read_config(path)
    file = None
    try:
        file = _session_file(path, text)
        return Look(path, text, file, _good_token(file.read()))
    except UNUSUAL:
        return Look(path, text, file)


def _session_file(path: Path, text: str) -> SessionFile:
    members = json.loads(text)
    issuer, api_url = issuer_of(members["domain"]), members.get("apiUrl", DEFAULT_API_URL)
    if members.keys() - CHECKED or not is_trusted(path, text, issuer, api_url):
        raise LookupError("something that has to be checked")
    scope = members.get("scope", DEFAULT_SCOPE)
    identity = session_identity(issuer, members["clientId"], members["audience"], scope, api_url)
    return SessionFile(state_dir(), identity, "auto")


def _good_token(content: bytes | None) -> str:
    if content is None:
        return ""
    session = json.loads(content)
    good = is_good_for(
        None,
        obtained_at=datetime.fromisoformat(session["obtained_at"]),
        expiry=datetime.fromisoformat(session["access_token_expiry"]),
        now=datetime.now(UTC),
    )
    return str(session["access_token"]) if good else ""
