"""Which callback URLs a tenant must allow, in words: its refusal is shown where we cannot see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.text import printable
from tui.web_address import split_web_address

if TYPE_CHECKING:
    from tui.config.load import Config


def callback_hint(config: "Config") -> str:
    """Say what to allow where, for a tenant that shows an error page instead of its login."""
    return (
        "Does the browser show an error about the callback or redirect URI? Then allow, in the "
        f"tenant's settings of the client {printable(config.client_id)}: "
        f"{', '.join(allowed(config.redirect_uris))}"
    )


def allowed(redirect_uris: Sequence[str]) -> list[str]:
    """Give callback URLs as a tenant has to allow them."""
    return [_allowed(uri) for uri in redirect_uris]


def _allowed(uri: str) -> str:
    if split_web_address(uri).port != 0:
        return uri
    # A tenant that follows RFC 8252 7.3 takes any port on loopback.
    return f"{uri.replace(':0/', '/', 1)} (with any port)"
