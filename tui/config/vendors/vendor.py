"""One vendor of tenants: how it is recognised, what differs there, and what to register."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.config.keys import DEFAULT_REDIRECT_URIS, DEFAULT_SCOPE


class Said(NamedTuple):
    """One statement about a vendor, and how it is known."""

    text: str
    """One sentence or two; `{client}`, `{callbacks}` and `{audience}` may stand in it."""
    was_run: bool = False
    """True where it was seen here; else it was read in what the vendor has published."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor of tenants, where standards leave something open or are not followed."""

    key: str
    """For `--vendor`."""
    name: str
    hosts: str = ""
    """A regular expression that the host of its issuers matches; empty where it may be any."""
    signs: str = ""
    """A regular expression for "authorization endpoint, a space, jwks_uri", on any host."""
    issuer: str = ""
    """What its issuers look like."""
    register: tuple[Said, ...] = ()
    """Where to click, in the vendor's own words, in order."""
    differs: tuple[Said, ...] = ()
    limits: tuple[Said, ...] = ()
    audience_parameter: Literal["audience", "resource", "none", "by audience"] = "none"
    """How the API is asked for; "by audience": `resource` where the audience is a URI."""
    scope: str = DEFAULT_SCOPE
    redirect_uris: tuple[str, ...] = DEFAULT_REDIRECT_URIS
    authorization_params: tuple[tuple[str, str], ...] = ()
    """What must be asked for in every sign-in."""
    demands_secret: bool = False
    """Whether even a native app is refused without its client secret."""
    log_out: Literal["standard", "auth0", "cognito"] = "standard"
    """How a browser signs out: by RP-Initiated Logout, or in the vendor's own way."""
    log_out_setting: str = ""
    """What the vendor calls the list of addresses that a log out may return to."""
    offline_params: tuple[tuple[str, str], ...] = ()
    """What asks for a refresh token where the scope `offline_access` does not."""
    why_not: str = ""
    """Why no native app can sign in here; empty where one can."""

    def registration(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return what to do at the tenant, step by step, with the facts of one config in it."""
        return tuple(each.text.format_map(facts) for each in self.register)


LOCALHOST_URIS = tuple(uri.replace("127.0.0.1", "localhost") for uri in DEFAULT_REDIRECT_URIS)
"""For vendors that take plain http under that name alone."""
