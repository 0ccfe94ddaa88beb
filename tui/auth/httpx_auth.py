"""DoorkeyAuth: a session's access token for the API's own httpx calls."""

from collections.abc import AsyncGenerator, Generator

import httpx

from tui.auth.authorized_request import AuthorizedRequest
from tui.auth.service import AuthService
from tui.http.connection import refuse_other_users
from tui.web_address import split_web_address


class DoorkeyAuth(httpx.Auth):
    """Adds a valid access token to requests to the config's API, and to no other origin.

    A bound token goes with a proof. A 401 that says `invalid_token` renews the token and is
    retried, once; one that says `use_dpop_nonce` likewise, with a new proof, and one that refuses
    a proof made by a clock that is off. For `AsyncClient`.
    """

    def __init__(self, service: AuthService) -> None:
        self._service = service
        self._origin = service.config.api_url

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with a token; raises what `get_access_token` raises.

        Raises:
            ExchangeFailed: another user of this machine listens where the API should.
        """
        address = split_web_address(str(request.url))
        if address.origin != self._origin:
            yield request
            return
        if address.is_local:
            request.extensions["trace"] = refuse_other_users
        authorized = AuthorizedRequest(self._service, request.method, str(request.url))
        while True:
            request.headers.update((await authorized.authorization()).headers)
            response = yield request
            if not authorized.goes_again(response.status_code, response.headers):
                return

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Refuse: a renewal needs the event loop."""
        raise RuntimeError("DoorkeyAuth needs an httpx.AsyncClient.")
        yield request  # type: ignore[unreachable] # what makes it a generator, as httpx expects
