"""What `doorkey call` sends, and what it refuses to."""

import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import ScriptedApi
from tui.cli import main
from tui.config.load import Config

Call = Callable[..., Awaitable[int]]


async def test_method_path_headers_and_body_arrive_to_the_letter(
    api: ScriptedApi, call: Call
) -> None:
    assert await call("post", "/a?b=c", "-H", "X-A: one", "-H", "X-A: two", "-d", '{"a": "ü"}') == 0
    (asked,) = api.asked
    assert asked.head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert asked.body == '{"a": "ü"}'.encode()
    assert asked.header("x-a") == ["one, two"]
    assert asked.header("content-type") == ["application/json"]
    assert asked.header("authorization") == ["Bearer the-access-token"]
    assert asked.header("accept-encoding") == ["identity"]


async def test_a_whole_url_of_the_apis_origin_is_taken(api: ScriptedApi, call: Call) -> None:
    assert await call("GET", f"{api.url}/a?b") == 0
    assert api.asked[0].head.startswith(b"GET /a?b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("GTE", "GET"), ("get1", "GET"), ("GEET", "GET"), ("GT", "GET"), ("GEX", "GET"),
        ("EGT", "GET"),
        ("PSOT", "POST"), ("POT", "POST or PUT"), ("DELET", "DELETE"), ("PATHC", "PATCH"),
    ],
)  # fmt: skip
async def test_a_misspelt_method_is_not_sent_unless_one_insists(
    api: ScriptedApi, call: Call, given: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await call(given, "/") == 2
    assert (
        f"{given.upper()} is no usual method. Did you mean {meant}? If not, add --any-method"
        in (capsys.readouterr().err)
    )
    assert api.asked == []
    assert await call(given, "/", "--any-method") == 0
    assert api.asked[0].head.startswith(f"{given.upper()} / HTTP/1.1".encode())


@pytest.mark.parametrize("method", ["PROPFIND", "PURGE", "LOCK", "QUERY", "M-SEARCH", "PUT"])
async def test_a_method_that_looks_like_no_slip_is_sent(
    api: ScriptedApi, call: Call, method: str
) -> None:
    assert await call(method, "/") == 0
    assert api.asked[0].head.startswith(f"{method} / ".encode())


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://127.0.0.1:9/",
        "HTTP://127.0.0.1.evil.example",
        "http://[::1",
    ],
)
async def test_another_origin_is_exit_2_and_asked_nothing(
    api: ScriptedApi, call: Call, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await call("GET", url) == 2
    said = capsys.readouterr().err
    assert "apiUrl" in said or "cannot be called" in said
    assert api.asked == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["GET", "a"], "a path starts with /"),
        (["GET", "//evil.example/"], "two slashes"),
        (["GET", "/a#b"], "fragment"),
        (["GET", "/a b"], "no place in a URL"),
        (["GE T", "/"], "no method"),
        (["TRACE", "/"], "no method"),
        (["GET", "/", "-H", "X: a\r\nEvil: b"], "a line break or such"),
        (["GET", "/", "-H", "X: a\x1b[2J"], "a line break or such"),
        (["GET", "/", "-H", "X\n: a"], "letters, digits and hyphens"),
        (["GET", "/", "-H", "authorization: Bearer other"], "Doorkey adds it"),
        (["GET", "/", "-H", "Host: evil.example"], "apiUrl in the config"),
        (["GET", "/", "-H", "Content-Length: 5"], "counted from the body"),
        (["GET", "/", "-H", "Transfer-Encoding: chunked"], "never reaches the API"),
        (["GET", "/", "-H", "no colon"], "NAME: VALUE"),
        (["POST", "/", "-d", "@nowhere.json"], "nowhere.json cannot be read (No such file"),
        (["POST", "/", "-d", "@."], "cannot be read"),
        (["GET", "/", "-o", "nowhere/file"], "nowhere/file cannot be written"),
        (["GET", "/", "-o", "."], "is a folder"),
    ],
)
async def test_what_cannot_be_sent_is_exit_2_with_the_reason_and_nothing_is_asked(
    api: ScriptedApi,
    call: Call,
    arguments: list[str],
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await call(*arguments) == 2
    output = capsys.readouterr()
    assert why in output.err
    assert output.out == ""
    assert api.asked == []


async def test_a_file_is_sent_with_its_length(api: ScriptedApi, call: Call, tmp_path: Path) -> None:
    (tmp_path / "body.bin").write_bytes(b"\xff\x00" * 100_000)
    assert await call("PUT", "/", "-d", "@body.bin") == 0
    assert api.asked[0].body == b"\xff\x00" * 100_000
    assert api.asked[0].header("content-length") == ["200000"]
    assert api.asked[0].header("content-type") == ["application/octet-stream"]


async def test_stdin_is_sent(api: ScriptedApi, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a,b\n")
    os.close(writing)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert await call("POST", "/", "-H", "Content-Type: text/csv", "-d", "@-") == 0
    assert api.asked[0].body == b"a,b\n"
    assert api.asked[0].header("transfer-encoding") == ["chunked"]
    assert api.asked[0].header("content-type") == ["text/csv"]


async def test_a_closed_stdin_is_exit_2(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stdin in (None, io.StringIO("no descriptor")):
        monkeypatch.setattr("sys.stdin", stdin)
        assert await call("POST", "/", "-d", "@-") == 2
        assert "stdin cannot be read" in capsys.readouterr().err


def test_with_nobody_signed_in_it_is_exit_4(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["call", "GET", "/"]) == 4
    assert "doorkey login" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/a?b=c", "http://127.0.0.1:3001/a", "https://api.example/"])
async def test_a_path_in_the_place_of_the_method_is_told(
    call: Call, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        await call(path)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "argument METHOD: it is missing before the path: doorkey call GET " in said
    assert path in said


BROKEN = "doorkey: The body looks like JSON, but is not valid: it is sent as you wrote it.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["POST", "/", "-d", '{"a":'], BROKEN),
        (["POST", "/", "-d", "@body"], BROKEN),
        (["POST", "/", "-d", "[1", "-H", "Content-Type: application/problem+json"], BROKEN),
        (["POST", "/", "-d", "[1", "-H", "Content-Type: text/x-ini"], ""),
        (["POST", "/", "-d", "[1]"], ""),
        (["POST", "/", "-d", "a=1"], ""),
        (["POST", "/"], ""),
        (
            ["GET", "/", "-d", "x"],
            "doorkey: The body is sent with GET, as you asked; most APIs ignore it there.\n",
        ),
    ],
)
async def test_a_body_that_may_be_a_mistake_is_sent_and_told(
    api: ScriptedApi, call: Call, arguments: list[str], told: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "body").write_text("{'a': 1}")
    assert await call(*arguments) == 0
    assert capsys.readouterr().err == told
    sent = arguments[3].replace("@body", "{'a': 1}") if len(arguments) > 3 else ""
    assert api.asked[0].body == sent.encode()
