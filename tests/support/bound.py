"""Sessions whose tokens are bound to a key, and an API that looks at proofs as ours does."""

from dataclasses import dataclass, field, replace

import httpx

from api_server.bearer.dpop import ProofVerifier
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.refusal import NonceNeeded, Refusal
from tests.support.clocks import Clock
from tests.support.sessions import session
from tui.auth.dpop.session_key import SessionKey
from tui.auth.session import Session

KEY = SessionKey.fresh()


def bound(kept: Session | None = None, key: SessionKey = KEY) -> Session:
    return replace(kept or session(), key=key)


@dataclass
class ProvingServer:
    """Answers 200 where the proof is good; a nonce is demanded where there are any."""

    clock: Clock
    nonces: Nonces | None = None
    nonce_status: int = 401
    has_tokens: bool = True
    asked: list[httpx.Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.verifier = ProofVerifier(lambda: self.clock().timestamp(), nonces=self.nonces)

    def refusal(self, request: httpx.Request) -> httpx.Response | None:
        """What a request without a good proof is answered with."""
        self.asked.append(request)
        proofs = [value for name, value in request.headers.raw if name.lower() == b"dpop"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        expected = token.encode() if self.has_tokens else None
        try:
            assert scheme == ("DPoP" if self.has_tokens else "")
            self.verifier.verify(proofs, request.method, [str(request.url)], expected)
        except NonceNeeded as needed:
            self.refused.append("nonce")
            headers = {
                "DPoP-Nonce": needed.nonce,
                "WWW-Authenticate": 'DPoP error="use_dpop_nonce"',
            }
            return httpx.Response(
                self.nonce_status, json={"error": "use_dpop_nonce"}, headers=headers
            )
        except Refusal as refusal:
            self.refused.append(str(refusal))
            return httpx.Response(400, json={"error": "invalid_dpop_proof"})
        return None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self.refusal(request) or httpx.Response(200, json={"msg": "ok"})
