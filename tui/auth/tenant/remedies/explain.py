"""Which remedy a refusal gets: the first rule that fits, read from the top.

The vendors' own words come before the codes of the standards.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from tui.auth.tenant.remedies.standards import STANDARD_RULES
from tui.auth.tenant.remedies.vendors import VENDOR_RULES
from tui.config.keys import allowed
from tui.errors import GrantRefused, SignInRefused
from tui.text import printable

if TYPE_CHECKING:
    from tui.auth.tenant.metadata import Metadata
    from tui.config.load import Config

NO_OPTIONS: Final[Mapping[str, str]] = {}

Refusal = TypeVar("Refusal", SignInRefused, GrantRefused)

FEW: Final = 300
"""Characters of a list that a tenant or a config wrote: nobody reads more in a message."""

RULES: Final = VENDOR_RULES + STANDARD_RULES


def explain_refusal(
    refusal: Refusal,
    config: "Config",
    metadata: "Metadata",
    options: Mapping[str, str] = NO_OPTIONS,
) -> Refusal:
    """Return the same refusal with what helps behind it, where somebody knows.

    `options` are the parameters that this sign-in alone asked for, in place of the config's; an
    empty one was not.
    """
    supported = metadata.scopes_supported
    remedy = remedy_for(refusal.error, str(refusal), config, supported, options)
    return type(refusal)(f"{refusal} {remedy}".strip(), refusal.error)


def remedy_for(
    error: str,
    text: str,
    config: "Config",
    scopes_supported: tuple[str, ...] = (),
    options: Mapping[str, str] = NO_OPTIONS,
) -> str:
    """Return what helps against a refusal, in a sentence or two; empty where nobody knows.

    `text` is all that the tenant said, printable; `scopes_supported` is what discovery lists.
    """
    known, has_secret = f"{text} {config.issuer}", config.client_secret is not None
    rules = (rule for rule in RULES if rule.fits(error, known, has_secret=has_secret))
    rule = next(rules, None)
    if rule is None:
        return ""
    filled = rule.remedy.format(**_facts(config, scopes_supported, options))
    return filled[:1].upper() + filled[1:]


def _facts(
    config: "Config", scopes_supported: tuple[str, ...], options: Mapping[str, str]
) -> dict[str, str]:
    scope = options.get("scope") or config.scope
    unlisted = [each for each in scope.split() if each not in scopes_supported]
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
        "scope": printable(scope),
        "scope_at": "what --scope asks for" if options.get("scope") else "`scope` in the config",
        "prompt": "leave --prompt out"
        if "prompt" in options
        else "take `prompt` out of `authorizationParams`",
        "callbacks": _shown(allowed(config.redirect_uris)),
        "unlisted": told,
    }


def _shown(words: "list[str] | tuple[str, ...]") -> str:
    return printable(", ".join(words), FEW)
