"""How a refusal is said: status, `WWW-Authenticate` challenge (RFC 6750 3) and JSON body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from api_server.bearer.refusal import InsufficientScopeError, IssuerUnavailableError, Refusal

MAX_DESCRIPTION: Final = 400
"""Characters; some proxies drop responses whose headers are long."""

QUOTABLE: Final = {ord('"'): "'", ord("\\"): "/"}
"""RFC 6750 3: neither quote nor backslash in a description, so nothing to escape and get wrong."""


@dataclass(frozen=True, slots=True)
class Challenger:
    """Writes challenges for one API."""

    realm: str = "api"
    metadata_url: str | None = None
    """Where a client learns which issuer to ask (RFC 9728 5.1)."""

    def answer(self, refusal: Refusal) -> Response:
        """Return the response that says the refusal: the same in any framework."""
        body = {"error": refusal.error or "unauthorized", "error_description": refusal.description}
        # json.dumps writes ASCII: a claim may hold half a surrogate pair, which is no UTF-8
        return Response(json.dumps(body), refusal.status, self._headers(refusal))

    def _headers(self, refusal: Refusal) -> Mapping[str, str]:
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        if isinstance(refusal, IssuerUnavailableError):
            headers["retry-after"] = str(refusal.retry_after_seconds)
        else:
            headers["www-authenticate"] = self.challenge(refusal)
        return headers

    def challenge(self, refusal: Refusal) -> str:
        """Return the value of `WWW-Authenticate`."""
        parameters = {"realm": self.realm}
        if refusal.error is not None:
            parameters["error"] = refusal.error
            parameters["error_description"] = refusal.description
        if isinstance(refusal, InsufficientScopeError):
            parameters["scope"] = refusal.needed
        if self.metadata_url is not None:
            parameters["resource_metadata"] = self.metadata_url
        return "Bearer " + ", ".join(
            f'{name}="{quotable(text)}"' for name, text in parameters.items()
        )


def quotable(text: str) -> str:
    """Make `text` safe between quotes in a header: printable ASCII, no quote, no backslash."""
    cut = text if len(text) <= MAX_DESCRIPTION else text[:MAX_DESCRIPTION] + "..."
    return "".join(letter if " " <= letter <= "~" else "?" for letter in cut.translate(QUOTABLE))
