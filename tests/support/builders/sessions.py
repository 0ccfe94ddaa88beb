"""Builders of sessions, with one token set and one person."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.support.builders.configs import CONFIG
from tests.support.clocks import START
from tui.auth.session import Profile, Session, TokenSet


def session(
    *,
    access_token: str = "the-access-token",
    refresh_token: str | None = "the-refresh-token",
    lifetime_seconds: float = 3600,
    obtained_at: datetime = START,
    issuer: str = CONFIG.issuer,
) -> Session:
    token_set = TokenSet(
        access_token=access_token,
        access_token_expiry=obtained_at + timedelta(seconds=lifetime_seconds),
        id_token="the-id-token",
        token_expiry=obtained_at + timedelta(seconds=lifetime_seconds),
        refresh_token=refresh_token,
        scope="openid profile email offline_access",
        obtained_at=obtained_at,
    )
    claims = {"iss": issuer, "sub": "alice", "name": "Alice", "email": "alice@example.com"}
    return Session(token_set, Profile(claims), signed_in_at=obtained_at)


def expired(session: Session) -> Session:
    past = START - timedelta(hours=2)
    tokens = replace(
        session.token_set,
        access_token_expiry=past + timedelta(hours=1),
        token_expiry=past + timedelta(hours=1),
        obtained_at=past,
    )
    return replace(session, token_set=tokens, signed_in_at=past)
