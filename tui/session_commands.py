"""`doorkey login`, `ping`, `status` and `logout`: data to stdout, everything else to stderr."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tui import api_client
from tui.auth.errors import ApiRefused, SignInNeeded
from tui.auth.models import Json, LogOutStep, Session, SignInProgress
from tui.auth.service import AuthService
from tui.auth.sign_in.options import SignInOptions
from tui.config import Config, load_config
from tui.text import printable

SYMBOLS = {"done": "✓", "skipped": "-", "failed": "✗"}


@asynccontextmanager
async def open_service(config: Config) -> AsyncIterator[AuthService]:
    """Give the service, and close it however the block ends."""
    service = AuthService(config)
    try:
        yield service
    finally:
        await service.aclose()


@asynccontextmanager
async def signed_in_service(config: Config) -> AsyncIterator[AuthService]:
    """Give the service with the session that is kept; raises SignInNeeded where there is none."""
    async with open_service(config) as service:
        service.take_up()
        if not service.is_authenticated():
            raise SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
        yield service


def login(arguments: Namespace) -> int:
    """Sign in through the browser."""
    config = load_config(arguments.config)
    asyncio.run(_login(config, SignInOptions(open_browser=not arguments.no_browser)))
    return 0


def ping(arguments: Namespace) -> int:
    """Call the API with an access token that is valid."""
    config = load_config(arguments.config)
    _out(asyncio.run(_ping(config)))
    return 0


def status(arguments: Namespace) -> int:
    """Say who is signed in; exit code 4 where nobody is."""
    config = load_config(arguments.config)
    service = AuthService(config)
    service.take_up()
    members = _status_members(config, service)
    if arguments.json:
        _out(json.dumps(members, indent=2))
    else:
        for line in _status_lines(members):
            _out(line)
    return 0 if service.is_authenticated() else SignInNeeded.exit_code


def logout(arguments: Namespace) -> int:
    """Wipe the session here, revoke it, and sign out at the tenant unless `--local`."""
    config = load_config(arguments.config)
    steps = asyncio.run(_logout(config, at_tenant=not arguments.local))
    return 1 if any(step.name == "local" and step.outcome == "failed" for step in steps) else 0


async def _login(config: Config, options: SignInOptions) -> None:
    async with open_service(config) as service:
        event = await service.login(options=options, watch=_show_progress)
    if event.profile is not None:
        email = f" ({printable(event.profile.email)})" if event.profile.email else ""
        _say(f"Signed in as {printable(event.profile.name)}{email}.")


async def _ping(config: Config) -> str:
    async with signed_in_service(config) as service:
        result = await api_client.ping(config.api_url, await service.get_access_token())
    if not result.ok:
        challenge = f"\n{printable(result.challenge)}" if result.challenge else ""
        raise ApiRefused(printable(result.message) + challenge)
    return printable(result.message)


async def _logout(config: Config, *, at_tenant: bool) -> tuple[LogOutStep, ...]:
    async with open_service(config) as service:
        return await service.log_out(at_tenant=at_tenant, watch=_show_step)


def _show_progress(progress: SignInProgress) -> None:
    if progress.phase == "waiting" and progress.browser in ("off", "opening"):
        _say("To sign in, open this address in a browser:\n")
        _say(progress.url + "\n")
        _say(f"Waiting at {progress.redirect_uri} for the answer (Ctrl-C cancels) ...")
    elif progress.browser == "failed":
        _say("No browser could be opened here: open the address above yourself.")
    elif progress.phase == "completing":
        _say("The answer is here; getting the tokens ...")


def _show_step(step: LogOutStep) -> None:
    _say(f"{SYMBOLS[step.outcome]} {step.message}")


def _status_members(config: Config, service: AuthService) -> dict[str, Json]:
    known: dict[str, Json] = {
        "signed_in": service.is_authenticated(),
        "issuer": config.issuer,
        "client_id": config.client_id,
        "audience": config.audience,
        "api_url": config.api_url,
        "storage": service.storage,
        "config": str(config.path),
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
        "renewable": tokens.refresh_token is not None,
        "scopes": [*tokens.scope.split()],
    }


def _status_lines(members: dict[str, Json]) -> list[str]:
    shown = {"signed_in": "signed in", "id_token_expiry": "ID token expiry"}
    rows = {shown.get(key, key.replace("_", " ")): _status_text(members[key]) for key in members}
    width = max(len(label) for label in rows)
    return [f"{label:<{width}}  {text}" for label, text in rows.items()]


def _status_text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(" ".join(map(str, value)) if isinstance(value, list) else value)


def _out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
