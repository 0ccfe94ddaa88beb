"""`doorkey status`: who is signed in, until when, and where that is kept. It holds no secrets."""

import json
import sys
from argparse import Namespace
from datetime import UTC, datetime

from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.config.load import Config, load_config
from tui.config.paths import shown
from tui.errors import SignInNeeded
from tui.json_value import Json
from tui.text import printable


def status(arguments: Namespace) -> int:
    """Say who is signed in; exit code 4 where nobody is."""
    config = load_config(arguments.config)
    service = AuthService(config)
    service.take_up()
    members = _status_members(config, service)
    lines = [json.dumps(members, indent=2)] if arguments.json else _status_lines(members)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return 0 if service.is_authenticated() else SignInNeeded.exit_code


def _status_members(config: Config, service: AuthService) -> dict[str, Json]:
    known: dict[str, Json] = {
        "signed_in": service.is_authenticated(),
        "issuer": config.issuer,
        "client_id": config.client_id,
        "audience": config.audience,
        "api_url": config.api_url,
        "storage": service.storage,
        "config": shown(config.path),
    }
    return known | (_session_members(service.session) if service.session else {})


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
        "clock_skew_seconds": session.clock_skew_seconds,
        "scopes": [*tokens.scope.split()],
    }


def _status_lines(members: dict[str, Json]) -> list[str]:
    shown = {
        "id_token_expiry": "ID token expiry",
        "id_token_valid": "ID token valid",
        "clock_skew_seconds": "clock ahead (seconds)",
    }
    rows = {
        shown.get(key, key.replace("_", " ")): _status_text(value)
        for key, value in members.items()
        if value != 0 or isinstance(value, bool)  # clocks that agree are nothing to speak of
    }
    width = max(len(label) for label in rows)
    return [f"{label:<{width}}  {text}" for label, text in rows.items()]


def _status_text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(" ".join(map(str, value)) if isinstance(value, list) else value)
