"""Builders of what tests arrange: a clock, a config, a session."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui.auth.session import Profile, Session, TokenSet
from tui.config.load import Config

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

CONFIG = Config(
    domain="tenant.example",
    client_id="the-client",
    audience="https://api.example",
    api_url="https://api.example",
    redirect_uris=("http://127.0.0.1:0/callback",),
)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


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
