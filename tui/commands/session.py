"""`doorkey status` and `logout`: data to stdout, everything else to stderr."""

import asyncio
import json
import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Final

from tui.auth.current import NOBODY
from tui.auth.renewal import EXPIRED
from tui.auth.service import AuthService
from tui.auth.session import LogOutStep, Session
from tui.auth.store.file_store import session_store
from tui.config.load import Config, load_config
from tui.config.paths import shown
from tui.errors import DoorkeyError, SignInNeeded
from tui.json_value import Json
from tui.text import printable, write_line

SYMBOLS: Final = {"done": "✓", "skipped": "-", "failed": "✗", "waiting": "…"}

LABELS: Final = {
    "id_token_expiry": "ID token expiry",
    "id_token_valid": "ID token valid",
    "clock_skew_seconds": "clock ahead (seconds)",
}
"""Of `status` for people, where they are not the member's name."""

STATES: Final = {
    "signed_in": "yes",
    "expired": "no longer: the session has expired; doorkey login signs in again",
    "signed_out": "no; doorkey login signs in",
}
"""Of `status` for people, as what it says of `signed_in`."""


def status(arguments: Namespace) -> int:
    """Say who is signed in, without secrets; exit code 4 where nobody is, or not any more."""
    config = load_config(arguments.config)
    store = session_store(config)
    session = store.load()
    members = status_members(config, store.kind, session)
    if not arguments.json:
        write_line("\n".join(_status_lines(_words(members, store.description))))
        return 0 if members["signed_in"] else SignInNeeded.exit_code
    if not members["signed_in"]:
        needed = SignInNeeded(EXPIRED if session else NOBODY)
        needed.further = members
        raise needed
    write_line(json.dumps(members))
    return 0


def _words(members: dict[str, Json], where: str) -> dict[str, Json]:
    """Return what people are told instead of the members for programs."""
    state = str(members["state"])
    words = {name: members[name] for name in members if name != "state"}
    words["signed_in"] = STATES[state]
    words["storage"] = where if state != "signed_out" else where.replace("Kept", "Will be kept", 1)
    return words


def logout(arguments: Namespace) -> int:
    """Wipe the session here, revoke it, sign out at the tenant unless `--local`.

    Exit code 1 where one of these fails.
    """
    config = load_config(arguments.config)
    steps = asyncio.run(_logout(config, arguments))
    failed = [step.message for step in steps if step.outcome == "failed"]
    if arguments.json:
        members = [_step_members(step) for step in steps]
        if failed:
            raise LogOutIncomplete(" ".join(failed), members)
        write_line(json.dumps({"steps": members}))
    return 1 if failed else 0


class LogOutIncomplete(DoorkeyError):
    """A step of the log out failed."""

    word = "log_out_incomplete"
    next_step = "Nothing is kept here: end it at the tenant, or let it expire there."

    def __init__(self, message: str, steps: list[Json]) -> None:
        super().__init__(message)
        self.further = {"steps": steps}


def _step_members(step: LogOutStep) -> Json:
    return {"step": step.name, "outcome": step.outcome, "message": printable(step.message)}


async def _logout(config: Config, arguments: Namespace) -> tuple[LogOutStep, ...]:
    async with AuthService(config) as service:
        watch = _say_nothing if arguments.json else _show_step
        return await service.log_out(at_tenant=not arguments.local, watch=watch)


def _say_nothing(_step: LogOutStep) -> None:
    """Print nothing: with `--json` one object is printed at the end."""


def _show_step(step: LogOutStep) -> None:
    sys.stderr.write(f"{SYMBOLS[step.outcome]} {printable(step.message)}\n")
    sys.stderr.flush()


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
        "clock_skew_seconds": session.clock_skew_seconds,
        "scopes": [*tokens.scope.split()] or None,
    }


def _status_lines(members: dict[str, Json]) -> list[str]:
    rows = {
        LABELS.get(key, key.replace("_", " ")): _status_text(value)
        for key, value in members.items()
        if value != 0 or isinstance(value, bool)  # clocks that agree are nothing to speak of
    }
    width = max(len(label) for label in rows)
    return [f"{label:<{width}}  {text}" for label, text in rows.items()]


def _status_text(value: Json) -> str:
    if value is None or value == "":
        return "not said"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(" ".join(map(str, value)) if isinstance(value, list) else value)
