"""DoorkeyAuth: a session's access token for the API's own httpx calls."""

from collections.abc import AsyncGenerator, Generator

import httpx

from tui.auth.service import AuthService
from tui.http import refuse_other_users
from tui.web_address import split_web_address


class DoorkeyAuth(httpx.Auth):
    """Adds a valid access token to requests to the config's API, and to no other origin.

    A 401 that says `invalid_token` renews the token and is retried, once. For `AsyncClient`.
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
        token = await self._service.get_access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != 401 or not _says_invalid_token(response):
            return
        if self._service.access_token == token:  # else somebody has renewed it meanwhile
            await self._service.renew_tokens()
        token = await self._service.get_access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        yield request

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Refuse: a renewal needs the event loop."""
        raise RuntimeError("DoorkeyAuth needs an httpx.AsyncClient.")
        yield request  # type: ignore[unreachable] # what makes it a generator, as httpx expects


def _says_invalid_token(response: httpx.Response) -> bool:
    return "invalid_token" in response.headers.get("www-authenticate", "")
