"""The tenant over HTTP: discovery, keys, token, userinfo, device, revocation, log out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from tui.auth.dpop.prover import Prover
from tui.auth.dpop.session_key import ALGORITHM, SessionKey
from tui.auth.store.sealing import KeyKeeper
from tui.auth.tenant.device_grant import (
    DEVICE_GRANT,
    DeviceAuthorization,
    parse_device_authorization,
    poll_for_tokens,
)
from tui.auth.tenant.id_token import Expected, verify_id_token, verify_userinfo
from tui.auth.tenant.key_set import SIGN_SO, KeySet, UnknownKey
from tui.auth.tenant.metadata import (
    Metadata,
    discovery_url,
    no_discovery,
    oauth_metadata_url,
    parse_metadata,
    require_proofs,
    with_revocation_of,
)
from tui.auth.tenant.remedies.explain import explain_refusal
from tui.auth.tenant.signed_requests import SignedRequests
from tui.auth.tenant.token_response import TokenResponse, parse_token_response
from tui.errors import (
    DoorkeyError,
    GrantRefused,
    SignInFailed,
    SignInRefused,
    TenantMisbehaved,
)
from tui.http.exchange import Answer
from tui.json_value import Claims
from tui.moments import Clock, Sleep
from tui.text import printable

if TYPE_CHECKING:
    import httpx

    from tui.config.load import Config

Revocation = Literal["revoked", "not offered", "for confidential clients only"]

METADATA_FRESH: Final = timedelta(hours=1)
KEYS_FRESH: Final = timedelta(hours=1)

KEYS_COOLDOWN: Final = timedelta(seconds=30)
"""Between two fetches for a `kid` that is not known: wrong tokens must not become requests."""


class Provider:
    """The configured tenant. Call `aclose` when done."""

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
        self.issuer: Final = config.issuer
        self.client_id: Final = config.client_id
        self.redirect_uris: Final = config.redirect_uris
        self._clock = clock
        self._signed: Final = SignedRequests(config, clock, transport, keys, prover)
        self._http = self._signed.http
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None
        self._keys_fetched_again_at: datetime | None = None

    async def discover(self) -> Metadata:
        """Return the tenant's metadata, fetched anew where it is older than an hour.

        Raises:
            TenantUnreachable: no answer.
            TenantMisbehaved: not this issuer's metadata, or a tenant without PKCE S256.
        """
        if self._metadata and self._is_fresh(self._metadata[1], METADATA_FRESH):
            return self._metadata[0]
        return await self.discover_anew()

    async def discover_anew(self) -> Metadata:
        """Return the tenant's metadata as it is now; raises as `discover`.

        Before a browser is sent there: a tenant that is gone would show it a page of its own.
        """
        url = discovery_url(self._config.issuer)
        answer = await self._http.get(url)
        if answer.status != 200:
            raise TenantMisbehaved(no_discovery(self._config.issuer, answer.status))
        metadata = parse_metadata(answer.members(), self._config.issuer)
        self._metadata = metadata, self._clock()
        return metadata

    async def discover_to_bind(self) -> Metadata:
        """Return the tenant's metadata as it is now, for tokens that are to be bound to a key.

        Raises:
            ConfigInvalid: the tenant takes no proofs such as ours.
            TenantUnreachable, TenantMisbehaved: as in `discover`.
        """
        metadata = await self.discover_anew()
        require_proofs(metadata, ALGORITHM)
        return metadata

    async def push(self, parameters: Mapping[str, str]) -> Answer:
        """Send an authorization request ahead of the browser (RFC 9126 2.1); raises as `get`."""
        metadata = await self.discover()
        endpoint = metadata.pushed_request_endpoint
        return await self._signed.post(endpoint, parameters, metadata.token_auth_methods)

    async def exchange_code(
        self, code: str, redirect_uri: str, verifier: str, key: SessionKey | None
    ) -> TokenResponse:
        """Redeem an authorization code (RFC 6749 4.1.3, RFC 7636 4.5) for tokens bound to `key`."""
        return await self._request_tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
            key,
        )

    async def refresh(self, refresh_token: str, key: SessionKey | None = None) -> TokenResponse:
        """Redeem a refresh token (RFC 6749 6), which a public client's `key` belongs to."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self._request_tokens(form, key)

    async def authorize_device(self, scope: str) -> DeviceAuthorization:
        """Ask for a code that a person enters on another device (RFC 8628 3.1).

        Raises:
            SignInFailed: the tenant offers none, or not to this client.
        """
        metadata = await self.discover()
        if not metadata.device_authorization_endpoint:
            raise SignInFailed("This tenant gives no codes for other devices (RFC 8628).")
        form = {"client_id": self.client_id, "scope": scope}
        if self._config.audience_parameter != "none":
            form[self._config.audience_parameter] = self._config.audience
        answer = await self._signed.post(
            metadata.device_authorization_endpoint, form, metadata.token_auth_methods
        )
        try:
            return parse_device_authorization(answer, self._clock())
        except SignInRefused as refused:
            options = {} if scope == self._config.scope else {"scope": scope}
            raise explain_refusal(refused, self._config, metadata, options) from None

    async def poll_for_tokens(
        self, authorization: DeviceAuthorization, sleep: Sleep, key: SessionKey | None
    ) -> TokenResponse:
        """Ask for the tokens until the person has decided; raises as the function does."""

        async def ask(device_code: str) -> TokenResponse:  # RFC 8628 3.4
            form = {"grant_type": DEVICE_GRANT, "device_code": device_code}
            return await self._request_tokens(form, key)

        return await poll_for_tokens(authorization, ask, self._clock, sleep)

    async def verify_id_token(
        self, id_token: str, expected: Expected, clock_skew: timedelta
    ) -> Claims:
        """Verify an ID token by the tenant's time; fetch the keys again once where none fits.

        Raises:
            IdTokenRejected: it fails a check.
        """
        now = self._clock() - clock_skew
        return await self._verify(lambda keys: verify_id_token(id_token, keys, expected, now))

    async def fetch_userinfo(
        self, access_token: str, subject: str, key: SessionKey | None = None
    ) -> Claims:
        """Ask for more claims (Core 5.3); none where the tenant has none for this token.

        An access token that is meant for an API may be refused here, and an answer for another
        `sub` is dropped (Core 5.3.2).
        """
        endpoint = (await self.discover()).userinfo_endpoint
        if not endpoint:
            return {}
        try:
            answer = await self._signed.get(endpoint, access_token, key)
            claims = await self._read_userinfo(answer) if answer.status == 200 else None
        except DoorkeyError:
            return {}
        return claims if claims and claims.get("sub") == subject else {}

    async def revoke(self, refresh_token: str) -> Revocation:
        """Revoke a refresh token (RFC 7009), where the tenant offers that to this client.

        Raises:
            TenantUnreachable: no answer.
            TenantMisbehaved: the tenant refused.
        """
        metadata = await self._discover_revocation()
        if not metadata.revocation_endpoint:
            return "not offered"
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        methods = metadata.revocation_auth_methods or metadata.token_auth_methods
        answer = await self._signed.post(metadata.revocation_endpoint, form, methods)
        if answer.status < 400:
            return "revoked"
        error = (answer.members() or {}).get("error", answer.status)
        is_for_all = "none" in (metadata.revocation_auth_methods or ("none",))
        if self._signed.is_public and (error == "invalid_client" or not is_for_all):
            return "for confidential clients only"
        shown = printable(error, 200)
        raise TenantMisbehaved(f"The tenant did not revoke the refresh token: {shown}.")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _read_userinfo(self, answer: Answer) -> Claims | None:
        if not answer.headers.get("content-type", "").startswith("application/jwt"):
            return answer.members()
        token = answer.body.decode("ascii", "replace").strip()
        return await self._verify(
            lambda keys: verify_userinfo(token, keys, self.issuer, self.client_id)
        )

    async def _verify(self, verify: Callable[[KeySet], Claims]) -> Claims:
        """Verify with the tenant's keys; fetch them again once where none fits."""
        try:
            return verify(await self._get_keys())
        except UnknownKey as error:
            last = self._keys_fetched_again_at
            if last is not None and self._is_fresh(last, KEYS_COOLDOWN):
                wait = (last + KEYS_COOLDOWN - self._clock()).total_seconds()
                again = f"They were fetched a moment ago; try again in {max(1, round(wait))} s."
                raise UnknownKey(f"{str(error).removesuffix(SIGN_SO)}{again}") from None
        self._keys, self._keys_fetched_again_at = None, self._clock()
        return verify(await self._get_keys())

    async def _discover_revocation(self) -> Metadata:
        metadata = await self.discover()
        if metadata.revocation_endpoint or self._metadata is None:
            return metadata
        # Some say in the OAuth document alone what OpenID discovery has no word for.
        try:
            answer = await self._http.get(oauth_metadata_url(metadata.issuer))
            metadata = with_revocation_of(metadata, answer.members())
        except DoorkeyError:
            return metadata  # there is no such document: so there is no revocation
        self._metadata = metadata, self._metadata[1]
        return metadata

    async def _request_tokens(
        self, form: Mapping[str, str], key: SessionKey | None
    ) -> TokenResponse:
        metadata = await self.discover()
        form = dict(form)
        if self._config.audience_parameter == "resource":
            form["resource"] = self._config.audience  # RFC 8707 2.2: again at each token request
        methods = metadata.token_auth_methods
        answer = await self._signed.post(metadata.token_endpoint, form, methods, key)
        try:
            return parse_token_response(answer, self._clock(), is_bound=key is not None)
        except GrantRefused as refused:
            raise explain_refusal(refused, self._config, metadata) from None

    async def _get_keys(self) -> KeySet:
        if self._keys is None or not self._is_fresh(self._keys[1], KEYS_FRESH):
            answer = await self._http.get((await self.discover()).jwks_uri)
            if answer.status != 200:
                raise TenantMisbehaved(
                    f"The tenant's keys cannot be had: its jwks_uri answered with {answer.status}. "
                    "Ask its administrator for a key set that everybody can read."
                )
            self._keys = KeySet(answer.members()), self._clock()
        return self._keys[0]

    def _is_fresh(self, fetched_at: datetime, lifetime: timedelta) -> bool:
        # Below zero the clock has been set back: then nothing is known of the age.
        return timedelta() <= self._clock() - fetched_at < lifetime
