"""What the tenant offers beside a sign-in: grants, scopes, device codes, revocation, log out."""

from typing import Final

from tui.auth.tenant.device_grant import DEVICE_GRANT
from tui.auth.tenant.metadata import Metadata, oauth_metadata_url, with_revocation_of
from tui.auth.tenant.remedies.explain import remedy_for
from tui.config.load import Config
from tui.config.vendors.table import vendor_of
from tui.doctor.discovery import Case, Discovered
from tui.doctor.row import Row, Tell, row, unknown
from tui.errors import ExchangeFailed, TenantMisbehaved
from tui.http.exchange import HttpClient
from tui.servers.checks import CHECK_SECONDS

OFFERS: Final = (
    "grants", "scopes", "device", "revocation", "log-out", "pushed-requests", "tenant-dpop",
)  # fmt: skip


async def look_at_offers(found: Discovered, case: Case, tell: Tell) -> None:
    """Judge each offer of the metadata; revocation last, which may take one question more."""
    config, members = case.config, found.members or {}
    try:
        metadata = found.metadata(config.issuer)
    except TenantMisbehaved:
        for each in unknown(OFFERS, "the metadata is wrong"):
            tell(each)
        return
    tell(
        grants(
            members.get("response_types_supported"), members.get("grant_types_supported"), config
        )
    )
    tell(scopes(metadata, config))
    tell(device(metadata))
    tell(log_out(metadata, config))
    tell(pushed_requests(metadata, config))
    tell(bound_tokens(members.get("dpop_signing_alg_values_supported"), config))
    tell(revocation(await _with_oauth_document(case, metadata), config))


async def _with_oauth_document(case: Case, metadata: Metadata) -> Metadata:
    """Look into the RFC 8414 document, where some say what OpenID discovery has no word for."""
    if metadata.revocation_endpoint:
        return metadata
    http = HttpClient(case.world.tenant, CHECK_SECONDS)
    try:
        answer = await http.exchange("GET", oauth_metadata_url(metadata.issuer))
        return with_revocation_of(metadata, answer.members())
    except (ExchangeFailed, TenantMisbehaved):
        return metadata
    finally:
        await http.aclose()


def grants(types: object, listed: object, config: Config) -> Row:
    """Look whether codes and refresh tokens are given, and can be redeemed."""
    if isinstance(types, list) and "code" not in types:
        return row(
            "grants",
            "wrong",
            f"the tenant answers with {', '.join(map(str, types))}, and not with a code",
            f"Allow response_type code for the client {config.client_id}.",
        )
    if not isinstance(listed, list):
        return row("grants", "unknown", "the tenant does not say which it takes")
    if "authorization_code" not in listed:
        return row(
            "grants",
            "wrong",
            "the tenant does not take authorization codes",
            f"Allow the grant authorization code for the client {config.client_id}.",
        )
    if "refresh_token" not in listed:
        return row(
            "grants",
            "warning",
            "the tenant does not say that it takes refresh tokens",
            "Allow the grant refresh token, or a session ends with its access token.",
        )
    device_too = ", device code" if DEVICE_GRANT in listed else ""
    return row("grants", "ok", f"authorization code, refresh token{device_too}")


def scopes(metadata: Metadata, config: Config) -> Row:
    """Compare what is asked for with what the tenant lists."""
    listed = metadata.scopes_supported
    if not listed:
        return row("scopes", "unknown", "the tenant does not say which it has")
    unlisted = [each for each in config.scope.split() if each not in listed]
    if not unlisted:
        return row("scopes", "ok", "the tenant lists each that is asked for")
    # A tenant need not list all that it takes (Discovery 3), and an API's seldom are.
    remedy = remedy_for("invalid_scope", "", config, listed)
    return row("scopes", "warning", f"not among the tenant's: {' '.join(unlisted)}", remedy)


def device(metadata: Metadata) -> Row:
    """Look whether one can sign in by a code on another device."""
    if metadata.device_authorization_endpoint:
        return row("device", "ok", "offered: doorkey login --device")
    remedy = "Without a browser at hand: doorkey login --paste."
    return row("device", "warning", "no device grant (RFC 8628)", remedy)


def revocation(metadata: Metadata, config: Config) -> Row:
    """Look whether a log out can revoke the refresh token."""
    methods = metadata.revocation_auth_methods
    remedy = "After a log out the refresh token stays good until it expires at the tenant."
    if not metadata.revocation_endpoint:
        return row("revocation", "warning", "not offered (RFC 7009)", remedy)
    if methods and "none" not in methods and config.client_secret is None:
        return row("revocation", "warning", "for confidential clients only", remedy)
    return row("revocation", "ok", "offered")


def log_out(metadata: Metadata, config: Config) -> Row:
    """Look whether the browser can be signed out at the tenant."""
    vendor = vendor_of(config.issuer)
    if metadata.end_session_endpoint:
        return row("log-out", "ok", "offered")
    if vendor is not None and vendor.log_out != "standard":
        return row("log-out", "ok", f"in the way of {vendor.name}")
    remedy = "After a log out the browser stays signed in: sign out on the tenant's own page."
    return row("log-out", "warning", "no end_session_endpoint", remedy)


def pushed_requests(metadata: Metadata, config: Config) -> Row:
    """Look whether requests must be pushed."""
    endpoint = metadata.pushed_request_endpoint
    if metadata.demands_pushed_requests and not endpoint:
        return row(
            "pushed-requests",
            "wrong",
            "demanded (RFC 9126 5), and pushed_authorization_request_endpoint is missing",
            "Tell the tenant's administrator, or have ordinary requests allowed for "
            f"{config.client_id}.",
        )
    if metadata.demands_pushed_requests:
        return row("pushed-requests", "ok", "demanded, and so they are pushed")
    if config.pushed_requests and not endpoint:
        found = '"pushedRequests" is true, and the tenant takes none: they go the ordinary way'
        remedy = 'Take "pushedRequests" out of the config.'
        return row("pushed-requests", "warning", found, remedy)
    return row("pushed-requests", "ok", "in use" if config.pushed_requests else "not demanded")


def bound_tokens(listed: object, config: Config) -> Row:
    """Look whether the tenant binds tokens to a key (RFC 9449 5.1), where the config wants that."""
    if not config.dpop:
        return row("tenant-dpop", "ok", "not asked for")
    if not isinstance(listed, list):
        found = '"dpop" is true, and the tenant does not say that it binds tokens to a key'
        remedy = 'Where a sign-in fails for that, take "dpop" out of the config.'
        return row("tenant-dpop", "warning", found, remedy)
    if "ES256" in listed:
        return row("tenant-dpop", "ok", "tokens are bound to a key, with ES256")
    found = f"proofs are signed with ES256, and the tenant takes {', '.join(map(str, listed))}"
    remedy = 'Allow ES256 at the tenant, or take "dpop" out of the config.'
    return row("tenant-dpop", "wrong", found, remedy)
