"""What else a rule may say: warnings, and what cannot be known."""

import socket
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.support.builders.sessions import expired, session
from tests.support.doctor.patient import Patient
from tests.support.doctor.set_ups import (
    DISCOVERY,
    SetUp,
    api,
    both,
    configured,
    fails,
    issued_by,
    responds,
    revokes_by_oauth_document,
    says,
    takes_pushed,
    token,
)
from tui.doctor.examination import RULES
from tui.doctor.row import Verdict
from tui.servers.bundled import api_server

NOBODY = fails(httpx.ConnectError("x"))
NO_NAME = fails(httpx.ConnectError("x"), socket.gaierror(-2, "Name or service not known"))


def keyring_is_silent(patient: Patient) -> None:
    patient.keyring.answers = False


def no_display(patient: Patient) -> None:
    del patient.environ["BROWSER"]


def dumb(patient: Patient) -> None:
    patient.environ["TERM"] = "dumb"


def clock_is_off(patient: Patient) -> None:
    patient.tenant.ahead -= timedelta(seconds=90)


def has_expired(patient: Patient) -> None:
    patient.session = expired(session(refresh_token=None))


def no_refresh_token(patient: Patient) -> None:
    patient.session = session(refresh_token=None)


def nobody_signed_in(patient: Patient) -> None:
    patient.session = None


def short(patient: Patient) -> None:
    patient.session = session(lifetime_seconds=30)


def granted(scope: str) -> SetUp:
    def set_up(patient: Patient) -> None:
        held = session()
        patient.session = replace(held, token_set=replace(held.token_set, scope=scope))
        patient.set(scope="openid read:orders")
        patient.tenant.metadata["scopes_supported"] = ["openid", "read:orders"]

    return set_up


def readable_secret(patient: Patient) -> None:
    patient.set(client_secret="the-client-secret")
    patient.config.path.write_text("{}")
    patient.config.path.chmod(0o644)


def one_callback_of_two(patient: Patient) -> None:
    patient.set(redirect_uris=("http://127.0.0.1:0/callback", "http://127.0.0.1:0/other"))

    def respond(request: httpx.Request) -> httpx.Response:
        uri = request.url.params["redirect_uri"]
        if uri.endswith("/other"):
            return httpx.Response(400, text="redirect_uri mismatch")
        return httpx.Response(302, headers={"Location": f"{uri}?error=login_required"})

    patient.answers("/authorize", respond)


ELSEWHERE = responds("/authorize", 302, Location="https://tenant.example/login")

VERDICTS: list[tuple[SetUp, str, Verdict, str]] = [
    (NO_NAME, "connection", "unknown", "did not come that far"),
    (NO_NAME, "proxy", "unknown", "did not come that far"),
    (NOBODY, "tls", "unknown", "did not come that far"),
    (NOBODY, "issuer", "unknown", "does not say"),
    (issued_by("https://acme.okta.com"), "issuer", "warning", "Okta alone"),
    (NOBODY, "discovery", "unknown", "could not be reached"),
    (NOBODY, "clock", "unknown", "what time it is"),
    (NOBODY, "pkce", "unknown", "no metadata"),
    (NOBODY, "pushed-requests", "unknown", "no metadata"),
    (NOBODY, "keys", "unknown", "no metadata"),
    (NOBODY, "client", "unknown", "not there to go by"),
    (responds(DISCOVERY, 404), "callback", "unknown", "not there to go by"),
    (says(code_challenge_methods_supported=None), "pkce", "unknown", "does not say"),
    (says(id_token_signing_alg_values_supported=None), "algorithms", "unknown", "does not say"),
    (says(grant_types_supported=None), "grants", "unknown", "does not say"),
    (says(grant_types_supported=["authorization_code"]), "grants", "warning", "refresh tokens"),
    (says(scopes_supported=None), "scopes", "unknown", "does not say"),
    (says(scopes_supported=["openid", "email"]), "scopes", "warning", "profile offline_access"),
    (says(device_authorization_endpoint=None), "device", "warning", "no device grant"),
    (NOBODY, "device", "unknown", "no metadata"),
    (says(revocation_endpoint=None), "revocation", "warning", "not offered"),
    (says(revocation_endpoint_auth_methods_supported=["client_secret_basic"]), "revocation",
     "warning", "confidential"),
    (NOBODY, "revocation", "unknown", "no metadata"),
    (revokes_by_oauth_document, "revocation", "ok", "offered"),
    (takes_pushed(), "pushed-requests", "ok", "so they are pushed"),
    (takes_pushed(), "callback", "ok", "registered"),
    (takes_pushed(), "request", "ok", "takes scope"),
    (takes_pushed(expires_in=None), "callback", "unknown", "does not tell"),
    (takes_pushed({"error": "invalid_scope"}), "callback", "unknown", "does not tell"),
    (takes_pushed({"error": "invalid_scope"}), "client", "ok", "knows it"),
    (configured(pushed_requests=True), "pushed-requests", "warning", "the ordinary way"),
    (both(takes_pushed(), says(require_pushed_authorization_requests=False),
          configured(pushed_requests=True)), "pushed-requests", "ok", "in use"),
    (says(token_endpoint_auth_methods_supported=["client_secret_basic"]), "client-secret",
     "unknown", "does not say that it takes clients without"),
    (says(token_endpoint_auth_methods_supported=["none"]), "client-secret", "ok", "native app"),
    (configured(client_secret="the-client-secret"), "client-secret", "ok", "there"),
    (configured(profile="work"), "config", "ok", "profile work"),
    (configured(dpop=True), "tenant-dpop", "warning", "does not say"),
    (both(configured(dpop=True), says(dpop_signing_alg_values_supported=["ES256"])), "tenant-dpop",
     "ok", "are bound"),
    (NOBODY, "tenant-dpop", "unknown", "no metadata"),
    (says(end_session_endpoint=None), "log-out", "warning", "no end_session_endpoint"),
    (NOBODY, "log-out", "unknown", "no metadata"),
    (clock_is_off, "clock", "warning", "1 min ahead"),
    (ELSEWHERE, "callback", "unknown", "does not tell"),
    (ELSEWHERE, "client", "unknown", "does not tell"),
    (ELSEWHERE, "request", "unknown", "came back"),
    (responds("/authorize", 200, "<html>sign in"), "callback", "unknown", "does not tell"),
    (responds("/authorize", 400, "Oops"), "callback", "warning", "error page"),
    (one_callback_of_two, "callback", "warning", "not registered: http://127.0.0.1/other (with"),
    (api(api_error=httpx.ConnectError("x")), "api-challenge", "unknown", "does not answer"),
    (api(api_error=httpx.ConnectError("x")), "dpop", "unknown", "does not answer"),
    (api(api_challenge=""), "api-challenge", "warning", "without a challenge"),
    (api(api_status=200), "api-challenge", "warning", "without any token"),
    (api(api_status=500), "api-challenge", "warning", "error of its own"),
    (api(api_status=404), "api-challenge", "unknown", "tells nothing"),
    (both(configured(audience="the-api", audience_parameter="none"),
          api(resource={"resource": "https://api.example/"})), "api-metadata", "warning",
     "the config asks for the-api"),
    (api(resource={}), "api-metadata", "unknown", "publishes none"),
    (keyring_is_silent, "keyring", "warning", "you alone"),
    (no_display, "browser", "warning", "none can be shown"),
    (dumb, "terminal", "warning", "cannot be drawn"),
    (readable_secret, "folders", "warning", "a client secret is in use"),
    (nobody_signed_in, "session", "unknown", "nobody is signed in"),
    (nobody_signed_in, "token-audience", "unknown", "no session"),
    (nobody_signed_in, "token-lifetime", "unknown", "no session"),
    (has_expired, "session", "warning", "expired"),
    (no_refresh_token, "session", "warning", "no refresh token"),
    (no_refresh_token, "token-audience", "unknown", "opaque"),
    (granted(""), "token-scopes", "unknown", "does not say"),
    (granted("openid"), "token-scopes", "warning", "not granted: read:orders"),
    (granted("openid read:orders"), "token-scopes", "ok", "read:orders"),
    (short, "token-lifetime", "warning", "30 s"),
    (token(aud="https://api.example"), "token-audience", "ok", "https://api.example"),
    (token(iss="https://sts.windows.net/1111/"), "token-audience", "warning", "sts.windows.net"),
    (token(iss="https://a.okta.com"), "token-audience", "warning", "by https://a.okta.com"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("set_up", "rule", "verdict", "words"),
    VERDICTS,
    ids=[f"{rule}-{verdict}-{words}" for _, rule, verdict, words in VERDICTS],
)
async def test_a_rule_says_what_it_can_and_cannot_know(
    patient: Patient, set_up: SetUp, rule: str, verdict: Verdict, words: str
) -> None:
    set_up(patient)
    row = (await patient.rows())[rule]
    assert (row.verdict, words in row.found) == (verdict, True), row.found
    assert row.remedy or verdict != "warning"


async def test_who_holds_a_callback_port_is_told(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = f"http://127.0.0.1:{listener.getsockname()[1]}/callback"
        patient.set(redirect_uris=(taken,))
        row = (await patient.rows())["callback-ports"]
        assert (row.verdict, "taken by this program itself" in row.found) == ("wrong", True)
        assert "End what holds the ports" in row.remedy
        patient.set(redirect_uris=(taken, "http://127.0.0.1:0/callback"))
        assert (await patient.rows())["callback-ports"].verdict == "warning"


@pytest.mark.parametrize("with_servers", [True, False])
async def test_who_stands_where_the_bundled_api_is_expected_is_told(
    patient: Patient, with_servers: bool
) -> None:
    """Beside a tenant that is not ours, any program at the address may be the API that is meant."""
    here = {"domain": "localhost:3002", "api_url": "http://localhost:3001"}
    patient.set(**here, with_servers=with_servers)
    row = (await patient.rows())["api"]
    assert row.verdict == ("warning" if with_servers else "ok")
    assert ("and not by the bundled API" in row.found) is with_servers
    patient.api_health = dict(api_server(patient.config).health)
    assert (await patient.rows())["api"].verdict == "ok"


async def test_each_rule_has_its_row_in_their_order(patient: Patient) -> None:
    assert list(await patient.rows()) == list(RULES)
