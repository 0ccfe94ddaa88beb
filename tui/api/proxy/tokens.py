"""What the proxy adds: the token of whoever is signed in."""

from collections.abc import Sequence

from tui.api.proxy.heads import Header
from tui.auth.service import AuthService


class Tokens:
    """What the proxy adds: the token of whoever is signed in at the moment of each request."""

    def __init__(self, service: AuthService) -> None:
        self._service = service

    async def authorize(self, _method: str, _url: str) -> Sequence[Header]:
        """Return the headers to add.

        Raises:
            SignInNeeded: nobody is signed in, or the session has ended.
            TenantUnreachable: a renewal is needed, and the tenant cannot be reached.
        """
        await self._service.follow_store()
        token = await self._service.get_access_token()
        return _authorization(token)

    async def renew(self, refused: Sequence[Header]) -> None:
        """Renew the token that the API has refused, unless somebody has done so meanwhile."""
        if refused == _authorization(self._service.access_token or ""):
            await self._service.renew_tokens()


def _authorization(token: str) -> Sequence[Header]:
    return [(b"authorization", f"Bearer {token}".encode("ascii"))]
