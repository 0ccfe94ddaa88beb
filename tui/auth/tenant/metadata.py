"""What a tenant says of itself: OpenID Connect Discovery 1.0 and RFC 8414."""

import re
from dataclasses import dataclass, replace
from typing import Final

from tui.config.vendors.table import vendor_of
from tui.errors import ConfigInvalid, TenantMisbehaved
from tui.json_value import Json
from tui.loopback_peer import name_of_holder
from tui.text import printable
from tui.web_address import split_web_address

WELL_KNOWN: Final = "/.well-known/"
"""What addresses of metadata have in them, and no issuer."""

LONGEST_ENDPOINT: Final = 2000
"""Characters; with the request behind it, a browser and the tenant itself have to take it."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The endpoints and abilities of one tenant, checked; an empty text is "not offered"."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    revocation_endpoint: str
    end_session_endpoint: str
    device_authorization_endpoint: str
    answers_with_iss: bool
    """`authorization_response_iss_parameter_supported` (RFC 9207 3)."""
    token_auth_methods: tuple[str, ...] = ()
    """How clients show at the token endpoint who they are; empty where it is not said."""
    revocation_auth_methods: tuple[str, ...] = ()
    """The same at the revocation endpoint."""
    scopes_supported: tuple[str, ...] = ()
    """Empty where it is not said."""
    pushed_request_endpoint: str = ""
    demands_pushed_requests: bool = False
    """`require_pushed_authorization_requests` (RFC 9126 5)."""
    proof_algorithms: tuple[str, ...] = ()
    """`dpop_signing_alg_values_supported` (RFC 9449 5.1); empty where it is not said."""


def discovery_url(issuer: str) -> str:
    """Return where an issuer publishes its metadata (Discovery 4: without a final slash)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def parse_metadata(members: dict[str, Json] | None, issuer: str) -> Metadata:
    """Check a discovery document for `issuer`.

    Raises:
        TenantMisbehaved: not an object, another issuer (to the byte), no S256, an endpoint
            missing or not https.
    """
    if members is None:
        raise TenantMisbehaved(no_discovery(issuer, 200))
    found = members.get("issuer")
    if found != issuer:
        raise TenantMisbehaved(_other_issuer(issuer, found))
    methods = members.get("code_challenge_methods_supported")
    if methods is not None and not (isinstance(methods, list) and "S256" in methods):
        # Absent says nothing (providers.md); a list without S256 says no.
        raise TenantMisbehaved(
            "The tenant does not support PKCE with S256, and without it a sign-in is not safe. "
            "Set S256 as the method of this client in the tenant's settings (RFC 7636)."
        )
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_required(members, "authorization_endpoint", issuer),
        token_endpoint=_required(members, "token_endpoint", issuer),
        jwks_uri=_required(members, "jwks_uri", issuer),
        userinfo_endpoint=_endpoint(members, "userinfo_endpoint", issuer),
        revocation_endpoint=_endpoint(members, "revocation_endpoint", issuer),
        end_session_endpoint=_endpoint(members, "end_session_endpoint", issuer),
        device_authorization_endpoint=_endpoint(members, "device_authorization_endpoint", issuer),
        answers_with_iss=members.get("authorization_response_iss_parameter_supported") is True,
        token_auth_methods=_texts(members, "token_endpoint_auth_methods_supported"),
        revocation_auth_methods=_texts(members, "revocation_endpoint_auth_methods_supported"),
        scopes_supported=_texts(members, "scopes_supported"),
        pushed_request_endpoint=_endpoint(members, "pushed_authorization_request_endpoint", issuer),
        demands_pushed_requests=members.get("require_pushed_authorization_requests") is True,
        proof_algorithms=_texts(members, "dpop_signing_alg_values_supported"),
    )


def require_proofs(metadata: Metadata, algorithm: str) -> None:
    """Raise ConfigInvalid where the tenant says that it takes no proofs signed so (RFC 9449 5.1).

    One that says nothing may take them all the same: the type of its tokens tells.
    """
    listed = metadata.proof_algorithms
    if listed and algorithm not in listed:
        raise ConfigInvalid(
            f"The tenant takes proofs of {printable(', '.join(listed), 200)} (DPoP), "
            f"and Doorkey signs with {algorithm}. Allow {algorithm} at the tenant, or take `dpop` "
            "out of the config."
        )


def unseen_metadata(issuer: str) -> Metadata:
    """Return the metadata of a tenant that has said nothing yet: its issuer alone."""
    return Metadata(issuer, "", "", "", "", "", "", "", answers_with_iss=False)


def oauth_metadata_url(issuer: str) -> str:
    """Return where an issuer publishes what it is beyond OpenID (RFC 8414 3.1)."""
    address = split_web_address(issuer)
    return f"{address.origin}/.well-known/oauth-authorization-server{address.path.rstrip('/')}"


def with_revocation_of(metadata: Metadata, members: dict[str, Json] | None) -> Metadata:
    """Add the revocation endpoint of the RFC 8414 document to what OpenID discovery says.

    Raises:
        TenantMisbehaved: the document is not this issuer's, or its endpoint is not https.
    """
    if members is None or members.get("issuer") != metadata.issuer:
        raise TenantMisbehaved(_other_issuer(metadata.issuer, (members or {}).get("issuer")))
    return replace(
        metadata,
        revocation_endpoint=_endpoint(members, "revocation_endpoint", metadata.issuer),
        revocation_auth_methods=_texts(members, "revocation_endpoint_auth_methods_supported"),
    )


def no_discovery(issuer: str, status: int) -> str:
    """Say that `issuer` publishes no metadata, and what its address should look like."""
    said = f"{discovery_url(issuer)} answered with {status}; a discovery document is expected. "
    said += _who_answers(issuer)
    vendor = vendor_of(issuer)
    if vendor is not None and vendor.why_not:
        return said + vendor.why_not
    whole = issuer.partition(WELL_KNOWN)[0]
    if whole != issuer:
        return said + f'Leave the end away: "domain": "{whole}".'
    address = split_web_address(issuer)
    if address.is_local and not address.path.strip("/"):
        return f"{said}Check `domain` in the config."
    return said + (
        "There is no OpenID Provider at `domain` in the config. The issuer of Keycloak ends in "
        "/realms/REALM, of Okta in /oauth2/default, of Entra ID in /TENANT-ID/v2.0."
    )


def _other_issuer(expected: str, found: Json) -> str:
    if not isinstance(found, str):
        return (
            f"What answers at {expected} names no issuer, and is no OpenID Provider "
            f"(OpenID Connect Discovery 1.0, 3). {_who_answers(expected)}"
            "Check `domain` in the config."
        )
    shown = printable(found, 200)
    message = f'The tenant calls itself "{shown}", but `domain` means "{expected}". '
    if "{tenantid}" in found:
        return (
            message + "Put the tenant's own issuer URL there, with its identifier in it: "
            "https://login.microsoftonline.com/TENANT-ID/v2.0."
        )
    older = re.fullmatch(r"https://sts\.windows\.net/([0-9a-f-]{36})/", shown)
    if older:
        return (
            message + "That is Entra ID's older endpoint. Put "
            f"https://login.microsoftonline.com/{older[1]}/v2.0 there."
        )
    if shown.rstrip("/") == expected.rstrip("/"):
        return message + f'They must be the same to the letter, the slash too: "domain": "{shown}".'
    return message + f'If that is your tenant, write it to the letter: "domain": "{shown}".'


def _who_answers(issuer: str) -> str:
    """Name the program that has the port of an issuer on this machine: it may be the cause."""
    address = split_web_address(issuer)
    port = address.port or 80
    held = name_of_holder(port) if address.is_local else ""
    return f"Port {port} is held by {held}: end it if that is not your tenant. " if held else ""


def _required(members: dict[str, Json], name: str, issuer: str) -> str:
    endpoint = _endpoint(members, name, issuer)
    if not endpoint:
        raise TenantMisbehaved(
            f"The tenant's discovery document has no {name}: it signs nobody in, or not by "
            "OpenID Connect. Check `domain` in the config."
        )
    return endpoint


def _texts(members: dict[str, Json], name: str) -> tuple[str, ...]:
    value = members.get(name)
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _endpoint(members: dict[str, Json], name: str, issuer: str) -> str:
    value = members.get(name)
    if value is None:
        return ""
    try:
        address = split_web_address(value) if isinstance(value, str) else None
    except ValueError:
        address = None
    if address is None or not address.is_secure or len(str(value)) > LONGEST_ENDPOINT:
        raise TenantMisbehaved(
            f'The tenant\'s {name} is "{printable(value, 200)}"; an https:// URL '
            f"of at most {LONGEST_ENDPOINT} characters is expected (http:// on loopback only). "
            "Check `domain` in the config, or tell the tenant's administrator."
        )
    if address.is_loopback and not split_web_address(issuer).is_loopback:
        # A code or a secret must not go to a local server that a remote tenant has named.
        raise TenantMisbehaved(
            f'The tenant\'s {name} is "{printable(value, 200)}", which is this machine; '
            "a tenant elsewhere has its endpoints elsewhere. Tell its administrator."
        )
    return str(value)
