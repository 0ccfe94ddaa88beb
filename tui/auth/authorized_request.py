"""One request to the API: what authorizes it, and whether it goes once more after its answer.

request = AuthorizedRequest(service, "GET", url)
answer = await send((await request.authorization()).headers)
if request.goes_again(answer.status, answer.headers):
    answer = await send((await request.authorization()).headers)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.auth.clock_skew import NO_SKEW, UNREMARKABLE_SKEW
from tui.auth.dpop.authorization import (
    Authorization,
    asks_for_nonce,
    says_invalid_proof,
    says_invalid_token,
)

if TYPE_CHECKING:
    from tui.auth.service import AuthService


class AuthorizedRequest:
    """One request, however often it has to be sent: at most once more for each of three reasons."""

    def __init__(self, service: "AuthService", method: str, url: str) -> None:
        self._service = service
        self._method = method
        self._url = url
        self._sent: Authorization | None = None
        self._skew = NO_SKEW
        """By which its proof was made."""
        self._was_proven_again = False
        self._was_timed_again = False
        self._refused_token = ""
        self._was_renewed = False

    async def authorization(self) -> Authorization:
        """Return what the next sending carries, its proof made for it alone.

        Raises:
            SignInNeeded: nobody is signed in, or the session has ended.
            TenantUnreachable: a renewal is needed, and the tenant cannot be reached.
        """
        await self.renew_refused()
        token, proof = await self._service.get_access_token(), ""
        session = self._service.session
        if session is not None and session.key is not None:
            # Where the API's clock is not known yet, the tenant's is the better guess than ours.
            prover = self._service.prover
            self._skew = prover.skew(self._url, timedelta(seconds=session.clock_skew_seconds))
            proof = prover.prove(session.key, self._method, self._url, token, self._skew)
        self._sent = Authorization(token, proof)
        return self._sent

    async def renew_refused(self) -> None:
        """Renew the token that the API has refused, if it has; raises as `renew_tokens` does."""
        refused, self._refused_token = self._refused_token, ""
        if self._service.access_token == refused:  # else somebody has renewed it
            await self._service.renew_tokens()

    def goes_again(self, status: int, headers: Mapping[str, str], *, renews: bool = True) -> bool:
        """Learn from an answer; return whether the request is to be sent again, authorized anew.

        That is so once for a proof without the API's nonce, once for one of another time than the
        API's, and once, where `renews`, for a token that the API calls invalid. The names of
        `headers` are in lower case, several values of one name are one with commas.
        """
        if self._sent is None:
            return False
        if self._sent.proof:  # nobody else needs a nonce or the API's clock
            self._service.prover.learn(self._url, headers)
        if self._sent.proof and not self._was_proven_again and asks_for_nonce(status, headers):
            self._was_proven_again = True
            return True
        if self._is_out_of_time(status, headers) and not self._was_timed_again:
            self._was_timed_again = True
            return True
        if renews and not self._was_renewed and says_invalid_token(status, headers):
            self._was_renewed, self._refused_token = True, self._sent.access_token
            return True
        return False

    def _is_out_of_time(self, status: int, headers: Mapping[str, str]) -> bool:
        # Only its Date tells by how far: without one, or with one that we went by, it is no use.
        if self._sent is None or not self._sent.proof or not says_invalid_proof(status, headers):
            return False
        off = self._service.prover.skew(self._url, self._skew) - self._skew
        return abs(off) > UNREMARKABLE_SKEW
