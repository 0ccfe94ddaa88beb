"""What is known of tenants by their vendors, where standards leave it open or are not followed."""

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor of tenants."""

    name: str
    hosts: str
    """A regular expression that the host of its issuers matches; empty where it may be any."""
    log_out: Literal["standard", "auth0", "cognito"] = "standard"
    """How a browser signs out: by RP-Initiated Logout, or in the vendor's own way."""
    log_out_setting: str = ""
    """What the vendor calls the list of addresses that a log out may return to."""
    offline_params: tuple[tuple[str, str], ...] = ()
    """What asks for a refresh token where the scope `offline_access` does not."""
    why_not: str = ""
    """Why no native app can sign in here; empty where one can."""


VENDORS: Final = (
    Vendor(
        "Auth0",
        r"([a-z0-9-]+\.)+auth0\.com",
        log_out="auth0",
        log_out_setting="Applications, Settings, Allowed Logout URLs",
    ),
    Vendor(
        "Amazon Cognito",
        r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com",
        log_out="cognito",
        log_out_setting="App client, Login pages, Allowed sign-out URLs",
    ),
    Vendor(
        "Google",
        r"accounts\.google\.com",
        offline_params=(("access_type", "offline"), ("prompt", "consent")),
    ),
    Vendor(
        "GitHub",
        r"(www\.|api\.)?github\.com",
        why_not="GitHub signs people in by OAuth alone, without OpenID Connect: no ID token says "
        "who they are, and no access token of it is for your API.",
    ),
)


def vendor_of(issuer: str) -> Vendor | None:
    """Return the vendor whose host an issuer has, or None where the host tells nothing."""
    host = urlsplit(issuer).hostname or ""
    return next((each for each in VENDORS if each.hosts and re.fullmatch(each.hosts, host)), None)
