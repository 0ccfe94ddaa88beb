"""The session: whether there is one, and what its token says. Nothing is decided by the token."""

import asyncio
from typing import Final

from tui.api.jwt_view import JwtView, read_jwt
from tui.api.vendor_tokens import known_trouble
from tui.auth.scopes import missing_scopes
from tui.auth.session import Session
from tui.config.load import Config
from tui.doctor.discovery import Case
from tui.doctor.row import Row, Tell, row, row_of, unknown
from tui.errors import SIGN_IN_AGAIN, DoorkeyError
from tui.text import printable

RULES: Final = ("session", "token-audience", "token-scopes", "token-lifetime")

SHORT_SECONDS: Final = 120
"""An access token of less than this is renewed all the time."""


async def look(case: Case, tell: Tell) -> None:
    """Read what is kept; it is neither renewed nor sent anywhere."""
    try:
        session = await asyncio.to_thread(case.world.load_session, case.config)
    except DoorkeyError as error:
        tell(row_of("session", error))
        session = None
    else:
        tell(signed_in(session, case))
    if session is None:
        for each in unknown(RULES[1:], "there is no session"):
            tell(each)
        return
    tell(audience(read_jwt(session.token_set.access_token), case.config))
    tell(scopes(session, case.config))
    tell(lifetime(session))


def signed_in(session: Session | None, case: Case) -> Row:
    """Say whether somebody is signed in, and no more of them than that."""
    if session is None:
        return row("session", "unknown", "nobody is signed in", "Sign in: doorkey login.")
    if session.has_expired(case.world.clock()):
        return row("session", "warning", "it has expired", SIGN_IN_AGAIN)
    if not session.renewable:
        remedy = "Sign in with consent: doorkey login --prompt consent."
        return row("session", "warning", "the tenant gave no refresh token", remedy)
    return row("session", "ok", "somebody is signed in, and it can be renewed")


def audience(token: JwtView | None, config: Config) -> Row:
    """Compare for whom the access token is meant with whom it is sent to."""
    trouble = known_trouble(token, config)
    if token is None:
        return row("token-audience", "unknown", "the access token is opaque", trouble)
    said = printable(", ".join(token.audiences) or "nobody", 200)
    if config.audience in token.audiences and not trouble:
        return row("token-audience", "ok", f"meant for {said}")
    if config.audience in token.audiences:
        # The API may have been told of it.
        found = f"meant for {said}, by {printable(token.issuer)}"
        return row("token-audience", "warning", found, trouble)
    remedy = trouble or "Correct `audience` or `audienceParameter` in the config, then sign in."
    return row("token-audience", "wrong", f"meant for {said}, not for {config.audience}", remedy)


def scopes(session: Session, config: Config) -> Row:
    """Compare what was granted with what is asked for."""
    granted = session.token_set.scope
    if not granted:
        return row("token-scopes", "unknown", "the tenant does not say what it granted")
    missing = missing_scopes(config.scope, granted)
    if missing:
        remedy = f'Allow it at the tenant, then: doorkey login --scope "{config.scope}".'
        return row("token-scopes", "warning", f"not granted: {' '.join(missing)}", remedy)
    return row("token-scopes", "ok", f"granted: {granted}")


def lifetime(session: Session) -> Row:
    """Say how long an access token lives."""
    tokens = session.token_set
    seconds = round((tokens.access_token_expiry - tokens.obtained_at).total_seconds())
    if seconds < SHORT_SECONDS:
        remedy = "Have the tenant give access tokens of a few minutes or more."
        return row("token-lifetime", "warning", f"{seconds} s from each renewal", remedy)
    return row("token-lifetime", "ok", f"{seconds} s from each renewal")
