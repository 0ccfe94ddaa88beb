"""The address to sign in at: with the whole request, or a reference to one that was pushed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tui.auth.sign_in.attempt import SignInAttempt, refusal_in
from tui.errors import DoorkeyError, SignInFailed, TenantMisbehaved
from tui.http.exchange import Answer
from tui.json_value import Json, duration_in
from tui.moments import Clock, Sleep
from tui.text import printable

if TYPE_CHECKING:
    from tui.auth.tenant.provider import Provider


KEPT_OF_LIFE: Final = 0.5

LEAST_SECONDS: Final = 5.0
"""RFC 9126 2.2: a request_uri lives for 5 s at least."""

LONGEST_REQUEST_URI: Final = 2000
"""Characters: it goes into an address that a browser takes."""

MOST_PUSHED_ANEW: Final = 60
"""In one sign-in, which waits for five minutes."""


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A reference to an authorization request that was pushed to the tenant (RFC 9126 2.2)."""

    request_uri: str = field(repr=False)
    lifetime: timedelta


class AuthorizationAddress:
    """One attempt's address; where its request was pushed, it lives for a minute or so."""

    def __init__(self, attempt: SignInAttempt, provider: "Provider", clock: Clock) -> None:
        self._attempt = attempt
        self._provider = provider
        self._clock = clock
        self._url = ""
        self._good_until: datetime | None = None
        self._pushed_anew = 0

    async def current(self) -> str:
        """Return the address, the request pushed where need be, anew where that has expired.

        Raises:
            SignInRefused: the tenant does not take the request.
            TenantUnreachable, TenantMisbehaved: no usable answer.
            SignInFailed: the tenant's endpoint makes no safe address.
        """
        has_expired = self._good_until is not None and self._clock() >= self._good_until
        if not self._url or has_expired:
            self._url = await self._make()
        return self._url

    async def keep_good(self, sleep: Sleep, tell: Callable[[str], None]) -> None:
        """Push the request anew while it is shown, and `tell` the new address each time.

        After half its life: one that was just copied is good for the other half. An address that
        was not pushed needs none of it, and a failure leaves the one that there is.
        """
        while self._good_until is not None and self._pushed_anew < MOST_PUSHED_ANEW:
            left = (self._good_until - self._clock()).total_seconds()
            await sleep(max(LEAST_SECONDS, left * KEPT_OF_LIFE))
            self._pushed_anew += 1
            with suppress(DoorkeyError):
                self._url = await self._make()
                tell(self._url)

    async def _make(self) -> str:
        if not self._is_pushed():
            return self._safe_url()
        parameters = self._attempt.parameters
        answer = await self._provider.push(parameters)
        pushed = self._read_answer(answer)
        self._good_until = self._clock() + pushed.lifetime
        return self._safe_url(pushed.request_uri)

    def _is_pushed(self) -> bool:
        metadata = self._attempt.metadata
        if metadata.pushed_request_endpoint:
            return metadata.demands_pushed_requests or self._attempt.config.pushed_requests
        if metadata.demands_pushed_requests:
            raise TenantMisbehaved(
                "The tenant takes pushed authorization requests only (RFC 9126) and does not say "
                "where: pushed_authorization_request_endpoint is missing in its metadata. Tell the "
                "tenant's administrator, or have ordinary requests allowed for "
                f"{printable(self._attempt.config.client_id)}."
            )
        return False

    def _safe_url(self, request_uri: str = "") -> str:
        try:
            return self._attempt.url(request_uri)
        except ValueError as error:
            raise SignInFailed(
                f"The tenant's authorization_endpoint makes no safe address: {error}."
            ) from None

    def _read_answer(self, answer: Answer) -> PushedRequest:
        members = answer.members()
        if answer.status < 400 and members is not None and "error" not in members:
            return _read_pushed_request(members)
        texts = _texts(members or {})
        if "error" not in texts:
            raise TenantMisbehaved(
                f"The tenant's endpoint for pushed requests answered with {answer.status} and no "
                "`error`; a request_uri is expected (RFC 9126 2.2)."
            )
        raise self._attempt.explained(refusal_in(texts))


def _read_pushed_request(members: Mapping[str, Json]) -> PushedRequest:
    request_uri, seconds = members.get("request_uri"), duration_in(members.get("expires_in"))
    is_uri = isinstance(request_uri, str) and 0 < len(request_uri) <= LONGEST_REQUEST_URI
    if not is_uri or not seconds:
        raise TenantMisbehaved(
            "The tenant took the pushed request, and its answer has "
            f'"{printable(request_uri, 100)}" for request_uri and '
            f'"{printable(members.get("expires_in"), 100)}" for expires_in; a URI of at '
            f"most {LONGEST_REQUEST_URI} characters and a number of seconds are expected "
            "(RFC 9126 2.2)."
        )
    return PushedRequest(str(request_uri), timedelta(seconds=min(seconds, 24 * 3600)))


def _texts(members: Mapping[str, Json]) -> dict[str, str]:
    return {name: text for name, text in members.items() if isinstance(text, str) and text}
