"""Each wrong set-up leads to the one right remedy: a table."""

import socket
import ssl

import httpx
import pytest

from tests.support.doctor.patient import HOSTILE, Patient
from tests.support.doctor.set_ups import (
    DISCOVERY,
    SetUp,
    api,
    both,
    comes_back,
    configured,
    fails,
    issued_by,
    responds,
    says,
    takes_pushed,
    token,
)
from tests.support.tenants.scripted_tenant import public_jwk
from tui.config.keys import IN_KEYRING
from tui.errors import ConfigInvalid
from tui.text import printable

NO_NAME = socket.gaierror(-2, "Name or service not known")
NOT_TRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")
NOT_TRUSTED.verify_message = "self-signed certificate"
NO_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")


def state_is_open(patient: Patient) -> None:
    patient.folder.chmod(0o755)


def state_is_closed(patient: Patient) -> None:
    patient.folder.chmod(0o500)


def config_is_open(patient: Patient) -> None:
    patient.config.path.write_text("{}")
    patient.config.path.chmod(0o666)


def keyring_is_silent(patient: Patient) -> None:
    patient.keyring.answers = False
    patient.set(session_storage="keyring")


def no_such_browser(patient: Patient) -> None:
    patient.environ["BROWSER"] = "/nowhere/browser"


def weak_keys(patient: Patient) -> None:
    patient.tenant.keys = [public_jwk("weak", "weak")]


ENTRA = "https://login.microsoftonline.com"

# What is wrong, the rule that says so, and words of its remedy.
SET_UPS: list[tuple[str, SetUp, str, str]] = [
    ("no config", api(refused=ConfigInvalid("auth_config.json: there is no such file. Write one.")),
     "config", "Write one"),
    ("other issuer", says(issuer="https://other.example/" + HOSTILE), "issuer", "to the letter"),
    ("no slash", says(issuer="https://tenant.example"), "issuer",
     '"domain": "https://tenant.example"'),
    ("template", says(issuer=ENTRA + "/{tenantid}/v2.0"), "issuer", "TENANT-ID/v2.0"),
    ("common", issued_by(ENTRA + "/common/v2.0"), "issuer", "Put your tenant's own there"),
    ("organizations", issued_by(ENTRA + "/organizations/v2.0"), "issuer", "TENANT-ID/v2.0"),
    ("sts", issued_by("https://sts.windows.net/11111111-2222-3333-4444-555555555555/"), "issuer",
     f"{ENTRA}/11111111-2222-3333-4444-555555555555/v2.0"),
    ("well-known", issued_by("https://tenant.example/.well-known/openid-configuration"), "issuer",
     '"domain": "https://tenant.example".'),
    ("no such name", fails(httpx.ConnectError("x"), NO_NAME), "name", "Check the network"),
    ("proxy says no", fails(httpx.ProxyError("407")), "proxy", "Check HTTPS_PROXY and NO_PROXY"),
    ("nobody", fails(httpx.ConnectError("x")), "connection", "Check the network"),
    ("silent", fails(httpx.ReadTimeout("x")), "connection", "Try again later"),
    ("no HTTP", fails(httpx.RemoteProtocolError(HOSTILE)), "connection", "Try again later"),
    ("not trusted", fails(httpx.ConnectError("x"), NOT_TRUSTED), "tls", "SSL_CERT_FILE names"),
    ("no TLS", fails(httpx.ConnectError("x"), NO_TLS), "tls", "Check `domain`"),
    ("no discovery", responds(DISCOVERY, 404), "discovery", "ends in /realms/REALM"),
    ("discovery is a page", responds(DISCOVERY, 200, "<html>"), "discovery", "/realms/REALM"),
    ("discovery leads on", responds(DISCOVERY, 302, Location="/x"), "discovery", "/realms/REALM"),
    ("overloaded", responds(DISCOVERY, 503), "discovery", "Try again later"),
    ("no token endpoint", says(token_endpoint=None), "discovery", "Check `domain`"),
    ("endpoint in http", says(token_endpoint="http://tenant.example/" + HOSTILE), "discovery",
     "Check domain in the config"),
    ("plain PKCE", says(code_challenge_methods_supported=["plain", HOSTILE]), "pkce", "Set S256"),
    ("HS256", says(id_token_signing_alg_values_supported=["HS256", HOSTILE]), "algorithms",
     "Set RS256"),
    ("no code grant", says(grant_types_supported=["implicit", HOSTILE]), "grants",
     "Allow the grant authorization code"),
    ("pushed only", says(require_pushed_authorization_requests=True), "pushed-requests",
     "the-client"),
    ("pushed scope", takes_pushed({"error": "invalid_scope"}), "request", "orrect `scope`"),
    ("pushed callback", takes_pushed({"error": "invalid_request",
                                      "error_description": "redirect_uri" + HOSTILE}),
     "callback", "Allow these as callback URLs"),
    ("pushed client", takes_pushed({"error": "invalid_client"}), "client", "the-client"),
    ("no code", says(response_types_supported=["id_token", HOSTILE]), "grants",
     "Allow response_type code"),
    ("no ES256", both(configured(dpop=True), says(dpop_signing_alg_values_supported=["RS256"])),
     "tenant-dpop", "Allow ES256"),
    ("weak keys", weak_keys, "keys", "2048 bits"),
    ("keys of another kind", says(id_token_signing_alg_values_supported=["ES256"]), "keys",
     "P-256"),
    ("no key set", responds("/jwks", 404), "keys", "that everybody can read"),
    ("key set is a page", responds("/jwks", 200, "<html>"), "keys", "ask the tenant"),
    ("google without a secret", issued_by("https://accounts.google.com"), "client-secret",
     "DOORKEY_CLIENT_SECRET"),
    ("secret is not in the keyring", configured(client_secret=IN_KEYRING), "client-secret",
     "doorkey init"),
    ("no secret is taken", both(configured(client_secret="the-client-secret"),
                                says(token_endpoint_auth_methods_supported=["private_key_jwt"])),
     "client-secret", "Take `clientSecret` out"),
    ("no callback", responds("/authorize", 400, "The redirect_uri is not registered"), "callback",
     "http://127.0.0.1/callback (with any port)"),
    ("callback mismatch", responds("/authorize", 403, "Callback URL mismatch."), "callback",
     "Allow these as callback URLs of the-client"),
    ("entra callback", responds("/authorize", 400, "AADSTS50011: The reply URL does not match"),
     "callback", "Allow these as callback URLs"),
    ("no client", responds("/authorize", 400, "Unknown client: the-client"), "client",
     "Correct `clientId`"),
    ("no client, and the request repeated",
     responds("/authorize", 400, "<script>callback()</script>Unknown client<p>redirect_uri="
              "http%3A%2F%2F127.0.0.1%3A53682%2Fcallback to http://127.0.0.1:53682/callback"),
     "client", "Correct `clientId`"),
    ("entra callback with a 200",
     responds("/authorize", 200, "<script>$Config={'e':'AADSTS50011: no'}</script>Sorry"),
     "callback", "Allow these as callback URLs"),
    ("client invalid", responds("/authorize", 401, '{"error": "invalid_client"}'), "client",
     "the-client"),
    ("entra client", responds("/authorize", 400, "AADSTS700016: Application was not found"),
     "client", "is not registered in the tenant"),
    ("scope", comes_back("invalid_scope"), "request", "orrect `scope`"),
    ("target", comes_back("invalid_target"), "request", "`audience`"),
    ("auth0 audience", comes_back("access_denied", "Service not found: https://api.example"),
     "request", "knows no API https://api.example"),
    ("grant off", comes_back("unauthorized_client", "not allowed"), "request",
     "Allow the grants authorization code and refresh token"),
    ("api down", api(api_error=httpx.ConnectError("x")), "api", "Check your network"),
    ("api of another name", api(resource={"resource": "https://o.example/" + HOSTILE}),
     "api-metadata", 'Set "audience"'),
    ("api of another tenant",
     api(resource={"resource": "https://api.example", "authorization_servers": [HOSTILE]}),
     "api-metadata", "trusts another tenant"),
    ("api wants DPoP", api(api_challenge='DPoP algs="ES256"'), "dpop", "bearer tokens"),
    ("aud account", token(aud="account"), "token-audience", "audience"),
    ("aud of others", token(aud=["https://o.example/" + HOSTILE]), "token-audience", "`audience`"),
    ("open state folder", state_is_open, "folders", "chmod 700"),
    ("closed state folder", state_is_closed, "folders", "chmod 700"),
    ("open config", config_is_open, "folders", "chmod o-w"),
    ("no keyring", keyring_is_silent, "keyring", '"sessionStorage": "auto"'),
    ("no such browser", no_such_browser, "browser", "Correct BROWSER"),
]  # fmt: skip


def test_the_table_is_as_long_as_was_promised() -> None:
    assert len(SET_UPS) >= 30


@pytest.mark.parametrize(
    ("set_up", "rule", "words"),
    [each[1:] for each in SET_UPS],
    ids=[each[0].replace(" ", "-") for each in SET_UPS],
)
async def test_a_wrong_set_up_leads_to_the_one_right_remedy(
    patient: Patient, set_up: SetUp, rule: str, words: str
) -> None:
    set_up(patient)
    rows = await patient.rows()
    assert [each.rule for each in rows.values() if each.verdict == "wrong"] == [rule]
    assert words in rows[rule].remedy
    for each in rows.values():
        assert (each.found, each.remedy) == (printable(each.found), printable(each.remedy))


async def test_a_right_set_up_has_nothing_wrong_and_nothing_to_warn_of(patient: Patient) -> None:
    rows = await patient.rows()
    assert {each.rule: each.found for each in rows.values() if each.verdict != "ok"} == {}
