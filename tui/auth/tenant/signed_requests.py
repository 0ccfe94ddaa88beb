"""Requests to the tenant that show who sends them: by the client's secret, by the session's key."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from tui.auth.dpop.authorization import Authorization, asks_for_nonce
from tui.auth.dpop.prover import Prover
from tui.auth.dpop.session_key import SessionKey
from tui.auth.store.client_secret import kept_secret
from tui.auth.store.sealing import KeyKeeper, SystemKeyring
from tui.auth.tenant.http import TenantHttp
from tui.auth.tenant.token_response import wants_nonce
from tui.config.keys import IN_KEYRING
from tui.config.load import has_own_servers
from tui.errors import ConfigInvalid
from tui.http.exchange import Answer
from tui.moments import Clock
from tui.text import printable

if TYPE_CHECKING:
    import httpx

    from tui.config.load import Config


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form, with what shows that it comes from this client."""

    form: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and the secret that shows it; None for a public client."""

    client_id: str
    secret: str | None = field(default=None, repr=False)

    def sign(self, form: Mapping[str, str], methods: Sequence[str]) -> SignedForm:
        """Add to `form` what shows who asks (RFC 6749 2.3.1), by the tenant's first way of two.

        `methods` are those that the tenant lists; none means `client_secret_basic` (RFC 8414 2).

        Raises:
            ConfigInvalid: there is a secret, and the tenant takes secrets in neither way.
        """
        if self.secret is None:
            return SignedForm({**form, "client_id": self.client_id}, {})
        if self._method(methods) == "client_secret_post":
            own = {"client_id": self.client_id, "client_secret": self.secret}
            return SignedForm({**form, **own}, {})
        # Each is encoded as a form's value first: a colon in the identifier is no separator.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        basic = b64encode(pair.encode("ascii")).decode("ascii")
        return SignedForm(form, {"Authorization": f"Basic {basic}"})

    def _method(self, methods: Sequence[str]) -> str:
        known = [name for name in methods if name in ("client_secret_basic", "client_secret_post")]
        if known:
            return known[0]
        if not methods:
            return "client_secret_basic"
        if "none" in methods:
            return "client_secret_post"  # it lists what it would like, and still asks for a secret
        raise ConfigInvalid(
            "The tenant takes no client secret: it lists "
            f"{printable(', '.join(methods), 200)}. Take `clientSecret` out of the "
            "config, and register a public native client (RFC 8252 8.4)."
        )


class SignedRequests:
    """What this client sends to its tenant, each request signed as it must be."""

    def __init__(
        self,
        config: "Config",
        clock: Clock,
        transport: "httpx.AsyncBaseTransport | None" = None,
        keys: KeyKeeper | None = None,
        prover: Prover | None = None,
    ) -> None:
        """Make ready; `keys` keeps the client's secret where the config says so."""
        self._config = config
        self._prover = prover or Prover(clock)
        self._keys_of_system: Final = keys or SystemKeyring()
        self._client = Client(config.client_id, config.client_secret)
        self.http: Final = TenantHttp(
            transport,
            secrets=_known(config.client_secret),
            learn=self._prover.learn,
            is_ours=has_own_servers(config),
        )

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret."""
        return self._client.secret is None

    async def post(
        self,
        endpoint: str,
        form: Mapping[str, str],
        methods: Sequence[str],
        key: SessionKey | None = None,
    ) -> Answer:
        """Send `form`, with a proof of the session's key where there is one.

        A proof that lacks the tenant's nonce is made anew, once (RFC 9449 8).
        """
        if self._client.secret == IN_KEYRING:  # not before it is needed: a keyring may be slow
            ask = partial(kept_secret, self._config, self._keys_of_system)
            self._client = Client(self._config.client_id, await asyncio.to_thread(ask))
            self.http.secrets = _known(self._client.secret)
        signed = self._client.sign(form, methods)
        if key is None:
            return await self.http.post(endpoint, signed.form, signed.headers)
        for _ in range(2):
            headers = {**signed.headers, "DPoP": self._proof("POST", endpoint, key)}
            answer = await self.http.post(endpoint, signed.form, headers)
            if not wants_nonce(answer):
                break
        return answer

    async def get(self, endpoint: str, access_token: str, key: SessionKey | None) -> Answer:
        """Fetch what an access token gives access to; a proof is made anew as in `post`."""
        for _ in range(2):
            proof = self._proof("GET", endpoint, key, access_token) if key else ""
            answer = await self.http.get(endpoint, Authorization(access_token, proof).headers)
            if key is None or not asks_for_nonce(answer.status, answer.headers):
                break
        return answer

    def _proof(self, method: str, endpoint: str, key: SessionKey, access_token: str = "") -> str:
        # An endpoint that was not heard yet has most likely the clock of discovery.
        skew = self._prover.skew(self._config.issuer)
        return self._prover.prove(key, method, endpoint, access_token, skew)


def _known(secret: str | None) -> Sequence[str]:
    return () if secret is None or secret == IN_KEYRING else (secret,)
