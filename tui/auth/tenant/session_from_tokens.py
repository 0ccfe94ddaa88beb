"""From the tenant's token responses to a session: verified, complete, with absolute expiries."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from tui.auth.dpop.session_key import SessionKey
from tui.auth.session import Profile, Session, TokenSet
from tui.auth.tenant.id_token import Expected, expiry
from tui.auth.tenant.provider import Provider
from tui.auth.tenant.token_response import TokenResponse
from tui.errors import IdTokenRejected
from tui.json_value import Claims

RENEWALS_REMEMBERED: Final = 20
"""Enough to see a pattern; a session may be renewed for years."""


async def session_from_response(
    provider: Provider,
    response: TokenResponse,
    now: datetime,
    *,
    nonce: str | None,
    max_age_seconds: int | None,
    organization: str,
    key: SessionKey | None,
    other_scope: str = "",
) -> Session:
    """Verify what a sign-in brought, and make a session of it, with the `key` of bound tokens.

    `nonce` is None for a device grant, which has none (RFC 8628 3.1); `other_scope` is what this
    sign-in asked for in place of the config's scope.

    Raises:
        IdTokenRejected: the ID token is missing or fails a check.
        TenantUnreachable, TenantMisbehaved: its keys cannot be had.
    """
    if response.id_token is None:
        raise IdTokenRejected(_without_id_token(other_scope, by_device=nonce is None))
    expected = Expected(
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=nonce,
        access_token=response.access_token,
        max_age_seconds=max_age_seconds,
        organization=organization,
    )
    claims = await provider.verify_id_token(response.id_token, expected, response.clock_skew)
    token_set = TokenSet(
        access_token=response.access_token,
        access_token_expiry=response.access_token_expiry,
        id_token=response.id_token,
        token_expiry=expiry(claims) + response.clock_skew,
        refresh_token=response.refresh_token,
        # Left out, it should mean all that was asked for (RFC 6749 5.1). Some leave it out anyway,
        # so what is not said is not shown as granted.
        scope=response.scope or "",
        obtained_at=now,
    )
    profile = Profile(await _complete(provider, claims, response.access_token, key))
    skew_seconds = response.clock_skew.total_seconds()
    return Session(token_set, profile, now, clock_skew_seconds=skew_seconds, key=key)


def _without_id_token(other_scope: str, *, by_device: bool) -> str:
    if by_device:
        # RFC 8628 leaves it open, and some tenants do not have it there at all.
        return (
            "The tenant let this device in but sent no ID token, so nobody knows who has signed "
            "in. This tenant's device grant may have none: sign in by browser or paste instead."
        )
    if other_scope and "openid" not in other_scope.split():
        return "The tenant sent no ID token, as --scope has no openid in it. Add it there."
    return "The tenant sent no ID token, though openid was asked for. Whoever runs it can tell why."


async def session_from_renewal(
    provider: Provider, session: Session, response: TokenResponse, now: datetime
) -> Session:
    """Put a renewal's answer in the place of the session's token set.

    Raises:
        IdTokenRejected: the new ID token is not for this session (Core 12.2).
    """
    old = session.token_set
    token_set = replace(
        old,
        access_token=response.access_token,
        access_token_expiry=response.access_token_expiry,
        # No new one keeps the old one (RFC 6749 6).
        refresh_token=response.refresh_token or old.refresh_token,
        scope=response.scope or old.scope,
        obtained_at=now,
    )
    profile = session.profile
    if response.id_token is not None:
        expected = Expected(
            issuer=provider.issuer,
            client_id=provider.client_id,
            subject=profile.subject,
            access_token=response.access_token,
        )
        claims = await provider.verify_id_token(response.id_token, expected, response.clock_skew)
        token_expiry = expiry(claims) + response.clock_skew
        token_set = replace(token_set, id_token=response.id_token, token_expiry=token_expiry)
        profile = Profile({**profile.claims, **claims})
    renewals = (*session.renewed_at, now)[-RENEWALS_REMEMBERED:]
    skew_seconds = response.clock_skew.total_seconds()
    return replace(
        session,
        token_set=token_set,
        profile=profile,
        renewed_at=renewals,
        clock_skew_seconds=skew_seconds,
    )


async def _complete(
    provider: Provider, claims: Claims, access_token: str, key: SessionKey | None
) -> Claims:
    """Ask userinfo only for what the ID token leaves out; what the ID token says stands."""
    if "name" in claims and "email" in claims:
        return claims
    return {**await provider.fetch_userinfo(access_token, str(claims["sub"]), key), **claims}
