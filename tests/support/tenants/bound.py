"""Sessions whose tokens are bound to a key; an API and a tenant that look at proofs as ours do."""

from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

import httpx

from api_server.bearer.dpop import ProofVerifier, hash_token
from api_server.bearer.dpop_memory import Nonces
from api_server.bearer.refusal import NonceNeeded, Refusal
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, form_of, led_on
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
    refusal_status: int = 401
    has_tokens: bool = True
    asked: list[httpx.Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.verifier = ProofVerifier(lambda: self.clock().timestamp(), nonces=self.nonces)

    def refusal(self, request: httpx.Request) -> httpx.Response | None:
        """Return what a request without a good proof is answered with."""
        self.asked.append(request)
        proofs = [value for name, value in request.headers.raw if name.lower() == b"dpop"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        expected = hash_token(token.encode()) if self.has_tokens else None
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
                self.refusal_status, json={"error": "use_dpop_nonce"}, headers=headers
            )
        except Refusal as refusal:
            self.refused.append(str(refusal))
            challenge = {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof"'}
            body = {"error": "invalid_dpop_proof"}
            return httpx.Response(self.refusal_status, json=body, headers=challenge)
        return None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self.refusal(request) or httpx.Response(200, json={"msg": "ok"})


class ProvingTenant(ScriptedTenant):
    """Binds tokens to the key of a proof, and takes authorization requests ahead."""

    def __init__(self, clock: Clock, nonces: Nonces | None = None) -> None:
        super().__init__(clock)
        self.at_token = ProvingServer(clock, nonces, refusal_status=400, has_tokens=False)
        self.at_userinfo = ProvingServer(clock, nonces)
        self.token_members = {"token_type": "DPoP"}
        self.metadata["pushed_authorization_request_endpoint"] = self.issuer + "par"
        self.pushed: list[dict[str, str]] = []
        self.opened: dict[str, str] = {}
        """The parameters of the address that was last opened, as the browser sees them."""
        self.responses = {
            "/token": lambda request: self.at_token.refusal(request) or self._answered(request),
            "/userinfo": lambda request: (
                self.at_userinfo.refusal(request) or httpx.Response(200, json=self.userinfo)
            ),
            "/par": self._push,
        }

    def _answered(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        return self._device_poll(request) if "device_code" in form else self._token(form)

    def _push(self, request: httpx.Request) -> httpx.Response:
        self.pushed.append(form_of(request))
        uri = f"urn:ietf:params:oauth:request_uri:{len(self.pushed)}"
        return httpx.Response(201, json={"request_uri": uri, "expires_in": 60})

    async def no_browser(self, url: str) -> bool:
        self.opened = dict(parse_qsl(urlsplit(await led_on(url)).query))
        self.authorization = self.opened
        if "request_uri" in self.opened:
            self.authorization = self.pushed[int(self.opened["request_uri"].rpartition(":")[2]) - 1]
        return False
