"""`doorkey status`: who is signed in, for people and for programs."""

import json
from argparse import Namespace
from datetime import UTC, datetime
from typing import Final

from tui.auth.current import NOBODY
from tui.auth.renewal import EXPIRED
from tui.auth.session import Session
from tui.auth.store.file_store import session_store
from tui.config.load import Config, load_config
from tui.config.paths import shown
from tui.config.suggested import suggested_for
from tui.errors import SignInNeeded
from tui.json_value import Json
from tui.moments import duration, full_time, local_now, relative_time
from tui.text import printable, write_line

LABELS: Final = {
    "client_id": "client ID",
    "api_url": "API URL",
    "id_token_expiry": "ID token expiry",
    "id_token_valid": "ID token valid",
    "renewable": "can be renewed",
    "bound": "bound to a key",
    "clock_skew_seconds": "clock",
}
"""For people, where they are not the member's name."""

STATES: Final = {
    "signed_in": "yes",
    "expired": "no longer: the session has expired; doorkey login signs in again",
    "signed_out": "no; doorkey login signs in",
}
"""For people, as what is said of `signed_in`."""

MOMENTS: Final = ("signed_in_at", "access_token_expiry", "id_token_expiry")
"""Members that are times: people are told them in their own zone, and how far they are away."""


def status(arguments: Namespace) -> int:
    """Say who is signed in, without secrets; exit code 4 where nobody is, or not any more."""
    config = load_config(arguments.config)
    store = session_store(config)
    session = store.load()
    members = status_members(config, store.kind, session)
    if not arguments.json:
        words = _words(members, store.description, local_now())
        words["signed_in"] = suggested_for(config.path, STATES[str(members["state"])])
        write_line("\n".join(_lines(words)))
        return 0 if members["signed_in"] else SignInNeeded.exit_code
    if not members["signed_in"]:
        needed = SignInNeeded(EXPIRED if session else NOBODY)
        needed.further = members
        raise needed
    write_line(json.dumps(members))
    return 0


def _words(members: dict[str, Json], where: str, now: datetime) -> dict[str, Json]:
    """Return what people are told instead of the members for programs."""
    words = {name: members[name] for name in members if name != "state"}
    for name in MOMENTS:
        if name in members:
            moment = datetime.fromisoformat(str(members[name]))
            words[name] = f"{full_time(moment, now)}, {relative_time(moment, now)}"
    if skew := members.get("clock_skew_seconds"):
        words["clock_skew_seconds"] = _clock_words(int(str(skew)))
    is_kept = members["state"] != "signed_out"
    words["storage"] = where if is_kept else where.replace("Kept", "Will be kept", 1)
    return words


def _clock_words(skew_seconds: int) -> str:
    """Say how far this machine's clock is ahead of the tenant's, or behind it where below zero."""
    side = "ahead of" if skew_seconds > 0 else "behind"
    return f"{duration(abs(skew_seconds))} {side} the tenant's"


def status_members(config: Config, storage: str, session: Session | None) -> dict[str, Json]:
    """Return what is known of a config and of whoever is signed in by it; no secrets."""
    state = _state(session)
    known: dict[str, Json] = {
        "signed_in": state == "signed_in",
        "state": state,
        "issuer": config.issuer,
        "client_id": config.client_id,
        "audience": config.audience,
        "api_url": config.api_url,
        "storage": storage,
        "config": shown(config.path),
    }
    if config.profile:
        known["profile"] = config.profile
    return known | (_session_members(session) if session else {})


def _state(session: Session | None) -> str:
    if session is None:
        return "signed_out"
    return "expired" if session.has_expired(datetime.now(UTC)) else "signed_in"


def _session_members(session: Session) -> dict[str, Json]:
    tokens, profile = session.token_set, session.profile
    now = datetime.now(UTC)
    return {
        "subject": profile.subject,
        "name": profile.name,
        "email": profile.email,
        "signed_in_at": session.signed_in_at.isoformat(timespec="seconds"),
        "access_token_expiry": tokens.access_token_expiry.isoformat(timespec="seconds"),
        "access_token_valid": now < tokens.access_token_expiry,
        "id_token_expiry": tokens.token_expiry.isoformat(timespec="seconds"),
        "id_token_valid": now < tokens.token_expiry,
        "renewable": session.renewable,
        "bound": session.key is not None,
        "clock_skew_seconds": round(session.clock_skew_seconds),
        "scopes": [*tokens.scope.split()] or None,
    }


def _lines(members: dict[str, Json]) -> list[str]:
    rows = {
        LABELS.get(key, key.replace("_", " ")): _text(value)
        for key, value in members.items()
        if value != 0 or isinstance(value, bool)  # clocks that agree are nothing to speak of
    }
    width = max(len(label) for label in rows)
    return [f"{label:<{width}}  {text}" for label, text in rows.items()]


def _text(value: Json) -> str:
    if value is None or value == "":
        return "not said"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(" ".join(map(str, value)) if isinstance(value, list) else value)
