"""The one table of tenants that are set up wrongly, for the doctor and for who signs in."""

import socket
import ssl
from typing import Final, NamedTuple

import httpx

from tests.support.builders.configs import CONFIG
from tests.support.doctor.patient import HOSTILE, Patient
from tests.support.doctor.set_ups import (
    DISCOVERY,
    SetUp,
    answers_codes,
    api,
    both,
    comes_back,
    configured,
    fails,
    issued_by,
    responds,
    says,
    signs_by,
    takes_pushed,
)
from tests.support.tenants.scripted_tenant import public_jwk
from tui.config.keys import IN_KEYRING

NO_NAME: Final = socket.gaierror(-2, "Name or service not known")
NOT_TRUSTED: Final = ssl.SSLCertVerificationError(1, "certificate verify failed")
NOT_TRUSTED.verify_message = "self-signed certificate"
NO_TLS: Final = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")

ENTRA: Final = "https://login.microsoftonline.com"
ENTRA_ID: Final = "11111111-2222-3333-4444-555555555555"
ENTRA_TEMPLATE: Final = ENTRA + "/{tenantid}/v2.0"


class WrongTenant(NamedTuple):
    """One way in which a tenant, or what a config says of it, is wrong."""

    name: str
    set_up: SetUp
    rule: str
    """Which of the doctor's rules says so."""
    remedy: str
    """Words of the one remedy, which the doctor and the sign-in both give."""
    shows_page: bool = False
    """Whether the tenant says so on a page alone: the sign-in hears nothing, and tells its hint."""


def weak_keys(patient: Patient) -> None:
    patient.tenant.keys = [public_jwk("weak", "first")]


def without_openid(domain: str) -> SetUp:
    """A `domain` at which there is a website, and no OpenID Provider."""

    def set_up(patient: Patient) -> None:
        patient.set(domain=domain)
        patient.resource["authorization_servers"] = [patient.config.issuer]
        patient.answers(DISCOVERY, lambda _request: httpx.Response(404))

    return set_up


def page(status: int, text: str) -> SetUp:
    """A tenant whose authorization endpoint shows an error page."""
    return responds("/authorize", status, text)


CALLBACK, CLIENT = "http://127.0.0.1/callback (with any port)", "orrect `clientId`"

WRONG_TENANTS: Final = (
    # How the issuer is spelled.
    WrongTenant("other-issuer", says(issuer="https://other.example/" + HOSTILE), "issuer",
                "to the letter"),
    WrongTenant("no-slash", both(says(issuer="https://tenant.example"),
                                 api(resource={"resource": CONFIG.audience,
                                               "authorization_servers": ["https://tenant.example"]})),
                "issuer", '"domain": "https://tenant.example"'),
    WrongTenant("plain-http", says(issuer="http://tenant.example/"), "issuer", "to the letter"),
    WrongTenant("template", says(issuer=ENTRA_TEMPLATE), "issuer", "TENANT-ID/v2.0"),
    WrongTenant("common", issued_by(f"{ENTRA}/common/v2.0", ENTRA_TEMPLATE), "issuer",
                f"{ENTRA}/TENANT-ID/v2.0"),
    WrongTenant("organizations", issued_by(f"{ENTRA}/organizations/v2.0", ENTRA_TEMPLATE),
                "issuer", f"{ENTRA}/TENANT-ID/v2.0"),
    WrongTenant("entra-without-v2",
                issued_by(f"{ENTRA}/{ENTRA_ID}", f"https://sts.windows.net/{ENTRA_ID}/"), "issuer",
                f"{ENTRA}/{ENTRA_ID}/v2.0"),
    WrongTenant("well-known", without_openid("https://tenant.example" + DISCOVERY), "issuer",
                '"domain": "https://tenant.example".'),
    WrongTenant("github", without_openid("github.com"),
                "issuer", "without OpenID Connect"),
    WrongTenant("slack", without_openid("slack.com"),
                "issuer", "https callbacks alone"),
    WrongTenant("apple", without_openid("appleid.apple.com"), "issuer", "signed with the"),
    # The way there.
    WrongTenant("no-such-name", fails(httpx.ConnectError("x"), NO_NAME), "name",
                "Check the network"),
    WrongTenant("proxy-says-no", fails(httpx.ProxyError("407")), "proxy",
                "Check HTTPS_PROXY and NO_PROXY"),
    WrongTenant("nobody", fails(httpx.ConnectError("x")), "connection", "Check the network"),
    WrongTenant("silent", fails(httpx.ReadTimeout("x")), "connection", "Try again later"),
    WrongTenant("no-http", fails(httpx.RemoteProtocolError(HOSTILE)), "connection",
                "Try again later"),
    WrongTenant("not-trusted", fails(httpx.ConnectError("x"), NOT_TRUSTED), "tls",
                "SSL_CERT_FILE names"),
    WrongTenant("no-tls", fails(httpx.ConnectError("x"), NO_TLS), "tls", "Check `domain`"),
    # What it says of itself.
    WrongTenant("no-discovery", responds(DISCOVERY, 404), "discovery", "ends in /realms/REALM"),
    WrongTenant("discovery-is-a-page", responds(DISCOVERY, 200, "<html>"), "discovery",
                "/realms/REALM"),
    WrongTenant("discovery-leads-on", responds(DISCOVERY, 302, Location="/x"), "discovery",
                "Check `domain`"),
    WrongTenant("overloaded", responds(DISCOVERY, 503), "discovery", "Try again later"),
    WrongTenant("no-token-endpoint", says(token_endpoint=None), "discovery", "Check `domain`"),
    WrongTenant("endpoint-in-http", says(token_endpoint="http://tenant.example/" + HOSTILE),
                "discovery", "Check `domain`"),
    WrongTenant("plain-pkce", says(code_challenge_methods_supported=["plain", HOSTILE]), "pkce",
                "Set S256"),
    WrongTenant("no-code-grant", both(says(grant_types_supported=["implicit", HOSTILE]),
                                      answers_codes("unsupported_grant_type")),
                "grants", "authorization code"),
    WrongTenant("no-code", both(says(response_types_supported=["id_token", HOSTILE]),
                                answers_codes("unsupported_response_type")),
                "grants", "response_type code"),
    WrongTenant("pushed-only", says(require_pushed_authorization_requests=True), "pushed-requests",
                "have ordinary requests allowed for the-client"),
    WrongTenant("no-es256", both(configured(dpop=True),
                                 says(dpop_signing_alg_values_supported=["RS256"])),
                "tenant-dpop", "Allow ES256"),
    # How it signs.
    WrongTenant("hs256", both(says(id_token_signing_alg_values_supported=["HS256", HOSTILE]),
                              signs_by("HS256")), "algorithms",
                "signing algorithm in the tenant's settings"),
    WrongTenant("weak-keys", weak_keys, "keys", "2048 bits"),
    WrongTenant("keys-of-another-kind", both(says(id_token_signing_alg_values_supported=["ES256"]),
                                             signs_by("ES256")), "keys", "P-256"),
    WrongTenant("no-key-set", responds("/jwks", 404), "keys", "a key set that everybody can read"),
    WrongTenant("key-set-is-a-page", responds("/jwks", 200, "<html>"), "keys",
                "a key set that everybody can read"),
    # Who asks.
    WrongTenant("google-without-a-secret",
                both(issued_by("https://accounts.google.com"),
                     answers_codes("invalid_request", "client_secret is missing.")),
                "client-secret", "in the keyring, or set DOORKEY_CLIENT_SECRET"),
    WrongTenant("secret-not-in-the-keyring", configured(client_secret=IN_KEYRING), "client-secret",
                "doorkey init"),
    WrongTenant("no-secret-is-taken",
                both(configured(client_secret="the-client-secret"),
                     says(token_endpoint_auth_methods_supported=["private_key_jwt"])),
                "client-secret", "Take `clientSecret` out"),
    WrongTenant("callback-unknown", page(400, "The redirect_uri is not registered"), "callback",
                CALLBACK, shows_page=True),
    WrongTenant("callback-mismatch", page(403, "Callback URL mismatch."), "callback",
                CALLBACK, shows_page=True),
    WrongTenant("entra-callback", page(400, "AADSTS50011: The reply URL does not match"),
                "callback", CALLBACK, shows_page=True),
    WrongTenant("entra-callback-with-a-200",
                page(200, "<script>$Config={'e':'AADSTS50011: no'}</script>Sorry"), "callback",
                CALLBACK, shows_page=True),
    WrongTenant("client-unknown", page(400, "Unknown client: the-client"), "client",
                CLIENT, shows_page=True),
    WrongTenant("client-unknown-and-the-request-repeated",
                page(400, "<script>callback()</script>Unknown client<p>redirect_uri=http%3A%2F%2F"
                     "127.0.0.1%3A53682%2Fcallback to http://127.0.0.1:53682/callback"), "client",
                CLIENT, shows_page=True),
    WrongTenant("client-invalid", page(401, '{"error": "invalid_client"}'), "client",
                CLIENT, shows_page=True),
    WrongTenant("entra-client", page(400, "AADSTS700016: Application was not found"), "client",
                "lientId`", shows_page=True),
    WrongTenant("pushed-callback",
                takes_pushed({"error": "invalid_request",
                              "error_description": "redirect_uri" + HOSTILE}),
                "callback", CALLBACK),
    WrongTenant("pushed-client", takes_pushed({"error": "invalid_client"}), "client",
                "the-client"),
    # What is asked for.
    WrongTenant("scope", comes_back("invalid_scope"), "request", "orrect `scope`"),
    WrongTenant("pushed-scope", takes_pushed({"error": "invalid_scope"}), "request",
                "orrect `scope`"),
    WrongTenant("target", comes_back("invalid_target"), "request", "correct `audience`"),
    WrongTenant("auth0-audience", comes_back("access_denied", "Service not found: https://api."),
                "request", "knows no API https://api.example"),
    WrongTenant("auth0-organization",
                comes_back("invalid_request", "parameter organization is required"), "request",
                "doorkey login --organization NAME"),
    WrongTenant("entra-resource",
                comes_back("invalid_request", "AADSTS901002: 'resource' is not supported"),
                "request", '"audienceParameter": "none"'),
    WrongTenant("entra-api", comes_back("invalid_request", "AADSTS500011: not found in the tenant"),
                "request", "API permissions"),
    WrongTenant("grant-off", comes_back("unauthorized_client", "not allowed"), "request",
                "Allow the grants authorization code and refresh token"),
    WrongTenant("pushed-demanded-in-words",
                comes_back("invalid_request", "Pushed Authorization Request must be used"),
                "request", "set `pushedRequests` to true"),
    WrongTenant("dpop-demanded-in-words", comes_back("invalid_request", "DPoP is required"),
                "request", "set `dpop` to true"),
)  # fmt: skip
