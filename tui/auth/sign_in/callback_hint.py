"""Which callback URLs a tenant must allow, in words: its refusal is shown where we cannot see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.config import Config


def callback_hint(config: "Config") -> str:
    """Say what to allow where, for a tenant that shows an error page instead of its login."""
    return (
        "Did the browser show an error about the callback or redirect URI? Then allow these "
        f"callback URLs in the tenant's settings of the client {config.client_id}: "
        f"{listed(config.redirect_uris)}"
    )


def listed(uris: Sequence[str]) -> str:
    """Give callback URLs as tenants' settings take them: separated by commas."""
    return ", ".join(uris)
