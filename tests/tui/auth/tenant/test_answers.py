"""What the tenant's answers are taken for, and what of a refusal is read."""

import contextlib

import httpx
import pytest

from tui.auth.tenant.http import TenantHttp, explain_failure
from tui.errors import DoorkeyError, ExchangeFailed, Obstacle, TenantMisbehaved, TenantUnreachable
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
    local = explain_failure(split_web_address("http://localhost:1/"), failed)
    assert "doorkey dev" in str(local)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        there = explain_failure(split_web_address("https://tenant.example/"), failed)
        assert "Check the proxy" in str(there)
        monkeypatch.delenv(name)
