"""Why a request is refused, and what it is answered (RFC 6750 3).

    Refusal
    ├── NoCredentials        401, no error code (RFC 6750 3.1)
    ├── InvalidRequest       400 invalid_request
    │   ├── TokenTooLong     431
    │   ├── FormTooLarge     413
    │   └── FormTooSlow      408
    ├── InvalidToken         401 invalid_token
    │   └── TokenBound       the same, and any scheme may be the right one
    ├── InvalidProof         401 invalid_dpop_proof (RFC 9449 7.1)
    │   ├── SeveralProofs    400
    │   └── NonceNeeded      401 use_dpop_nonce (RFC 9449 9)
    ├── InsufficientScope    403 insufficient_scope
    ├── InsufficientAuthentication  401 insufficient_user_authentication (RFC 9470 3)
    └── IssuerUnavailable    503 temporarily_unavailable; not the caller's fault

Each message says what was expected and what came. It goes into a header and is read by people:
nothing secret in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.responses import Response

SHORTEST_RETRY_SECONDS: Final = 1
"""Retry-After counts in whole seconds."""

MAX_DESCRIPTION: Final = 400
"""Characters; some proxies drop responses whose headers are long."""

QUOTABLE: Final = {ord('"'): "'", ord("\\"): "/"}
"""RFC 6750 3: neither quote nor backslash in a description, so nothing to escape and get wrong."""


class Refusal(Exception):
    """A request that is answered with the reason only."""

    status: ClassVar[int]
    error: ClassVar[str | None]

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description

    @property
    def parameters(self) -> Mapping[str, str]:
        """What the challenge says besides the error and its description."""
        return {}


class NoCredentials(Refusal):
    """The request came without a bearer token."""

    status = 401
    error = None


class InvalidRequest(Refusal):
    """The token came in a way that is malformed or not allowed."""

    status = 400
    error = "invalid_request"


class TokenTooLong(InvalidRequest):
    """The token is longer than any real one."""

    status = 431


class FormTooLarge(InvalidRequest):
    """The form is longer than it may be to be searched for a token."""

    status = 413


class FormTooSlow(InvalidRequest):
    """The form did not arrive in time."""

    status = 408


class InvalidToken(Refusal):
    """The token is not one that this API accepts."""

    status = 401
    error = "invalid_token"


class TokenBound(InvalidToken):
    """The token is bound to a key, and came without a proof of it (RFC 9449 7.2)."""


class InvalidProof(Refusal):
    """The proof of possession is missing, or not good for this request."""

    status = 401
    error = "invalid_dpop_proof"


class SeveralProofs(InvalidProof):
    """The request came with more than one proof."""

    status = 400


class NonceNeeded(InvalidProof):
    """The proof has no nonce of ours, or an old one."""

    error = "use_dpop_nonce"

    def __init__(self, description: str, nonce: str) -> None:
        super().__init__(description)
        self.nonce = nonce
        """For the next proof (RFC 9449 8, 9)."""


class InsufficientScope(Refusal):
    """The token is valid, and was not granted what the route needs."""

    status = 403
    error = "insufficient_scope"

    def __init__(self, needed: str, description: str) -> None:
        super().__init__(description)
        self.needed = needed
        """The scopes that the route needs, with spaces between."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The scopes to ask for (RFC 6750 3)."""
        return {"scope": self.needed}


class InsufficientAuthentication(Refusal):
    """The token is valid, and the sign-in behind it too long ago or too weak for the route."""

    status = 401
    error = "insufficient_user_authentication"

    def __init__(self, acr: str | None, max_age: int | None, description: str) -> None:
        super().__init__(description)
        self.acr = acr
        self.max_age = max_age
        """Seconds."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The sign-in to ask for (RFC 9470 3)."""
        asked = {"acr_values": self.acr, "max_age": self.max_age}
        return {name: str(value) for name, value in asked.items() if value is not None}


class IssuerUnavailable(Refusal):
    """The issuer's keys are not known and cannot be fetched now."""

    status = 503
    error = "temporarily_unavailable"

    def __init__(self, description: str, retry_after_seconds: float) -> None:
        super().__init__(description)
        self.retry_after_seconds = max(SHORTEST_RETRY_SECONDS, round(retry_after_seconds))


@dataclass(frozen=True, slots=True)
class Challenger:
    """Writes refusals as responses: status, challenges and JSON body."""

    realm: str = "api"
    metadata_url: str | None = None
    """Where a client learns which issuer to ask (RFC 9728 5.1)."""
    schemes: Sequence[str] = ("Bearer",)
    """How a token can be sent: `Bearer`, `DPoP` or both."""
    proof_algorithms: Sequence[str] = ()
    """What may sign a proof (`algs`, RFC 9449 7.1)."""

    def answer(self, refusal: Refusal, scheme: str = "Bearer") -> Response:
        """Return the response to a refused request of a scheme, the same in any framework."""
        body = {"error": refusal.error or "unauthorized", "error_description": refusal.description}
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        # json.dumps writes ASCII: a claim may hold half a surrogate pair, which is no UTF-8
        response = Response(json.dumps(body), refusal.status, headers)
        if isinstance(refusal, NonceNeeded):
            response.headers["dpop-nonce"] = refusal.nonce
        if isinstance(refusal, IssuerUnavailable):
            response.headers["retry-after"] = str(refusal.retry_after_seconds)
        else:
            for challenge in self.challenges(refusal, scheme):
                response.headers.append("www-authenticate", challenge)
        return response

    def challenges(self, refusal: Refusal, scheme: str = "Bearer") -> list[str]:
        """Return the values of `WWW-Authenticate`: the scheme that was used, or all there are."""
        used = scheme if scheme in self.schemes else self.schemes[0]
        is_any_scheme = refusal.error is None or isinstance(refusal, TokenBound)
        schemes = self.schemes if is_any_scheme else [used]
        return [self._challenge(one, refusal if one == used else None) for one in schemes]

    def _challenge(self, scheme: str, refusal: Refusal | None) -> str:
        parameters = {"realm": self.realm}
        if refusal is not None and refusal.error is not None:
            parameters |= {"error": refusal.error, "error_description": refusal.description}
            parameters |= refusal.parameters
        if scheme == "DPoP":
            parameters["algs"] = " ".join(self.proof_algorithms)
        if self.metadata_url is not None:
            parameters["resource_metadata"] = self.metadata_url
        listed = (f'{name}="{quotable(text)}"' for name, text in parameters.items())
        return f"{scheme} " + ", ".join(listed)


def quotable(text: str) -> str:
    """Return `text` safe between quotes in a header: printable ASCII, no quote, no backslash."""
    cut = text if len(text) <= MAX_DESCRIPTION else text[:MAX_DESCRIPTION] + "..."
    return "".join(letter if " " <= letter <= "~" else "?" for letter in cut.translate(QUOTABLE))
