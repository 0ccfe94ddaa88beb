"""What a log out does beyond this machine: revocation, and the tenant's own log-out page."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tui.auth.session import LogOutStep, TokenSet
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.result_page import SIGNED_OUT, ResultPage, redirect_page
from tui.errors import DoorkeyError

if TYPE_CHECKING:
    from tui.auth.tenant.provider import Provider

RETURN_SECONDS: Final = 30.0
"""For the browser to come back; a tenant that asks for a confirmation takes a person's time."""


async def leave_tenant(
    make_provider: Callable[[], "Provider"], token_set: TokenSet, opener: BrowserOpener | None
) -> AsyncIterator[LogOutStep]:
    """Revoke the refresh token and, with a browser, sign out at the tenant; never raises."""
    yield await revoke(make_provider, token_set)
    if opener is not None:
        yield await sign_out_at_tenant(make_provider, token_set, opener)


async def revoke(make_provider: Callable[[], "Provider"], token_set: TokenSet) -> LogOutStep:
    """Revoke the refresh token, so that a copy of it is worth nothing (RFC 7009)."""
    if token_set.refresh_token is None:
        return LogOutStep("revocation", "skipped", "There was no refresh token to revoke.")
    try:
        offered = await make_provider().revoke(token_set.refresh_token)
    except DoorkeyError as error:
        return LogOutStep("revocation", "failed", f"The refresh token is not revoked: {error}")
    if not offered:
        return LogOutStep("revocation", "skipped", "This tenant offers no revocation.")
    return LogOutStep("revocation", "done", "The refresh token is revoked.")


async def sign_out_at_tenant(
    make_provider: Callable[[], "Provider"], token_set: TokenSet, opener: BrowserOpener
) -> LogOutStep:
    """Take the browser to the tenant's log-out page and back (RP-Initiated Logout 1.0)."""
    try:
        provider = make_provider()
        offered = bool((await provider.discover()).end_session_endpoint)
        if not offered:
            return LogOutStep("tenant", "skipped", "This tenant offers no log-out page.")
        async with await LoopbackListener.bind(provider.redirect_uris) as listener:
            return await _round_trip(provider, token_set, listener, opener)
    except DoorkeyError as error:
        return LogOutStep("tenant", "failed", f"Not signed out at the tenant: {error}")


async def _round_trip(
    provider: "Provider", token_set: TokenSet, listener: LoopbackListener, opener: BrowserOpener
) -> LogOutStep:
    returned = asyncio.Event()
    target = await provider.end_session_url(
        token_set.id_token, listener.redirect_uri, secrets.token_urlsafe(16)
    )

    def come_back(_query: str) -> ResultPage:
        # Another state, or none, is still a return: nothing is decided by it.
        returned.set()
        return SIGNED_OUT

    # The ID token must not stand in a browser's argv, so the browser fetches it from here, once.
    start = f"/log-out/{secrets.token_urlsafe(16)}"

    def leave(_query: str) -> ResultPage:
        del listener.routes[start]
        return redirect_page(target)

    return_path = urlsplit(listener.redirect_uri).path
    listener.routes.update({start: leave, return_path: come_back})
    if not await opener(listener.redirect_uri.removesuffix(return_path) + start):
        return LogOutStep("tenant", "failed", "No browser could be opened: still signed in there.")
    try:
        async with asyncio.timeout(RETURN_SECONDS):
            await returned.wait()
    except TimeoutError:
        message = "The tenant's log-out page was opened; your browser has not come back from it."
        return LogOutStep("tenant", "failed", message)
    return LogOutStep("tenant", "done", "Signed out at the tenant.")
