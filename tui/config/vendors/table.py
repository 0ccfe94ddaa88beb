"""The table of vendors, and which of them a tenant is of."""

import re
from typing import Final
from urllib.parse import urlsplit

from tui.config.vendors.servers import (
    AUTHENTIK,
    DEX,
    DUENDE,
    GENERIC,
    KEYCLOAK,
    LEMONLDAP,
    ZITADEL,
)
from tui.config.vendors.services import (
    APPLE,
    AUTH0,
    COGNITO,
    ENTRA,
    GITHUB,
    GOOGLE,
    OKTA,
    SLACK,
)
from tui.config.vendors.vendor import Vendor

VENDORS: Final = (
    AUTH0, OKTA, ENTRA, KEYCLOAK, GOOGLE, COGNITO, AUTHENTIK, ZITADEL, DEX, DUENDE, LEMONLDAP,
    GENERIC, APPLE, SLACK, GITHUB,
)  # fmt: skip
"""In the order of docs/tenants.md."""

BY_KEY: Final = {each.key: each for each in VENDORS if not each.why_not}
"""Those that a native app can sign in at, for `--vendor`."""


def vendor_of(issuer: str) -> Vendor | None:
    """Return the vendor whose host an issuer has, or None where the host tells nothing."""
    host = urlsplit(issuer).hostname or ""
    return next((each for each in VENDORS if each.hosts and re.fullmatch(each.hosts, host)), None)


def recognised(issuer: str, authorization_endpoint: str, jwks_uri: str) -> Vendor:
    """Return the vendor by the issuer's host, or by what its metadata looks like; else GENERIC."""
    endpoints = f"{authorization_endpoint} {jwks_uri}"
    by_signs = (each for each in VENDORS if each.signs and re.search(each.signs, endpoints))
    return vendor_of(issuer) or next(by_signs, GENERIC)
