"""What the proxy adds: the token of whoever is signed in, with a proof where it is bound."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tui.api.proxy.heads import Header, ResponseHead
from tui.auth.authorized_request import AuthorizedRequest
from tui.auth.dpop.authorization import joined
from tui.auth.service import AuthService
from tui.errors import DoorkeyError


class Tokens:
    """What the proxy adds: the token of whoever is signed in at the moment of each request."""

    def __init__(
        self, service: AuthService, require: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Make ready; `require` is asked before each request, and raises where it is not to go."""
        self._service = service
        self._require = require

    def sign(self, method: str, url: str) -> "SignedRequest":
        """Return what authorizes one request, each time that it is sent."""
        request = AuthorizedRequest(self._service, method, url)
        return SignedRequest(self._service, request, self._require)


class SignedRequest:
    """One request to the API, which may have to be sent again."""

    def __init__(
        self,
        service: AuthService,
        request: AuthorizedRequest,
        require: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._service = service
        self._request = request
        self._require = require

    async def headers(self) -> Sequence[Header]:
        """Return the headers to add to the next sending.

        Raises:
            SignInNeeded: nobody is signed in, or the session has ended.
            TenantUnreachable: a renewal is needed, and the tenant cannot be reached.
            DoorkeyError: no token is to be sent now.
        """
        await self._service.follow_store()
        with suppress(DoorkeyError):  # the API's own answer is the better explanation
            await self._request.renew_refused()
        added = (await self._request.authorization()).headers
        if self._require is not None:
            await self._require()
        return [(name.lower().encode(), value.encode("ascii")) for name, value in added.items()]

    def goes_again(self, response: ResponseHead) -> bool:
        """Learn from a response; return whether the request is to be sent again."""
        pairs = (
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers
        )
        return self._request.goes_again(response.status, joined(pairs))
