"""`doorkey token` in the ordinary case, for scripts that run it in a loop.

The full way loads argparse, dataclasses and more, for 25 ms; this one does without. It gives
None wherever anything is out of the ordinary, and then the full way finds out what.
"""

import json
from datetime import UTC, datetime
from typing import Final

from tui.auth.validity import is_good_for
from tui.config.keys import DEFAULT_API_URL, DEFAULT_SCOPE, issuer_of, session_identity
from tui.config.paths import find_config, state_dir
from tui.errors import DoorkeyError
from tui.private_file import NotPrivate, read_private, session_name

UNUSUAL: Final = (
    AttributeError, DoorkeyError, LookupError, NotPrivate, OSError, TypeError, ValueError,
)  # fmt: skip

CHECKED: Final = frozenset({"domain", "clientId", "audience", "apiUrl", "scope"})
"""Keys that need no check here: a wrong value names a session that there is none of."""


def quick_token() -> str | None:
    """Return the access token that is kept, or None where the full way has to look."""
    try:
        config = json.loads(find_config().read_bytes())
        if config.keys() - CHECKED:
            return None
        identity = session_identity(
            issuer_of(config["domain"]),
            config["clientId"],
            config["audience"],
            config.get("scope", DEFAULT_SCOPE),
            config.get("apiUrl", DEFAULT_API_URL),
        )
        content = read_private(state_dir() / f"session-{session_name(identity)}.json")
        if content is None:
            return None
        session = json.loads(content if content.startswith(b"{") else _opened(content, identity))
        good = is_good_for(
            None,
            obtained_at=datetime.fromisoformat(session["obtained_at"]),
            expiry=datetime.fromisoformat(session["access_token_expiry"]),
            now=datetime.now(UTC),
        )
        return str(session["access_token"]) if good else None
    except UNUSUAL:
        return None


def _opened(content: bytes, identity: str) -> bytes:
    from tui.auth.store.sealing import KeyUnavailable, Sealer, SystemKeyring

    try:
        return Sealer(identity, session_name(identity), SystemKeyring()).open(content)
    except KeyUnavailable:
        raise ValueError("sealed") from None
