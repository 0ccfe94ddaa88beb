"""Which remedy a refusal gets: the first rule that fits, read from the top.

The vendors' own words come before the codes of the standards.
"""

from typing import TYPE_CHECKING, Final, TypeVar

from tui.auth.tenant.remedies.standards import STANDARD_RULES
from tui.auth.tenant.remedies.vendors import VENDOR_RULES
from tui.config.keys import allowed
from tui.errors import GrantRefused, SignInRefused
from tui.text import printable

if TYPE_CHECKING:
    from tui.auth.tenant.metadata import Metadata
    from tui.config.load import Config

Refusal = TypeVar("Refusal", SignInRefused, GrantRefused)

FEW: Final = 300
"""Characters of a list that a tenant or a config wrote: nobody reads more in a message."""

RULES: Final = VENDOR_RULES + STANDARD_RULES


def explain_refusal(refusal: Refusal, config: "Config", metadata: "Metadata") -> Refusal:
    """Return the same refusal with what helps behind it, where somebody knows."""
    remedy = remedy_for(refusal.error, str(refusal), config, metadata.scopes_supported)
    return type(refusal)(f"{refusal} {remedy}".strip(), refusal.error)


def remedy_for(
    error: str, text: str, config: "Config", scopes_supported: tuple[str, ...] = ()
) -> str:
    """Return what helps against a refusal, in a sentence or two; empty where nobody knows.

    `text` is all that the tenant said, printable; `scopes_supported` is what discovery lists.
    """
    known, has_secret = f"{text} {config.issuer}", config.client_secret is not None
    rules = (rule for rule in RULES if rule.fits(error, known, has_secret=has_secret))
    rule = next(rules, None)
    if rule is None:
        return ""
    filled = rule.remedy.format(**_facts(config, scopes_supported))
    return filled[:1].upper() + filled[1:]


def _facts(config: "Config", scopes_supported: tuple[str, ...]) -> dict[str, str]:
    unlisted = [each for each in config.scope.split() if each not in scopes_supported]
    told = ""
    if scopes_supported and unlisted:
        told = (
            f"the tenant does not list {_shown(unlisted)} (it lists {_shown(scopes_supported)}): "
        )
    client = printable(config.client_id)
    bound = f"set `dpop` to true in the config, or allow bearer tokens for {client} in its settings"
    if config.dpop:
        bound = "it did not accept the proof. Check this machine's clock, and sign in again"
    return {
        "client": client,
        "bound": bound,
        "audience": printable(config.audience),
        "scope": printable(config.scope),
        "callbacks": _shown(allowed(config.redirect_uris)),
        "unlisted": told,
    }


def _shown(words: "list[str] | tuple[str, ...]") -> str:
    return printable(", ".join(words), FEW)
