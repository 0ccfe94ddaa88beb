"""A session as JSON, for the store: everything that is read back is checked."""

import json
from datetime import datetime
from typing import Final

from tui.auth.dpop.session_key import SessionKey
from tui.auth.session import Profile, Session, TokenSet
from tui.json_value import Json

VERSION: Final = 1

BOUND_VERSION: Final = 2
"""Of a session with a key, which a release that knows no keys must not use as if it had none."""


def session_to_json(session: Session) -> bytes:
    """Write `session` as JSON in UTF-8."""
    tokens = session.token_set
    members: dict[str, Json] = {
        "version": BOUND_VERSION if session.key else VERSION,
        "access_token": tokens.access_token,
        "access_token_expiry": tokens.access_token_expiry.isoformat(),
        "id_token": tokens.id_token,
        "token_expiry": tokens.token_expiry.isoformat(),
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
        "obtained_at": tokens.obtained_at.isoformat(),
        "profile": dict(session.profile.claims),
        "signed_in_at": session.signed_in_at.isoformat(),
        "renewed_at": [time.isoformat() for time in session.renewed_at],
        "clock_skew_seconds": session.clock_skew_seconds,
    }
    if session.key is not None:
        members["key"] = dict(session.key.members)
    return json.dumps(members).encode("ascii")


def session_from_json(content: bytes) -> Session:
    """Read a session.

    Raises:
        ValueError: not a session, or one of another version.
    """
    try:
        members = json.loads(content)
        version = members["version"]
        if version not in (VERSION, BOUND_VERSION):
            raise ValueError("another version")
        token_set = TokenSet(
            access_token=_text(members["access_token"]),
            access_token_expiry=_time(members["access_token_expiry"]),
            id_token=_text(members["id_token"]),
            token_expiry=_time(members["token_expiry"]),
            refresh_token=_text_or_none(members["refresh_token"]),
            scope=_text(members["scope"]),
            obtained_at=_time(members["obtained_at"]),
        )
        return Session(
            token_set,
            Profile(dict(members["profile"])),
            _time(members["signed_in_at"]),
            tuple(_time(time) for time in members["renewed_at"]),
            float(members["clock_skew_seconds"]),
            SessionKey.from_members(members["key"]) if version == BOUND_VERSION else None,
        )
    except (LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a session: {type(error).__name__}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError("an aware time is expected")
    return time
