"""What a person is told of a sign-in beside its result.

Which callback URLs the tenant must allow, and what it brought otherwise than it was asked for.
"""

import json
from datetime import timedelta
from typing import Final

from tui.auth.scopes import missing_scopes
from tui.auth.session import Session
from tui.auth.sign_in.attempt import SignInAttempt
from tui.config.keys import allowed
from tui.config.load import Config, is_at_built_in_tenant
from tui.config.vendors.table import vendor_of
from tui.text import printable

HINT_AFTER: Final = timedelta(seconds=20)
"""Who has not come back from the browser by then may be looking at the tenant's error page."""

WITHOUT_RENEWAL: Final = (
    "The tenant gave no refresh token: this session ends with its access token."
)


def remarks_on(session: Session, attempt: SignInAttempt) -> tuple[str, ...]:
    """Compare what came with what was asked for."""
    remarks = (
        _on_scope(session, attempt),
        _on_renewal(session, attempt),
        _on_acr(session, attempt),
    )
    return tuple(remark for remark in remarks if remark)


def _on_scope(session: Session, attempt: SignInAttempt) -> str:
    missing = missing_scopes(attempt.scope, session.token_set.scope)
    if not missing:
        return ""
    return f"The tenant did not grant all scopes that were asked for; missing: {_shown(missing)}."


def _on_renewal(session: Session, attempt: SignInAttempt) -> str:
    config = attempt.config
    if session.renewable:
        return ""
    asked = {**config.authorization_params, **attempt.options.parameters()}
    vendor = vendor_of(config.issuer)
    wanted = dict(vendor.offline_params) if vendor else {}
    if wanted and not wanted.items() <= asked.items():
        return f"{WITHOUT_RENEWAL} {vendor.name} gives one for {_line(wanted)}" if vendor else ""
    if "offline_access" not in attempt.scope.split():
        return ""
    if "consent" not in asked.get("prompt", "").split():
        return (
            f"{WITHOUT_RENEWAL} Some tenants give one with consent only: doorkey login "
            f"--prompt consent, r in the app, or {_line({'prompt': 'consent'})}"
        )
    return (
        f"{WITHOUT_RENEWAL} Allow offline access for this client and API in the tenant's settings."
    )


def _line(parameters: dict[str, str]) -> str:
    return f'"authorizationParams": {json.dumps(parameters)} in the config.'


def _on_acr(session: Session, attempt: SignInAttempt) -> str:
    # Core 3.1.2.1: acr_values is a wish ("voluntary claim"), so another one is no failure.
    asked = attempt.options.acr_values.split()
    found = session.profile.claims.get("acr")
    if not asked or found in asked:
        return ""
    was = f'"{printable(found, 100)}"' if found else "not said"
    return f"The way of signing in (acr) was {was}; asked for was: {_shown(asked)}."


def _shown(words: list[str]) -> str:
    return printable(", ".join(words), 300)


def short_callback_hint(config: Config) -> str:
    """Return the same for a small terminal."""
    if is_at_built_in_tenant(config):
        return ""
    uri = allowed(config.redirect_uris)[0]
    return f"An error page about the callback? Have the tenant allow {uri} for this client."


def callback_hint(config: Config) -> str:
    """Return what to allow where, for a tenant that shows an error page instead of its login.

    It is an empty string for the local tenant, which allows what the config says.
    """
    if is_at_built_in_tenant(config):
        return ""
    return (
        "Does the browser show an error about the callback or redirect URI? Then allow, in the "
        f"tenant's settings of the client {printable(config.client_id)}: "
        f"{', '.join(allowed(config.redirect_uris))}. "
        "About an unknown client? Then correct `clientId` in the config."
    )
