"""Tenants of vendors, by what is documented of them: what each takes, refuses and leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, form_of, led_on
from tui.auth.tenant.metadata import discovery_url
from tui.json_value import Json

RETURNS: Final = ("post_logout_redirect_uri", "returnTo", "logout_uri")
"""What an address has that signs a browser out, and says where it returns to."""


@dataclass(frozen=True, slots=True)
class Script:
    """How one vendor behaves."""

    key: str
    """In the table of vendors."""
    issuer: str
    authorize: str
    """Where a browser begins; a path, or a URL on another host."""
    keys: str
    """The path of its key set."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What a request must have, or it is refused."""
    forbids: tuple[str, ...] = ("audience", "resource")
    """What neither it nor a token request may have."""
    scope: str = "offline_access"
    """Words of the scope without which there is no refresh token; after a `-`, which it refuses."""
    offline: Mapping[str, str] = field(default_factory=dict)
    """Parameters without which there is no refresh token."""
    host: str = "127.0.0.1"
    """The one host of callbacks in plain http."""
    secret: str | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    """Over the right ones; None leaves a member out."""
    id_claims: Mapping[str, Json] = field(default_factory=dict)
    token_members: Mapping[str, Json] = field(default_factory=dict)
    leaves_by: str = ""
    """The page that signs a browser out; empty where there is none."""
    revokes: bool = True


NO_LOG_OUT: Final = {"end_session_endpoint": None}
NO_REVOCATION: Final = {"revocation_endpoint": None}
ENTRA: Final = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
COGNITO: Final = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"
COGNITO_PAGES: Final = "https://demo.auth.eu-west-1.amazoncognito.com"
GOOGLE: Final = "https://accounts.google.com"

SCRIPTS: Final = (
    Script("auth0", "https://acme.eu.auth0.com/", "/authorize", "/.well-known/jwks.json",
           asks={"audience": "https://api.example"}, forbids=("resource",), metadata=NO_LOG_OUT,
           leaves_by="https://acme.eu.auth0.com/v2/logout"),
    Script("okta", "https://acme.okta.com/oauth2/default", "/oauth2/default/v1/authorize",
           "/oauth2/default/v1/keys", leaves_by="https://acme.okta.com/logout"),
    Script("entra", ENTRA, "/oauth2/v2.0/authorize", "/discovery/v2.0/keys",
           scope="offline_access https://api.example/.default", host="localhost",
           metadata=NO_REVOCATION, id_claims={"at_hash": None, "ver": "2.0"},
           token_members={"expires_in": "3599", "scope": "https://api.example/read"},
           leaves_by="https://login.microsoftonline.com/logout", revokes=False),
    Script("keycloak", "https://id.example/realms/one",
           "/realms/one/protocol/openid-connect/auth", "/realms/one/protocol/openid-connect/certs",
           scope="openid", leaves_by="https://id.example/logout"),
    Script("google", GOOGLE, "/o/oauth2/v2/auth", "/oauth2/v3/certs", scope="-offline_access",
           offline={"access_type": "offline", "prompt": "consent"}, secret="GOCSPX-no-secret",
           metadata=NO_LOG_OUT, id_claims={"iss": "accounts.google.com"},
           token_members={"scope": "openid https://www.googleapis.com/auth/userinfo.email"}),
    Script("cognito", COGNITO, f"{COGNITO_PAGES}/oauth2/authorize",
           "/eu-west-1_AbC/.well-known/jwks.json", scope="-offline_access", host="localhost",
           metadata=NO_LOG_OUT, id_claims={"token_use": "id"}, token_members={"scope": None},
           leaves_by=f"{COGNITO_PAGES}/logout"),
    Script("authentik", "https://id.example/application/o/app/", "/application/o/authorize/",
           "/application/o/app/jwks/", leaves_by="https://id.example/logout"),
    Script("zitadel", "https://acme.zitadel.cloud", "/oauth/v2/authorize", "/oauth/v2/keys",
           scope="offline_access urn:zitadel:iam:org:project:id:https://api.example:aud",
           leaves_by="https://acme.zitadel.cloud/logout"),
    Script("dex", "https://id.example/dex", "/dex/auth", "/dex/keys",
           scope="offline_access audience:server:client_id:https://api.example "
           "audience:server:client_id:the-client",
           metadata=NO_LOG_OUT | NO_REVOCATION, id_claims={"aud": ["https://api.example",
           "the-client"], "azp": "the-client"}, token_members={"scope": None}, revokes=False),
    Script("duende", "https://id.example", "/connect/authorize",
           "/.well-known/openid-configuration/jwks", leaves_by="https://id.example/logout"),
    Script("lemonldap", "https://auth.example/", "/oauth2/authorize", "/oauth2/jwks",
           offline={"prompt": "consent"}, metadata=NO_REVOCATION,
           leaves_by="https://auth.example/logout", revokes=False),
)  # fmt: skip


class ScriptedVendor(ScriptedTenant):
    """A tenant that takes what its vendor takes, and refuses the rest in its words."""

    def __init__(self, clock: Clock, script: Script) -> None:
        super().__init__(clock, script.issuer)
        self.script = script
        self.left_by = ""
        """Where the browser was signed out."""
        origin = str(httpx.URL(script.issuer).copy_with(path="/")).rstrip("/")
        own = httpx.URL(origin).join(script.authorize)
        endpoints = ("token", "userinfo", "revoke", "logout", "device_authorization")
        token, userinfo, revoke, log_out, device = (f"{origin}/{name}" for name in endpoints)
        self.metadata |= {
            "authorization_endpoint": str(own),
            "token_endpoint": token,
            "jwks_uri": origin + script.keys,
            "userinfo_endpoint": userinfo,
            "revocation_endpoint": revoke,
            "end_session_endpoint": log_out,
            "device_authorization_endpoint": device,
            "id_token_signing_alg_values_supported": ["RS256"],
            **script.metadata,
        }
        document = httpx.URL(discovery_url(script.issuer)).path
        said = {name: value for name, value in self.metadata.items() if value is not None}
        self.responses[document] = lambda _request: httpx.Response(200, json=said)
        self.responses[script.keys] = lambda _request: httpx.Response(200, json={"keys": self.keys})
        self.responses[own.path] = self._probed
        self.responses["/token"] = self._redeemed
        self.id_claims = dict(script.id_claims)

    async def browser(self, url: str) -> bool:
        """Sign in, or sign out, as a person's browser does; then come back."""
        target = httpx.URL(await led_on(url))
        back = [target.params[name] for name in RETURNS if name in target.params]
        if back:
            self.left_by = str(target.copy_with(query=None))
            await browse(back[0])
            return True
        asked = dict(target.params)
        self._remember(asked)
        error = self._refusal(asked)
        self.answer_parameters = {"code": None, "error": error} if error else {}
        return await super().browser(str(target))

    def _refusal(self, asked: dict[str, str]) -> str:
        script, scope = self.script, asked["scope"].split()
        if httpx.URL(asked["redirect_uri"]).host != script.host:
            return "redirect_uri_mismatch"
        if set(script.forbids) & asked.keys() or not script.asks.items() <= asked.items():
            return "invalid_request"
        if any(f"-{each}" in script.scope.split() for each in scope):
            return "invalid_scope"
        return ""

    def _remember(self, asked: dict[str, str]) -> None:
        """Give a refresh token only to who asks for one as this vendor wants it."""
        script = self.script
        wanted = {each for each in script.scope.split() if not each.startswith("-")}
        gives = wanted <= {*asked["scope"].split()} and script.offline.items() <= asked.items()
        self.token_members = {"scope": asked["scope"], **script.token_members}
        if not gives:
            self.token_members["refresh_token"] = None

    def _probed(self, request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params)
        error = self._refusal(asked) or "login_required"
        back = httpx.URL(asked["redirect_uri"]).copy_merge_params({"error": error})
        return httpx.Response(302, headers={"Location": str(back)})

    def _redeemed(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        shown = form.get("client_secret") or request.headers.get("authorization")
        if self.script.secret and not shown:
            missing = {"error": "invalid_request", "error_description": "client_secret is missing."}
            return httpx.Response(400, json=missing)
        if set(self.script.forbids) & form.keys():
            return httpx.Response(400, json={"error": "invalid_request"})
        return self._token(form)
