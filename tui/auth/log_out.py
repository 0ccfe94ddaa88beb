"""What a log out does beyond this machine: revocation, and the tenant's own log-out page."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tui.auth.session import LogOutStep, Session, TokenSet
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.loopback import LoopbackListener
from tui.auth.sign_in.result_page import SIGNED_OUT, ResultPage
from tui.auth.sign_in.start_page import StartPage
from tui.config.vendors.table import vendor_of
from tui.errors import START_TENANT, DoorkeyError
from tui.moments import Sleep
from tui.text import printable
from tui.web_address import split_web_address, with_query

if TYPE_CHECKING:
    from tui.auth.tenant.metadata import Metadata
    from tui.auth.tenant.provider import Provider

RETURN_SECONDS: Final = 30.0
"""For the browser to come back; a tenant that asks for a confirmation takes a person's time."""

HINT_SECONDS: Final = 10.0
"""After that it is likelier that the tenant shows an error page, from which no browser returns."""

NOT_REVOKED: Final = {
    "not offered": "This tenant offers no revocation; the refresh token ends by itself.",
    "for confidential clients only": "This tenant revokes for confidential clients only, which "
    "have a secret; the refresh token ends by itself.",
}

SIGNED_OUT_THERE: Final = "Signed out at the tenant, in the browser that opened."

SIGNED_IN_ELSEWHERE: Final = (
    "The browser that opened is signed out at the tenant. You signed in with another one, and that "
    "may be signed in there still."
)

OPENED_AGAIN: Final = (
    "The address that your browser was started with was opened twice. If that was not you, "
    "somebody else on this machine has read it, and may have seen your ID token."
)


async def leave_tenant(
    make_provider: Callable[[], "Provider"],
    session: Session,
    opener: BrowserOpener | None,
    sleep: Sleep,
) -> AsyncIterator[LogOutStep]:
    """Revoke the refresh token and, with a browser, sign out at the tenant; never raises."""
    revocation = await revoke(make_provider, session.token_set)
    yield revocation
    if opener is not None:
        is_there = revocation.outcome == "done"
        async for step in sign_out_at_tenant(make_provider, session, opener, sleep, is_there):
            yield step


async def revoke(make_provider: Callable[[], "Provider"], token_set: TokenSet) -> LogOutStep:
    """Revoke the refresh token, so that a copy of it is worth nothing (RFC 7009)."""
    if token_set.refresh_token is None:
        return LogOutStep("revocation", "skipped", "There was no refresh token to revoke.")
    try:
        outcome = await make_provider().revoke(token_set.refresh_token)
    except DoorkeyError as error:
        why = str(error).replace(START_TENANT, "").rstrip()  # too late: the token is gone from here
        words = f"The refresh token is not revoked, and stays good until the tenant ends it: {why}"
        return LogOutStep("revocation", "failed", words)
    if outcome == "revoked":
        return LogOutStep("revocation", "done", "The refresh token is revoked.")
    return LogOutStep("revocation", "skipped", NOT_REVOKED[outcome])


async def sign_out_at_tenant(
    make_provider: Callable[[], "Provider"],
    session: Session,
    opener: BrowserOpener,
    sleep: Sleep,
    is_there: bool,
) -> AsyncIterator[LogOutStep]:
    """Take the browser to the tenant's log-out page and back (RP-Initiated Logout 1.0).

    A tenant that has answered just now (`is_there`) is not asked anew what it has.
    """
    try:
        provider = make_provider()
        page = log_out_page(await (provider.discover() if is_there else provider.discover_anew()))
        if page is None:
            yield LogOutStep("tenant", "skipped", "This tenant offers no log-out page.")
            return
        async with await LoopbackListener.bind(provider.redirect_uris) as listener:
            trip = _RoundTrip(page, listener, provider.client_id, session)
            async for step in trip.steps(opener, sleep):
                yield step
    except DoorkeyError as error:
        yield LogOutStep("tenant", "failed", f"Not signed out at the tenant: {error}")


@dataclass(frozen=True, slots=True)
class LogOutPage:
    """Where a browser signs out at a tenant."""

    address: str
    return_parameter: str = "post_logout_redirect_uri"
    takes_hint: bool = True
    setting: str = "the client's log-out URLs (post_logout_redirect_uris)"
    """Where the tenant's administrator allows the address that the browser returns to."""

    def url(self, client_id: str, id_token: str, return_uri: str) -> str:
        """Return the address that signs out and comes back to `return_uri`."""
        asked = {"client_id": client_id, self.return_parameter: return_uri}
        if self.takes_hint:
            asked |= {"id_token_hint": id_token, "state": secrets.token_urlsafe(16)}
        return with_query(self.address, asked)


def log_out_page(metadata: "Metadata") -> LogOutPage | None:
    """Return the page that signs a browser out, in the vendor's own way where it has one."""
    vendor = vendor_of(metadata.issuer)
    way = vendor.log_out if vendor else "standard"
    setting = f"{vendor.name}: {vendor.log_out_setting}" if vendor else LogOutPage("").setting
    if way == "cognito":
        origin = split_web_address(metadata.authorization_endpoint).origin
        return LogOutPage(f"{origin}/logout", "logout_uri", takes_hint=False, setting=setting)
    if metadata.end_session_endpoint:
        return LogOutPage(metadata.end_session_endpoint, setting=setting)
    if way == "auth0":
        address = metadata.issuer.rstrip("/") + "/v2/logout"
        return LogOutPage(address, "returnTo", takes_hint=False, setting=setting)
    return None


class _RoundTrip:
    """One way of a browser to the tenant's log-out page and back."""

    def __init__(
        self, page: LogOutPage, listener: LoopbackListener, client_id: str, session: Session
    ) -> None:
        self._page = page
        self._listener = listener
        self._client_id = client_id
        self._session = session
        self._returned = asyncio.Event()
        self._was_opened_again = False

    async def steps(self, opener: BrowserOpener, sleep: Sleep) -> AsyncIterator[LogOutStep]:
        """Send the browser on its way, and tell what comes of it."""
        id_token = self._session.token_set.id_token
        target = self._page.url(self._client_id, id_token, self._listener.redirect_uri)
        if not await opener(self._start(target)):
            page = printable(target.partition("?")[0])  # the rest holds the ID token
            message = f"No browser could be opened: still signed in there. Log out at {page}"
            yield LogOutStep("tenant", "failed", message)
        elif await self._comes_back(sleep, HINT_SECONDS):
            yield self._end
        else:
            yield LogOutStep("tenant", "waiting", self._hint)
            if await self._comes_back(sleep, RETURN_SECONDS - HINT_SECONDS):
                yield self._end
            else:
                yield LogOutStep("tenant", "failed", self._hint)

    @property
    def _end(self) -> LogOutStep:
        if self._was_opened_again:
            return LogOutStep("tenant", "failed", OPENED_AGAIN)
        if self._session.signed_in_elsewhere:
            # A tenant may end all that the ID token is of, or this browser's alone: nobody tells.
            return LogOutStep("tenant", "skipped", SIGNED_IN_ELSEWHERE)
        return LogOutStep("tenant", "done", SIGNED_OUT_THERE)

    @property
    def _hint(self) -> str:
        return (
            "The browser has not come back from the tenant's log-out page. If that shows an error, "
            f"allow {self._listener.redirect_uri} for the client {printable(self._client_id)} "
            f"in {self._page.setting}."
        )

    def _start(self, target: str) -> str:
        """Return the address to open; it leads on to `target`, once.

        The ID token must not stand in a browser's argv, so the browser fetches it from here.
        """

        def come_back(_query: str) -> ResultPage:
            # Another state, or none, counts as a return, too: nothing depends on it.
            self._returned.set()
            return SIGNED_OUT

        self._listener.routes[urlsplit(self._listener.redirect_uri).path] = come_back
        return StartPage(self._listener).address(target, self._note_second_opening)

    def _note_second_opening(self) -> None:
        self._was_opened_again = True
        self._returned.set()

    async def _comes_back(self, sleep: Sleep, seconds: float) -> bool:
        pause = asyncio.ensure_future(sleep(seconds))
        back = asyncio.ensure_future(self._returned.wait())
        try:
            await asyncio.wait((pause, back), return_when=asyncio.FIRST_COMPLETED)
            return self._returned.is_set()
        finally:
            pause.cancel()
            back.cancel()
