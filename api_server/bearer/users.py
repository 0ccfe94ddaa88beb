"""Who sent a request, as Starlette's `request.user` and `request.auth` tell it."""

from collections.abc import Mapping

from starlette.authentication import AuthCredentials, BaseUser

from api_server.bearer.access_token import AccessToken
from api_server.bearer.challenge import Challenger
from api_server.bearer.refusal import Refusal


class Caller(BaseUser):
    """Whoever sent a token that was accepted: `request.user`."""

    def __init__(self, token: AccessToken) -> None:
        self.token = token

    @property
    def claims(self) -> Mapping[str, object]:
        """Return what the token says, checked."""
        return self.token.claims

    @property
    def is_authenticated(self) -> bool:
        """Tell whether a token was accepted."""
        return True

    @property
    def display_name(self) -> str:
        """Return the same as `identity`: an access token is not about names."""
        return self.identity

    @property
    def identity(self) -> str:
        """Return `sub`: a user, or a client that acts for itself; empty if it names nobody."""
        subject = self.token.claims.get("sub")
        return subject if isinstance(subject, str) else ""


class Stranger(BaseUser):
    """Whoever sent no token that was accepted: `request.user`, with the reason."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal

    @property
    def is_authenticated(self) -> bool:
        """Tell whether a token was accepted."""
        return False

    @property
    def display_name(self) -> str:
        """Return the same as `identity`: an access token is not about names."""
        return ""

    @property
    def identity(self) -> str:
        """Return nobody."""
        return ""


class BearerCredentials(AuthCredentials):
    """The scopes of a request, and how a refusal of it is written: `request.auth`."""

    def __init__(self, scopes: frozenset[str], challenger: Challenger) -> None:
        # the request's own list: nothing that an endpoint does to it reaches the next request
        self.scopes = list(scopes)
        self.challenger = challenger
