"""What the tenant offers beside a sign-in: grants, scopes, device codes, revocation, log out."""

from collections.abc import Iterator
from typing import Final

from tui.auth.tenant.device_grant import DEVICE_GRANT
from tui.auth.tenant.metadata import Metadata
from tui.auth.tenant.remedies.explain import remedy_for
from tui.config.load import Config
from tui.config.vendors.table import vendor_of
from tui.doctor.discovery import Discovered
from tui.doctor.row import Row, row, unknown
from tui.errors import TenantMisbehaved

OFFERS: Final = ("grants", "scopes", "device", "revocation", "log-out", "pushed-requests")


def offers(found: Discovered, config: Config) -> Iterator[Row]:
    """Judge each offer of the metadata."""
    try:
        metadata = found.metadata(config.issuer)
    except TenantMisbehaved:
        yield from unknown(OFFERS, "the metadata is wrong")
        return
    yield grants((found.members or {}).get("grant_types_supported"), config)
    yield scopes(metadata, config)
    yield device(metadata)
    yield revocation(metadata, config)
    yield log_out(metadata, config)
    yield pushed_requests(metadata, config)


def grants(listed: object, config: Config) -> Row:
    """Look whether codes and refresh tokens can be redeemed."""
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
    if not metadata.demands_pushed_requests:
        return row("pushed-requests", "ok", "not demanded of all clients")
    if config.pushed_requests:
        return row("pushed-requests", "ok", "demanded, and the config says so")
    remedy = remedy_for("invalid_request", "pushed authorization request", config)
    return row("pushed-requests", "wrong", "demanded of all clients (RFC 9126 5)", remedy)
