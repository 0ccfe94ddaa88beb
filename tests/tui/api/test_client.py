import errno
import socket
import ssl

import httpx
import pytest

from tui.api.answer import NoAnswer, PingResult
from tui.api.client import ApiClient
from tui.api.request import ApiRequest
from tui.auth.dpop.authorization import Authorization
from tui.errors import ApiUnreachable
from tui.text import REDACTED

API = "https://api.example"


def api(response: httpx.Response) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _request: response)


async def ping(
    api_url: str, access_token: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> PingResult:
    client = ApiClient(api_url, transport=transport)
    try:
        return await client.call(Authorization(access_token))
    finally:
        await client.aclose()


async def test_success_is_told_in_the_apis_words() -> None:
    answer = httpx.Response(200, json={"msg": "Your Access Token was successfully validated!"})
    result = await ping(API, "s3cret", transport=api(answer))
    assert result.ok
    assert result.message == "Your Access Token was successfully validated!"


async def test_a_refusal_is_told_in_the_quickstarts_words() -> None:
    answer = httpx.Response(401, headers={"WWW-Authenticate": 'Bearer realm="api"'})
    result = await ping(API, "token", transport=api(answer))
    assert not result.ok
    assert result.message == "Error: the server responded with '401: Unauthorized'"
    assert result.challenge == 'Bearer realm="api"'


async def test_the_token_goes_in_the_header_and_not_in_the_address() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    result = await ping(API, "the-token", transport=httpx.MockTransport(answer))
    assert seen[0].headers["authorization"] == "Bearer the-token"
    assert str(seen[0].url) == "https://api.example/api/external"
    assert "the-token" not in repr(result)


async def test_a_redirect_is_not_followed() -> None:
    answer = httpx.Response(302, headers={"Location": "https://evil.example/"})
    result = await ping(API, "token", transport=api(answer))
    assert result.status == 302
    assert not result.ok


@pytest.mark.parametrize("body", ["<html>", "[]", '"x"', '{"msg": 7}', "{}", "[" * 100_000])
async def test_success_that_is_not_the_bundled_apis_is_still_told(body: str) -> None:
    result = await ping(API, "token", transport=api(httpx.Response(200, text=body)))
    assert result.message == "200 OK"


async def test_a_huge_body_is_cut() -> None:
    result = await ping(API, "token", transport=api(httpx.Response(200, text="x" * 2_000_000)))
    assert result.is_cut
    assert result.size_bytes == 1024 * 1024
    assert 1024 * 1024 - 20 < len(result.body) < 1024 * 1024


@pytest.mark.parametrize("written", ["the-access-token", "\u0301".join("the-access-token")])
@pytest.mark.parametrize("came", [7, 15])
async def test_what_has_come_of_a_token_where_an_answer_is_cut_is_not_shown(
    written: str, came: int
) -> None:
    """security.md 40."""
    token = "the-access-token"
    begun = written[: written.index(token[came])]
    text = (1024 * 1024 - len(begun.encode())) * "x" + written
    result = await ping(API, token, transport=api(httpx.Response(200, text=text)))
    assert result.is_cut
    assert set(result.body) == {"x"}


async def test_bytes_are_described_and_kept_whole_without_the_token() -> None:
    content = bytes(range(256)) + b"the-token"
    result = await ping(API, "the-token", transport=api(httpx.Response(200, content=content)))
    assert result.body.startswith("0000  0001 02")
    assert result.size_bytes == 265
    assert result.content == bytes(range(256)) + REDACTED.encode()
    assert "the-token" not in result.body


def caused_by(cause: Exception) -> httpx.ConnectError:
    """Make what httpx makes of an error of the system or of OpenSSL."""
    error = httpx.ConnectError("words of httpx")
    error.__cause__ = cause
    return error


UNTRUSTED = ssl.SSLCertVerificationError()
UNTRUSTED.verify_message = "self-signed certificate"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (caused_by(ConnectionRefusedError(errno.ECONNREFUSED, "")), "cannot be reached"),
        (caused_by(UNTRUSTED), "not trusted here: self-signed certificate"),
        (httpx.ReadTimeout(""), "no whole answer"),
        (httpx.RemoteProtocolError("\x1b[31mno"), "no whole answer"),
    ],
)
async def test_no_answer_is_told_in_plain_words(error: httpx.HTTPError, words: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        error.request = request
        raise error

    with pytest.raises(ApiUnreachable, match=words) as raised:
        await ping(API, "the-token", transport=httpx.MockTransport(fail))
    assert str(raised.value).isprintable()
    assert raised.value.__cause__ is None


async def test_an_api_of_our_own_that_is_down_says_how_to_start_it() -> None:
    for is_ours in (True, False):
        client = ApiClient("http://127.0.0.1:9", is_ours=is_ours)
        with pytest.raises(ApiUnreachable) as raised:
            await client.call(Authorization("token"))
        await client.aclose()
        assert ("doorkey api" in str(raised.value)) is is_ours


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("All connection attempts failed"), "nobody"),
        (caused_by(OSError(errno.ENETUNREACH, "")), "nobody"),
        (caused_by(socket.gaierror(-2, "Name or service not known")), "name"),
        (caused_by(UNTRUSTED), "untrusted"),
        (caused_by(ssl.SSLError(1, "oops")), "tls"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "proxy"),
        (httpx.ConnectTimeout(""), "timeout"),
        (httpx.ReadTimeout(""), "timeout"),
        (httpx.RemoteProtocolError("no"), "broken"),
    ],
)
async def test_what_stood_in_the_way_is_told_apart(error: httpx.HTTPError, kind: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        error.request = request
        raise error

    with pytest.raises(NoAnswer) as raised:
        await ping(API, "the-token", transport=httpx.MockTransport(fail))
    assert raised.value.kind == kind


async def test_another_method_and_path_are_called_at_the_same_origin() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url}")
        return httpx.Response(204)

    client = ApiClient(API, transport=httpx.MockTransport(answer))
    assert (await client.call(Authorization("token"), ApiRequest("DELETE", "/orders/7?now=1"))).ok
    assert seen == ["DELETE https://api.example/orders/7?now=1"]


@pytest.mark.parametrize("echo", ["s3cret-Token", "S3CRET-TOKEN", r"\u0073\u0033cret-Token"])
async def test_a_token_that_comes_back_escaped_or_in_a_reason_or_a_name_is_not_shown(
    echo: str,
) -> None:
    """security.md 40."""
    answer = httpx.Response(
        401,
        headers={f"X-{echo}" if "\\" not in echo else "X": echo},
        content=f'{{"echo": "{echo}"}}'.encode(),
        extensions={"reason_phrase": f"No {echo}".encode()},
    )
    result = await ping(API, "s3cret-Token", transport=api(answer))
    shown = result.reason + result.message + result.body + repr(dict(result.headers))
    assert shown.count(REDACTED) >= 4
    assert "cret" not in shown.lower()


async def test_headers_and_body_are_sent_as_they_are_beside_the_token() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201)

    headers = (("accept", "image/png"), ("X-A", "1"), ("X-A", "2"))
    request = ApiRequest("POST", "/orders", headers, '{"name": "é"}'.encode())
    client = ApiClient(API, transport=httpx.MockTransport(answer))
    await client.call(Authorization("the-token"), request)
    (sent,) = seen
    assert sent.content == '{"name": "é"}'.encode()
    assert sent.headers.get_list("accept") == ["image/png"]
    assert sent.headers["x-a"] == "1, 2"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["content-length"] == "14"
    assert sent.headers["authorization"] == "Bearer the-token"
    assert "name" not in repr(request)


@pytest.mark.parametrize(("headers", "accepted"), [((), "*/*"), ((("accept", "a/b"),), "a/b")])
async def test_anything_is_accepted_unless_a_header_says_otherwise(
    headers: tuple[tuple[str, str], ...], accepted: str
) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get_list("accept"))
        return httpx.Response(200)

    client = ApiClient(API, transport=httpx.MockTransport(answer))
    await client.call(Authorization("token"), ApiRequest(headers=headers))
    async with client.stream(Authorization("token"), ApiRequest(headers=headers)):
        pass
    assert seen == [[accepted]] * 2


async def test_a_token_that_the_api_sends_back_is_not_shown() -> None:
    answer = httpx.Response(200, headers={"X-Echo": "Bearer s3cret"}, json={"got": "s3cret"})
    result = await ping(API, "s3cret", transport=api(answer))
    assert "s3cret" not in result.body + str(dict(result.headers))
    assert REDACTED in result.body


async def test_what_the_api_says_about_itself_is_asked_without_the_token() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"resource": API, "authorization_servers": [1, "i"]})

    client = ApiClient(API, transport=httpx.MockTransport(answer))
    metadata = await client.metadata("https://evil.example/.well-known/oauth-protected-resource")
    assert metadata is not None
    assert metadata.authorization_servers == ("i",)
    assert seen[0].url.host == "api.example"
    assert "authorization" not in seen[0].headers


@pytest.mark.parametrize(
    ("headers", "body", "is_html"),
    [
        ({"Content-Type": "text/html; charset=utf-8"}, "", True),
        ({}, "\n<!DOCTYPE html><p>", True),
        ({"Content-Type": "application/json"}, "{}", False),
    ],
)
async def test_a_web_page_is_told_from_an_answer(
    headers: dict[str, str], body: str, is_html: bool
) -> None:
    answer = httpx.Response(200, headers=headers, content=body.encode())
    assert (await ping(API, "the-token", transport=api(answer))).is_html is is_html
