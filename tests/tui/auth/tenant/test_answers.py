"""What the tenant's answers are taken for, and what of a refusal is read."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, form_of
from tui.auth.dpop.prover import Prover
from tui.auth.tenant.http import TenantHttp, explain_failure
from tui.auth.tenant.id_token import Expected
from tui.auth.tenant.provider import Provider
from tui.errors import (
    ConfigInvalid,
    DoorkeyError,
    ExchangeFailed,
    IdTokenRejected,
    Obstacle,
    SignInFailed,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.json_value import Json
from tui.web_address import split_web_address


def answering(status: int, body: str = "{}", **headers: str) -> TenantHttp:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=body, headers=headers)

    return TenantHttp(httpx.MockTransport(answer))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_some_answers_ask_to_come_back_later(status: int) -> None:
    with pytest.raises(TenantUnreachable, match=f"answered with {status}"):
        await answering(status).get("https://tenant.example/")


@pytest.mark.parametrize("status", [200, 299, 400, 401, 404, 501])
async def test_other_answers_are_answers(status: int) -> None:
    assert (await answering(status).get("https://tenant.example/")).status == status


@pytest.mark.parametrize("status", [300, 399])
async def test_every_redirect_is_one(status: int) -> None:
    with pytest.raises(TenantMisbehaved, match="with a redirect"):
        await answering(status).get("https://tenant.example/")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("99999", 99999), ("100000", None), ("-1", None), ("\u0667", None), ("", None)],
)
async def test_when_to_come_back_is_told_in_seconds(said: str, seconds: float | None) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers=[(b"retry-after", said.encode())])

    with pytest.raises(TenantUnreachable) as raised:
        await TenantHttp(httpx.MockTransport(answer)).get("https://tenant.example/")
    assert raised.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Retry-After": "20"}, "Try again in 20 s"),
        ({"Retry-After": "3601"}, "Try again in 1 h 1 min"),
        ({}, "Try again later"),
    ],
)
async def test_when_to_come_back_is_told_to_people(headers: dict[str, str], told: str) -> None:
    with pytest.raises(TenantUnreachable, match=f"answered with 429. {told}[.]") as raised:
        await answering(429, **headers).get("https://tenant.example/")
    assert raised.value.next_step == f"{told}; the session stays as it is."


PUBLIC = [
    "audience", "client_id", "grant_type", "redirect_uri", "resource", "scope", "token_type_hint",
]  # fmt: skip


@pytest.mark.parametrize("field", PUBLIC)
async def test_a_refusal_may_repeat_what_is_no_secret(field: str) -> None:
    http = answering(400, '{"error_description": "no w0rd"}')
    answer = await http.post("https://tenant.example/token", {field: "w0rd"})
    assert b"no w0rd" in answer.body


@pytest.mark.parametrize("status", [200, 399, 400, 401])
async def test_only_a_refusal_is_read_without_the_secrets(status: int) -> None:
    http = answering(status, "a s3cret, another w0rd, an 0wn")
    http.secrets = ["0wn"]
    form, headers = {"code": "s3cret"}, {"Authorization": "w0rd"}
    if status == 399:
        with pytest.raises(TenantMisbehaved):
            await http.post("https://tenant.example/token", form, headers)
        return
    body = (await http.post("https://tenant.example/token", form, headers)).body.decode()
    left_out = "a [left out], another [left out], an [left out]"
    assert body == (left_out if status >= 400 else "a s3cret, another w0rd, an 0wn")


async def test_a_refused_authorization_request_is_read_as_it_came() -> None:
    """A browser may show all of it, and a refusal may well repeat a word of it."""
    http = answering(400, "login_required")
    form = {"response_type": "code", "prompt": "login"}
    assert (await http.post("https://tenant.example/par", form)).body == b"login_required"


async def test_whoever_learns_is_told_of_every_answer() -> None:
    told: list[tuple[str, str]] = []
    for status in (200, 400, 302, 503):
        http = TenantHttp(
            httpx.MockTransport(
                lambda _request, status=status: httpx.Response(status, headers={"a": "b"})
            ),
            learn=lambda url, headers: told.append((url, headers["a"])),
        )
        with contextlib.suppress(TenantMisbehaved, TenantUnreachable):
            await http.get("https://tenant.example/")
    assert told == [("https://tenant.example/", "b")] * 4


@pytest.mark.parametrize(
    ("obstacle", "kind", "said"),
    [
        ("encoded", TenantMisbehaved, "cannot be understood"),
        ("timeout", TenantUnreachable, "did not answer in time"),
        ("proxy", TenantUnreachable, "The proxy on the way to tenant.example refused"),
        ("untrusted", TenantUnreachable, "does not trust"),
        ("tls", TenantUnreachable, "does not speak TLS"),
        ("broken", TenantUnreachable, "broke off its answer"),
        ("foreign", TenantUnreachable, "Nothing was sent there"),
        ("nobody", TenantUnreachable, "Check the network, and `domain`"),
    ],
)
def test_what_stood_in_the_way_is_told(
    monkeypatch: pytest.MonkeyPatch, obstacle: Obstacle, kind: type[DoorkeyError], said: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    address = split_web_address("https://tenant.example/")
    error = explain_failure(address, ExchangeFailed(obstacle, "why"))
    assert type(error) is kind
    assert said in str(error)
    assert "why" in str(error)


def test_what_helps_depends_on_where_the_tenant_is(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = ExchangeFailed("nobody", "why")
    here = split_web_address("http://localhost:1/")
    assert "doorkey dev" in str(explain_failure(here, failed, is_ours=True))
    assert "doorkey dev" not in str(explain_failure(here, failed))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        there = explain_failure(split_web_address("https://tenant.example/"), failed)
        assert "Check the proxy" in str(there)
        monkeypatch.delenv(name)


@pytest.fixture
async def provider(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Provider]:
    made = Provider(CONFIG, clock, tenant)
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    ("status", "error", "methods", "outcome"),
    [
        (200, None, None, "revoked"),
        (299, None, None, "revoked"),
        (400, "invalid_client", None, "for confidential clients only"),
        (401, "invalid_client", ["none"], "for confidential clients only"),
        (400, "other", ["client_secret_basic"], "for confidential clients only"),
        (400, "other", ["none"], None),
        (400, "other", None, None),
        (404, None, None, None),
    ],
)
async def test_what_came_of_a_revocation(
    provider: Provider,
    tenant: ScriptedTenant,
    status: int,
    error: str | None,
    methods: list[Json] | None,
    outcome: str | None,
) -> None:
    if methods is not None:
        tenant.metadata["revocation_endpoint_auth_methods_supported"] = methods
    members = {} if error is None else {"error": error}
    tenant.responses["/revoke"] = lambda _request: httpx.Response(status, json=members)
    if outcome is None:
        with pytest.raises(TenantMisbehaved, match=f"did not revoke .*: {error or status}"):
            await provider.revoke("the-refresh-token")
    else:
        assert await provider.revoke("the-refresh-token") == outcome


async def test_metadata_is_taken_from_no_error(provider: Provider, tenant: ScriptedTenant) -> None:
    there = "/.well-known/openid-configuration"
    tenant.responses[there] = lambda _request: httpx.Response(404, json=tenant.metadata)
    with pytest.raises(TenantMisbehaved, match="answered with 404"):
        await provider.discover()


async def test_a_refused_revocation_is_shown_short_and_harmless(
    provider: Provider, tenant: ScriptedTenant
) -> None:
    error = "\x1b[2J" + "x" * 5000
    tenant.responses["/revoke"] = lambda _request: httpx.Response(400, json={"error": error})
    with pytest.raises(TenantMisbehaved) as raised:
        await provider.revoke("the-refresh-token")
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("response", "claims"),
    [
        (httpx.Response(200, json={"sub": "alice", "a": "b"}), {"sub": "alice", "a": "b"}),
        (httpx.Response(200, json={"sub": "bob"}), {}),
        (httpx.Response(200, json={}), {}),
        (httpx.Response(200, text="[]"), {}),
        (httpx.Response(201, json={"sub": "alice"}), {}),
        (httpx.Response(401, json={"sub": "alice"}), {}),
        (httpx.Response(503), {}),
    ],
)
async def test_userinfo_is_the_persons_own_or_none(
    provider: Provider, tenant: ScriptedTenant, response: httpx.Response, claims: dict[str, Json]
) -> None:
    tenant.responses["/userinfo"] = lambda _request: response
    assert await provider.fetch_userinfo("token", "alice") == claims


@pytest.mark.parametrize(("parameter", "sent"), [("audience", True), ("none", False)])
async def test_a_device_asks_for_the_api_as_the_config_says(
    tenant: ScriptedTenant, clock: Clock, parameter: Literal["audience", "none"], sent: bool
) -> None:
    provider = Provider(replace(CONFIG, audience_parameter=parameter), clock, tenant)
    await provider.authorize_device("openid")
    (asked,) = (each for each in tenant.requests if each.url.path == "/device_authorization")
    assert ("audience" in form_of(asked)) is sent
    await provider.aclose()


async def test_a_tenant_without_codes_for_devices_is_asked_for_none(
    provider: Provider, tenant: ScriptedTenant
) -> None:
    tenant.metadata["device_authorization_endpoint"] = None
    with pytest.raises(SignInFailed, match="gives no codes"):
        await provider.authorize_device("openid")


@pytest.mark.parametrize(("seconds", "fetched"), [(29, 2), (30, 3), (-1, 4)])
async def test_an_unknown_key_has_the_keys_fetched_again_every_half_minute(
    provider: Provider, tenant: ScriptedTenant, clock: Clock, seconds: float, fetched: int
) -> None:
    """A wrong token is no lever."""
    tenant.header = {"kid": "other"}
    token, expected = tenant.id_token("a", nonce=None), Expected(CONFIG.issuer, CONFIG.client_id)
    for passing in (0, seconds):
        clock.advance(passing)
        with pytest.raises(IdTokenRejected, match="not among the tenant's"):
            await provider.verify_id_token(token, expected, timedelta())
    assert tenant.count("/jwks") == fetched


async def test_what_the_tenant_teaches_of_proofs_is_taught_to_the_sessions_own_prover(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    tenant.ahead = timedelta(hours=1)
    prover = Prover(clock)
    provider = Provider(CONFIG, clock, tenant, prover=prover)
    await provider.discover()
    assert prover.skew(CONFIG.issuer) == -timedelta(hours=1)
    await provider.aclose()


def test_a_file_of_certificates_with_a_hostile_name_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no\x1bsuch")
    with pytest.raises(ConfigInvalid) as raised:
        TenantHttp()
    assert "\x1b" not in str(raised.value)
