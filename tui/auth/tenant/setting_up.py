"""Setting up a tenant: look it up, know its vendor, compose the config, say what to register.

Nothing here asks or prints: `doorkey init` and the app's setup screen both go this way.

    found = await look_up("your.eu.auth0.com")
    members = config_members(found, client_id, audience, api_url)
    write_with_secret(path, members, ...)    # of tui/auth/store/client_secret.py; checks them
    for step in registration(found, members): ...
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tui.auth.tenant.http import TenantHttp
from tui.auth.tenant.metadata import (
    Metadata,
    discovery_url,
    no_discovery,
    parse_metadata,
    unseen_metadata,
)
from tui.config.keys import (
    DEFAULT_REDIRECT_URIS,
    DEFAULT_SCOPE,
    KEYS,
    WrongValue,
    allowed,
    issuer_of,
)
from tui.config.vendors.servers import GENERIC
from tui.config.vendors.table import recognised, vendor_of
from tui.config.vendors.vendor import Vendor
from tui.errors import ConfigInvalid, TenantMisbehaved, TenantUnreachable
from tui.json_value import Json
from tui.text import printable

if TYPE_CHECKING:
    import httpx

    from tui.config.load import Config

APP_ID: Final = r"(api://)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
"""An Application (client) ID of Entra ID; tokens of version 2 have it bare in `aud`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A tenant that answers."""

    metadata: Metadata
    vendor: Vendor

    @property
    def issuer(self) -> str:
        """Its identifier as it spells it itself, to the letter."""
        return self.metadata.issuer

    @property
    def may_demand_secret(self) -> bool:
        """Whether even a native app has to show a client secret, as far as one can tell."""
        public = "none" in self.metadata.token_auth_methods
        return self.vendor.demands_secret or (self.takes_secret and not public)

    @property
    def takes_secret(self) -> bool:
        """Whether it takes client secrets; some demand one even where they list `none`."""
        methods = self.metadata.token_auth_methods
        listed = any(name.startswith("client_secret_") for name in methods)
        return self.vendor.demands_secret or listed

    @property
    def remark(self) -> str:
        """What should be known of this tenant before anything is registered; or empty."""
        if self.vendor.key == "okta" and "/oauth2/" not in self.issuer:
            return (
                "This is Okta's org authorization server: its access tokens can be verified by "
                f"Okta alone. For an API of yours, take {self.issuer.rstrip('/')}/oauth2/default."
            )
        return ""


async def look_up(
    typed: str,
    vendor: Vendor | None = None,
    transport: "httpx.AsyncBaseTransport | None" = None,
) -> Found:
    """Ask the tenant that somebody typed, a host or an issuer URL, who it is.

    A final slash may be there or not: the tenant's own spelling is taken. `vendor` is who it is,
    where somebody knows better than its metadata tells.

    Raises:
        ConfigInvalid: this is no host and no issuer URL, or a vendor where no native app signs in.
        TenantUnreachable: no such host, or no answer.
        TenantMisbehaved: no OpenID Provider is there, or it calls itself something else.
    """
    issuer = _issuer(typed)
    http = TenantHttp(transport)
    try:
        answer = await http.get(discovery_url(issuer))
        if answer.status != 200:
            raise TenantMisbehaved(no_discovery(issuer, answer.status))
        members = answer.members()
        metadata = parse_metadata(members, _own_spelling(issuer, members))
    except (TenantMisbehaved, TenantUnreachable) as error:
        # There is no config yet that could be checked.
        said = str(error).replace("`domain` in the config", "the issuer")
        raise type(error)(said.replace("`domain` means", "you named")) from None
    finally:
        await http.aclose()
    by_looks = recognised(metadata.issuer, metadata.authorization_endpoint, metadata.jwks_uri)
    return Found(metadata, vendor or by_looks)


def unseen(typed: str) -> Found:
    """Return what is known of a tenant that cannot be looked up now: its issuer, as it was typed.

    Its vendor is known by the host, or taken for one like any other.

    Raises:
        ConfigInvalid: this is no host and no issuer URL, or a vendor where no native app signs in.
    """
    issuer = _issuer(typed)
    return Found(unseen_metadata(issuer), vendor_of(issuer) or GENERIC)


def any_tenant() -> Found:
    """Return what is as usual, for who does not know yet which tenant it will be."""
    return Found(unseen_metadata(GENERIC.issuer), GENERIC)


async def look_again(
    config: "Config",
    vendor: Vendor | None = None,
    transport: "httpx.AsyncBaseTransport | None" = None,
) -> tuple[Found, str]:
    """Ask the tenant of a config who it is; where it does not say, its issuer has to tell.

    Returns it, and why it was not looked up, or nothing.
    """
    try:
        return await look_up(config.issuer, vendor, transport), ""
    except (TenantMisbehaved, TenantUnreachable) as error:
        found = unseen(config.issuer)
        return replace(found, vendor=vendor or found.vendor), str(error)


def config_members(
    found: Found, client_id: str, audience: str, api_url: str = ""
) -> dict[str, Json]:
    """Return the members of a config for this tenant; what is as usual is left out.

    `api_url` may be empty, for the usual one.
    """
    vendor = found.vendor
    if vendor.key == "entra" and (bare := re.fullmatch(APP_ID, audience)):
        audience = bare[2]
    ways = {"by audience": "resource" if "://" in audience else "audience"}
    usual: dict[str, Json] = {
        "apiUrl": "",
        "scope": DEFAULT_SCOPE,
        "redirectUris": [*DEFAULT_REDIRECT_URIS],
        "audienceParameter": "audience",
        "authorizationParams": {},
    }
    own: dict[str, Json] = {
        "apiUrl": api_url,
        "scope": _scope(found, client_id, audience),
        "redirectUris": [*vendor.redirect_uris],
        "audienceParameter": ways.get(vendor.audience_parameter, vendor.audience_parameter),
        "authorizationParams": _authorization_params(found),
    }
    members: dict[str, Json] = {
        "domain": found.issuer,
        "clientId": client_id,
        "audience": audience,
    }
    return members | {name: value for name, value in own.items() if value != usual[name]}


def members_of(config: "Config") -> dict[str, Json]:
    """Return what `registration` needs of a config that is there."""
    return {
        "clientId": config.client_id,
        "audience": config.audience,
        "redirectUris": [*config.redirect_uris],
    }


def members_without_client(found: Found) -> dict[str, Json]:
    """Return what `registration` needs while there is no client; capitals as in docs/tenants.md."""
    uris: list[Json] = [*found.vendor.redirect_uris]
    return {"clientId": "CLIENT-ID", "audience": "AUDIENCE", "redirectUris": uris}


def registration(found: Found, members: Mapping[str, Json]) -> tuple[str, ...]:
    """Return what to do at the tenant, in its vendor's words, ready to copy."""
    callbacks = members.get("redirectUris", [*DEFAULT_REDIRECT_URIS])
    listed = callbacks if isinstance(callbacks, list) else []
    facts = {
        "client": printable(members["clientId"]),
        "audience": printable(members["audience"]),
        "callbacks": ", ".join(allowed([printable(each) for each in listed])),
    }
    return found.vendor.registration(facts)


def _issuer(typed: str) -> str:
    text = typed.strip()
    if "://" not in text and "/" in text.rstrip("/"):
        text = f"https://{text}"  # a host with a path can be meant in no other way
    text = text if "://" in text else text.rstrip("/")
    text = text.removesuffix("/.well-known/openid-configuration")
    try:
        issuer = issuer_of(str(KEYS["domain"].check(text)))
    except WrongValue as wrong:
        raise ConfigInvalid(f"The issuer must be {wrong}.") from None
    known = vendor_of(issuer)
    if known is not None and known.why_not:
        raise ConfigInvalid(known.why_not)
    return issuer


def _own_spelling(issuer: str, members: Mapping[str, Json] | None) -> str:
    """Return the tenant's own spelling of its issuer, where that differs by a final slash alone."""
    own = (members or {}).get("issuer")
    if isinstance(own, str) and own.rstrip("/") == issuer.rstrip("/"):
        return own
    return issuer


def _scope(found: Found, client_id: str, audience: str) -> str:
    vendor, listed = found.vendor, found.metadata.scopes_supported
    if vendor.key == "entra" and "://" in audience:
        return f"{DEFAULT_SCOPE} {audience}/.default"
    scope = vendor.scope.format(audience=audience)
    if vendor.key == "dex" and audience != client_id:
        # Its own ID, too: else the ID token is for the other client alone.
        peers = (f"audience:server:client_id:{each}" for each in (client_id, audience))
        return " ".join([scope, *peers])
    if vendor.key == "generic" and listed:
        return " ".join(each for each in scope.split() if each == "openid" or each in listed)
    return scope


def _authorization_params(found: Found) -> dict[str, Json]:
    vendor = found.vendor
    if vendor.key == "generic" and "offline_access" in found.metadata.scopes_supported:
        return {"prompt": "consent"}  # Core 11: a refresh token takes it
    return dict(vendor.authorization_params)
