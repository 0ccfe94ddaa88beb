"""The device grant (RFC 8628): a code to type in elsewhere, and asking until somebody has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tui.auth.session import DevicePrompt
from tui.auth.tenant.token_response import TokenResponse
from tui.errors import (
    GrantRefused,
    SignInRefused,
    SignInTimedOut,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.http.exchange import Answer
from tui.json_value import Json, duration_in
from tui.moments import Clock, Sleep
from tui.text import in_brackets, printable, shortened
from tui.web_address import split_web_address

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"

USUAL_INTERVAL_SECONDS: Final = 5.0
"""Where the tenant says nothing (RFC 8628 3.2)."""

SHORTEST_INTERVAL_SECONDS: Final = 1.0
"""The shortest pause between two polls, however short a one the tenant allows."""

DENIED: Final = frozenset({"access_denied", "authorization_declined"})
"""The second is Entra ID's own."""

SLOW_DOWN_SECONDS: Final = 5.0
"""What each `slow_down` adds, for this and all later requests (RFC 8628 3.5)."""

LONGEST_PAUSE_SECONDS: Final = 60.0
"""However often the tenant was out of reach: a person is waiting."""

LONGEST_LIFETIME_SECONDS: Final = 3600.0
"""Nobody types a code in an hour later; tenants give 5 to 30 minutes."""

LONGEST_ADDRESS: Final = 2000
"""Characters; a QR code has room for 2953, and nobody types even a hundred."""

LONGEST_USER_CODE: Final = 40
"""Longer is nothing that a person types; tenants use 6 to 9 characters."""


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """One device authorization response (RFC 8628 3.2), checked."""

    device_code: str = field(repr=False)
    prompt: DevicePrompt
    interval_seconds: float


def parse_device_authorization(answer: Answer, now: datetime) -> DeviceAuthorization:
    """Check a device authorization response (RFC 8628 3.2).

    Raises:
        SignInRefused: the tenant says no, with its reason.
        TenantMisbehaved: neither a response nor an error as the standard has them.
    """
    members = answer.members()
    if members is None or answer.status != 200 or "error" in members:
        raise _refusal(answer, members or {})
    lifetime = _seconds(members, "expires_in")
    if lifetime is None:
        raise TenantMisbehaved("The tenant gave a device code without saying how long it lives.")
    interval = _seconds(members, "interval") or USUAL_INTERVAL_SECONDS
    prompt = DevicePrompt(
        user_code=shortened(printable(_text(members, "user_code")).strip(), LONGEST_USER_CODE),
        verification_uri=_address(_verification_uri(members)),
        verification_uri_complete=_complete_address(members.get("verification_uri_complete")),
        deadline=now + timedelta(seconds=min(lifetime, LONGEST_LIFETIME_SECONDS)),
    )
    return DeviceAuthorization(
        _text(members, "device_code"), prompt, max(interval, SHORTEST_INTERVAL_SECONDS)
    )


async def poll_for_tokens(
    authorization: DeviceAuthorization,
    ask: Callable[[str], Awaitable[TokenResponse]],
    clock: Clock,
    sleep: Sleep,
) -> TokenResponse:
    """Ask for the tokens until the person has decided (RFC 8628 3.4, 3.5).

    Raises:
        SignInRefused: the person said no.
        SignInTimedOut: the code has expired.
        GrantRefused, TenantMisbehaved: any other answer.
    """
    interval = pause = authorization.interval_seconds
    while clock() + timedelta(seconds=pause) < authorization.prompt.deadline:
        await sleep(pause)
        try:
            return await ask(authorization.device_code)
        except TenantUnreachable as unreachable:
            # A timeout means: ask less often, twice as seldom each time.
            longer = max(pause * 2, unreachable.retry_after_seconds or 0.0)
            pause = max(interval, min(longer, LONGEST_PAUSE_SECONDS))
        except GrantRefused as refused:
            interval = pause = _interval_after(refused, interval)
    raise _expired()


def _interval_after(refused: GrantRefused, interval: float) -> float:
    """Return the interval to go on with; raise where the grant has ended."""
    if refused.error == "authorization_pending":
        return interval
    if refused.error == "slow_down":
        return interval + SLOW_DOWN_SECONDS
    if refused.error == "expired_token":
        raise _expired() from None
    if refused.error in DENIED:
        raise SignInRefused("You did not allow it on the other device.", "access_denied") from None
    raise refused


def _expired() -> SignInTimedOut:
    return SignInTimedOut("The code has expired before anybody let it in. Ask for a new one.")


def _refusal(answer: Answer, members: dict[str, Json]) -> SignInRefused | TenantMisbehaved:
    error = members.get("error")
    if not isinstance(error, str) or not error:
        return TenantMisbehaved(
            f"The tenant's device endpoint answered with {answer.status} and no device code. "
            "Check that the device grant is allowed for this client."
        )
    described = in_brackets(printable(members.get("error_description") or "", 300))
    return SignInRefused(
        f"The tenant gives this client no device code: {printable(error, 100)}{described}. "
        "The device grant must be allowed for this client in the tenant's settings.",
        error,
    )


def _text(members: dict[str, Json], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise TenantMisbehaved(f"The tenant's device response has no {name} (RFC 8628 3.2).")
    return value


def _verification_uri(members: dict[str, Json]) -> str:
    # Google's name for it is older than the standard.
    older = "verification_uri" not in members and "verification_url" in members
    return _text(members, "verification_url" if older else "verification_uri")


def _seconds(members: dict[str, Json], name: str) -> float | None:
    value = members.get(name)
    if value is None:
        return None
    seconds = duration_in(value)
    if seconds is None:
        raise TenantMisbehaved(f"The {name} in the tenant's device response is not a number.")
    return seconds


def _address(value: str) -> str:
    try:
        safe = len(value) <= LONGEST_ADDRESS and split_web_address(value).is_secure
    except ValueError:
        safe = False
    if not safe:
        raise TenantMisbehaved(
            f'The tenant sends people to "{printable(value, 200)}" with their code; '
            f"an https:// URL of at most {LONGEST_ADDRESS} characters is expected."
        )
    return value


def _complete_address(value: Json) -> str:
    """Return the address with the code in it, which is optional: a wrong one is left out."""
    try:
        return _address(value) if isinstance(value, str) else ""
    except TenantMisbehaved:
        return ""
