"""Tokens of vendors that an API cannot take as they are: how each is told, and what helps."""

import re
from typing import Final

from tui.api.jwt_view import JwtView
from tui.config.load import Config

GRAPH: Final = frozenset(
    {
        "00000003-0000-0000-c000-000000000000",
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/",
    }
)

OKTA_ORG: Final = re.compile(r"https://[a-z0-9-]+\.(okta|oktapreview|okta-emea)\.com/?")
"""The issuer of an organization itself; authorization servers for APIs have a path."""

ENTRA_V1: Final = "https://sts.windows.net/"

AD_FS: Final = "/adfs/services/trust"

OPAQUE: Final = (
    "The token is opaque: only its tenant can say whether it is good, so an API that checks tokens "
    'by itself cannot. Ask for one that is meant for the API: `audience` and "audienceParameter" '
    "in the config, or, at the tenant, tokens in JWT form."
)


def known_trouble(token: JwtView | None, config: Config) -> str:
    """Return why this token cannot be taken, and what helps; empty where it looks as any other."""
    if token is None:
        return OPAQUE
    if GRAPH & {*token.audiences}:
        return (
            "This token is for Microsoft Graph, which alone can verify it. Ask for your own API "
            "in `scope`, as api://APP-ID/.default."
        )
    if token.issuer.startswith(ENTRA_V1):
        return (
            "This is a token of Entra ID's version 1, whose issuer is another than the one of "
            "`domain`. Set requestedAccessTokenVersion to 2 in the API's manifest, or start the "
            f"API with --token-issuer {token.issuer}."
        )
    if token.issuer.endswith(AD_FS):
        return (
            "AD FS writes another issuer into access tokens than the one of `domain`. Start the "
            f"API with --token-issuer {token.issuer}."
        )
    if OKTA_ORG.fullmatch(token.issuer):
        return (
            "Okta's org authorization server issues tokens that Okta alone can verify. Take a "
            f'custom one: "domain": "{token.issuer.rstrip("/")}/oauth2/default".'
        )
    return _wrong_audience(token, config)


def _wrong_audience(token: JwtView, config: Config) -> str:
    if config.audience in token.audiences:
        return ""
    if not token.audiences and "token_use" in token.claims:
        return (
            "Cognito's access tokens have no aud. Start the API with --audience-claim client_id, "
            f"for the audience {config.client_id}."
        )
    if "account" in token.audiences:
        return (
            'Keycloak writes the audience "account" where nothing else is said. Give the client '
            f"an audience mapper for {config.audience} (Clients, Client scopes, the dedicated "
            "one, Add mapper, Audience)."
        )
    if token.audiences == (config.client_id,):
        return (
            "The token is meant for the client itself and for no API. Ask for the API: "
            '`audience` and "audienceParameter" in the config, or its audience at the tenant.'
        )
    if not token.audiences:
        return (
            "The token has no aud: it does not say for which API it is. Ask for the API: "
            '`audience` and "audienceParameter" in the config, or its audience at the tenant.'
        )
    return ""
