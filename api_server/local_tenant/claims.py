"""What the tenant tells about a person, by scope (OIDC Core 5.4)."""

from collections.abc import Collection
from typing import Final

from api_server.local_tenant.records.people import Person
from api_server.local_tenant.settings import Settings

SCOPES: Final = {
    "openid": "Know that it is you",
    "profile": "See your name, picture, language and time zone",
    "email": "See your email address",
    "offline_access": "Keep you signed in while you are away",
    "read:messages": "Read your messages at the API",
}
"""Every scope that can be granted, with what the consent page says of it."""

PROFILE_CLAIMS: Final = (
    "name",
    "given_name",
    "family_name",
    "nickname",
    "preferred_username",
    "picture",
    "locale",
    "zoneinfo",
    "updated_at",
)
EMAIL_CLAIMS: Final = ("email", "email_verified")


def claims_about(person: Person, scope: Collection[str], settings: Settings) -> dict[str, object]:
    """Give `sub` and what the scopes allow beyond it."""
    claims: dict[str, object] = {"sub": person.subject}
    if "profile" in scope:
        claims |= _profile(person, settings)
    if "email" in scope:
        claims |= {"email": person.email, "email_verified": True}
    return claims


def _profile(person: Person, settings: Settings) -> dict[str, object]:
    return {
        "name": person.full_name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "nickname": person.name,
        "preferred_username": person.name,
        "picture": settings.url(f"people/{person.name}.svg"),
        "locale": person.locale,
        "zoneinfo": person.zoneinfo,
        "updated_at": person.updated_at,
    }
