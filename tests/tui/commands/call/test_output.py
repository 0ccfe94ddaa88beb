"""What is asked and where its answer goes, each by itself: no command, no server."""

import io
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tui.api.request import ApiRequest
from tui.auth.dpop.authorization import Authorization
from tui.commands.call.output import (
    LARGEST_OBJECT_BYTES,
    LONGEST_LINE,
    MOST_HELD,
    AnswerTooLarge,
    Collected,
    Shown,
)
from tui.commands.call.request import open_upload, requested
from tui.config.load import Config
from tui.errors import DoorkeyError, WrongUsage

TOKEN = "s3cret-token"


def asked(
    method: str = "GET", target: str = "/", *headers: str, config: Config = CONFIG
) -> ApiRequest:
    given = Namespace(method=method, target=target, header=headers, any_method=False)
    return requested(config, given)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a?b=c", "/a?b=c"),
        ("https://api.example", "/"),
        ("HTTPS://API.example/a", "/a"),
        ("https://api.example:443/a?b=c", "/a?b=c"),
    ],
)
def test_a_path_or_an_address_of_the_api_is_called(target: str, path: str) -> None:
    assert asked(target=target).path == path


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("https://evil.example/", "is not the API"),
        ("http://api.example/", "is not the API"),
        ("https://api.example:444/", "is not the API"),
        ("https://user@api.example/", "cannot be called"),
        ("https://api.example/#f", "cannot be called"),
        ("https://api.example/\x1b[2J", "cannot be called"),
        ("//evil.example/", "cannot be called"),
        ("a\x1b[2J", "cannot be called"),
    ],
)
def test_the_token_goes_nowhere_else(target: str, reason: str) -> None:
    """security.md 40."""
    with pytest.raises(WrongUsage, match=reason) as raised:
        asked(target=target)
    assert "\x1b" not in str(raised.value)


def test_a_config_with_a_hostile_name_steers_no_terminal() -> None:
    config = replace(CONFIG, path=Path("\x1b[2J"))
    with pytest.raises(WrongUsage) as raised:
        asked(target="https://evil.example/", config=config)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("method", ["get", "M" * 30, "PROPFIND"])
def test_a_method_is_a_word_in_capitals(method: str) -> None:
    assert asked(method).method == method.upper()


@pytest.mark.parametrize(
    "method", ["", "G T", "CONNECT", "trace", "M" * 31, "\x1b[2J" + "M" * 5000, "GET\r\nX: y"]
)
def test_what_is_no_method_is_refused(method: str) -> None:
    with pytest.raises(WrongUsage, match="is no method that can be called") as raised:
        asked(method)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 200


def test_a_header_that_is_none_is_refused() -> None:
    assert asked("GET", "/", "X-A: b").headers == (("X-A", "b"),)
    for header in ("\x1b[2J", "\x1b[2J: x", "X: \x1b[2J", "X\x1b:", "Host: \x1b"):
        with pytest.raises(WrongUsage, match="-H: ") as raised:
            asked("GET", "/", header)
        assert "\x1b" not in str(raised.value)


def test_a_body_is_given_or_named(tmp_path: Path) -> None:
    assert open_upload(None, ApiRequest()) is None
    path = tmp_path / "\x1bno"
    with pytest.raises(WrongUsage, match=r"-d: .*cannot be read") as raised:
        open_upload(f"@{path}", ApiRequest())
    assert "\x1b" not in str(raised.value)


def test_a_stdin_that_is_closed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(WrongUsage, match=r"-d: stdin cannot be read [(]it is closed[)]"):
        open_upload("@-", ApiRequest())


def shown(monkeypatch: pytest.MonkeyPatch, *chunks: bytes, token: str = TOKEN) -> str:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    output = Shown(Authorization(token))
    for chunk in chunks:
        output.write(chunk)
    output.end()
    return stdout.getvalue()


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([b"one\ntwo"], "one\ntwo\n"),
        ([b"one\n"], "one\n"),
        ([], ""),
        (["é".encode()[:1], "é".encode()[1:]], "é\n"),
        ([b"\x1b[2Jx"], "[2Jx\n"),
        ([b"a\xc3"], "a\ufffd\n"),
    ],
)
def test_lines_are_shown_whole_and_harmless(
    monkeypatch: pytest.MonkeyPatch, chunks: list[bytes], text: str
) -> None:
    assert shown(monkeypatch, *chunks) == text


def test_what_is_no_text_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DoorkeyError, match="is no text"):
        shown(monkeypatch, b"a\0")


@pytest.mark.parametrize("cut", range(1, len(TOKEN)))
def test_a_token_is_not_shown_wherever_it_is_cut(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    """security.md 40."""
    long = b"x " * LONGEST_LINE
    text = shown(monkeypatch, long + TOKEN[:cut].encode(), TOKEN[cut:].encode() + long)
    assert TOKEN not in text
    assert TOKEN[:-2] not in text
    assert text.count("x") == 2 * LONGEST_LINE


def test_the_shell_begins_on_a_line_of_its_own_though_the_session_has_ended_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert shown(monkeypatch, b"x" * (LONGEST_LINE + 1), token="").endswith("x\n")


def test_a_line_without_end_is_shown_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    output = Shown(Authorization(TOKEN))
    output.write(b"x" * LONGEST_LINE)
    assert stdout.getvalue() == ""
    output.write(b"x")
    assert LONGEST_LINE - 30 < len(stdout.getvalue()) <= LONGEST_LINE - len(TOKEN)


def test_what_can_hardly_be_seen_is_not_held_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    output = Shown(Authorization(TOKEN))
    output.write(b"a" + "\u0301".encode() * (MOST_HELD - 1))
    with pytest.raises(DoorkeyError, match="is hardly anything to see"):
        output.write("\u0301".encode() * 2 * MOST_HELD)
    assert stdout.getvalue() == ""


def test_an_object_holds_16_mib() -> None:
    output = Collected()
    output.write(b"x" * LARGEST_OBJECT_BYTES)
    assert LARGEST_OBJECT_BYTES == 16 * 1024 * 1024
    with pytest.raises(AnswerTooLarge, match="larger than 16 MiB"):
        output.write(b"x")
