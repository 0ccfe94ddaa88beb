"""Paths of the API's own origin, and nothing else."""

import pytest

from tui.api.request import (
    PING,
    ApiRequest,
    OtherOrigin,
    checked_header,
    checked_headers,
    checked_path,
    path_from,
    remember_request,
    remembered_request,
    request_from,
)
from tui.config.memory import AppMemory

ORIGIN = "https://api.example"


@pytest.mark.parametrize("path", ["/", "/a/b?c=d&e", "/a%20b", " /trimmed "])
def test_a_path_of_the_origin_is_taken(path: str) -> None:
    assert checked_path(ORIGIN, path) == path.strip()


@pytest.mark.parametrize(
    "path",
    ["", "a", "//evil.example/", "https://evil.example/", "@evil.example/", "/a#b", "/a b", "/\\x",
     "/\x1b[31m", "/é", "/" + "a" * 2000, ".evil.example/", ":80/"],
)  # fmt: skip
def test_nothing_leads_to_another_origin(path: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_path(ORIGIN, path)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.example/a?b=c", "/a?b=c"),
        (" HTTPS://API.example:443 ", "/"),
        ("/a?next=https://evil.example/", "/a?next=https://evil.example/"),
    ],
)
def test_a_whole_url_of_the_api_names_its_path(url: str, path: str) -> None:
    assert path_from(ORIGIN, url) == path


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", "http://api.example/", "https://api.example:444/",
     "https://api.example.evil.example/"],
)  # fmt: skip
def test_a_url_of_another_server_says_where_the_token_goes_alone(url: str) -> None:
    with pytest.raises(OtherOrigin) as raised:
        path_from(ORIGIN, url)
    assert f"your token goes to `apiUrl` ({ORIGIN}) alone" in str(raised.value)


@pytest.mark.parametrize("url", ["https://u@api.example/", "https://api.example/#f", "https://"])
def test_what_looks_like_a_url_and_is_none_of_the_api_is_no_path(url: str) -> None:
    with pytest.raises(ValueError, match=r"user name|fragment|no host"):
        path_from(ORIGIN, url)


@pytest.mark.parametrize(
    ("method", "path"), [("TRACE", "/"), ("GET", "//x"), (None, None), (["GET"], "/"), ("GET", 7)]
)
def test_what_was_remembered_wrongly_is_forgotten(method: object, path: object) -> None:
    assert request_from(ORIGIN, method, path) is PING


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_changes_something_is_not_what_a_restart_begins_with(method: str) -> None:
    memory = AppMemory(None)
    remember_request(memory, ORIGIN, ApiRequest(method, "/orders/7"))
    assert remembered_request(memory, ORIGIN) == ApiRequest("GET", "/orders/7")
    assert request_from(ORIGIN, method, "/orders/7") == ApiRequest("GET", "/orders/7")


def test_a_method_that_only_reads_is_remembered_with_its_path() -> None:
    memory = AppMemory(None)
    remember_request(memory, ORIGIN, ApiRequest("HEAD", "/orders"))
    assert remembered_request(memory, ORIGIN) == ApiRequest("HEAD", "/orders")
    assert remembered_request(memory, "https://another.example") is PING


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"a": 1}', "application/json"),
        (b" [1]\n", "application/json"),
        (b'"words"', "application/json"),
        (b"a=b&c%20=d+e", "application/x-www-form-urlencoded"),
        (b"{'a': 1}", "text/plain; charset=utf-8"),
        (b'{"a": NaN}', "text/plain; charset=utf-8"),
        (b"[" * 100_000, "text/plain; charset=utf-8"),
        ("größer".encode(), "text/plain; charset=utf-8"),
        (b"\xff\xd8\xff", "application/octet-stream"),
    ],
)
def test_a_body_is_sent_as_what_it_looks_like(body: bytes, kind: str) -> None:
    assert ApiRequest("POST", "/", body=body).headers_sent == {"Content-Type": kind}


def test_a_content_type_that_was_written_counts_whatever_its_case() -> None:
    written = (("content-type", "application/merge-patch+json"),)
    assert ApiRequest("PATCH", "/", written, b"{}").headers_sent == dict(written)


def test_without_a_body_no_content_type_is_sent() -> None:
    assert PING.headers_sent == {}


def test_headers_of_one_name_are_sent_as_one() -> None:
    headers = (("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1"), ("cookie", "b=2"))
    assert ApiRequest(headers=headers).headers_sent == {"X-A": "1, 2", "Cookie": "a=1; b=2"}


def test_headers_stand_in_lines_of_their_own() -> None:
    lines = '\nX-A: 1\n  If-Match :\t"v:2" \n\nX-A:2'
    assert checked_headers(lines) == (("X-A", "1"), ("If-Match", '"v:2"'), ("X-A", "2"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Authorization: Bearer x", "Authorization cannot be set: Doorkey adds it"),
        ("authorization : x", "authorization cannot be set"),
        ("DPoP: x", "DPoP cannot be set"),
        ("HOST: evil.example", "HOST cannot be set: apiUrl in the config says it"),
        ("Content-Length: 5", "Content-Length cannot be set: it is counted"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding cannot be set: it concerns"),
        ("Accept-Encoding: gzip", "Accept-Encoding cannot be set"),
        ("no colon", "NAME: VALUE"),
        (": value", "a header's name has letters"),
        ("a name: value", "a header's name has letters"),
        ("@file: value", "a header's name has letters"),
        ("X-A:", "X-A has no value"),
        ("X-A: a\rHost: evil.example", "X-A has a character that no header may have"),
        ("X-A: a\x00", "no header may have"),
        ("X-A: a\x1b[31m", "no header may have"),
        ("X-A: é", "no header may have"),
        ("X-A: " + "a" * 8000, "longer than 8000"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_with_the_reason(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_header(line)
    with pytest.raises(ValueError, match=f"line 2: .*{why}"):
        checked_headers(f"X-Fine: 1\n{line}")
    with pytest.raises(ValueError, match=r"has letters, digits|NAME: VALUE"):
        checked_header(f"X-A\n{line}")
