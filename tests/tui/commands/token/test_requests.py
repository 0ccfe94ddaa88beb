"""What programs ask on stdin, read strictly, and what git was refused with."""

import io
import os
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tui.commands.token.credentials import (
    LARGEST_REQUEST_BYTES,
    Request,
    answer,
    foreign_answer,
    is_refused,
    read_request,
    remember_refused,
)
from tui.commands.token.formats import GIT, Grant
from tui.errors import StoreFailed, WrongUsage

HELPER = "credential-helper"


def asked(
    monkeypatch: pytest.MonkeyPatch, content: bytes, format_name: str = GIT, *, tty: bool = False
) -> Request:
    stdin = SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: tty)
    monkeypatch.setattr(sys, "stdin", stdin)
    return read_request(format_name)


@pytest.mark.parametrize(
    ("content", "origin"),
    [
        (b"protocol=https\nhost=api.example\n\n", "https://api.example"),
        (b"protocol=https\r\nhost=api.example:8443\r\n\r\n", "https://api.example:8443"),
        (b"protocol=https\nhost=api.example", "https://api.example"),
        (b"protocol=http\nhost=localhost:1\n", "http://localhost:1"),
        (b"protocol=https\nhost=api.example/x\n", ""),
        (b"protocol=https\nhost=api.example?x\n", ""),
        (b"protocol=https\nhost=api.example#x\n", ""),
        (b"protocol=https\nhost=user@api.example\n", ""),
        (b"protocol=https://api.example/\nhost=evil.example\n", ""),
        (b"protocol=\nhost=api.example\n", ""),
        (b"protocol=ftp\nhost=api.example\n", ""),
        (b"host=api.example\n", ""),
        (b"protocol=https\n\nhost=api.example\n", ""),
        (b"", ""),
    ],
)
def test_git_asks_for_an_origin(
    monkeypatch: pytest.MonkeyPatch, content: bytes, origin: str
) -> None:
    assert asked(monkeypatch, content).origin == origin


@pytest.mark.parametrize(
    ("lines", "takes"),
    [
        ("capability[]=authtype", True),
        ("capability[]=state\ncapability[]=authtype", True),
        ("capability[]=authtype\ncapability[]=", False),
        ("capability[]=state", False),
        ("capability=authtype", False),
    ],
)
def test_git_says_what_it_can(monkeypatch: pytest.MonkeyPatch, lines: str, takes: bool) -> None:
    assert asked(monkeypatch, lines.encode()).takes_authtype is takes


@pytest.mark.parametrize(
    ("lines", "erased"),
    [
        ("credential=a\npassword=b", "a"),
        ("password=b", "b"),
        ("credential=\npassword=b", "b"),
        ("x=y", ""),
    ],
)
def test_git_says_which_token_it_was_refused_with(
    monkeypatch: pytest.MonkeyPatch, lines: str, erased: str
) -> None:
    assert asked(monkeypatch, lines.encode()).erased == erased
    assert asked(monkeypatch, b"username=me").user_name == "me"


@pytest.mark.parametrize("content", [b"nonsense\n", b"a=b\nnonsense\n"])
def test_what_git_does_not_ask_is_refused(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    with pytest.raises(WrongUsage, match="not a request of git"):
        asked(monkeypatch, content)


@pytest.mark.parametrize(
    ("content", "origin"),
    [
        (b'{"uri": "https://api.example/x?y"}', "https://api.example"),
        (b'{"uri": "grpcs://api.example"}', "https://api.example"),
        (b'{"uri": "grpc://localhost:1"}', "http://localhost:1"),
        (b'{"uri": "ftp://api.example"}', ""),
        (b'{"uri": "https://user@api.example"}', ""),
        (b'{"uri": ""}', ""),
    ],
)
def test_a_helper_is_asked_for_an_address(
    monkeypatch: pytest.MonkeyPatch, content: bytes, origin: str
) -> None:
    assert asked(monkeypatch, content, HELPER).origin == origin


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"uri": 7}', b"[" * 9999, b"\xff"])
def test_what_no_helper_is_asked_is_refused(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    with pytest.raises(WrongUsage, match="not a request for credentials"):
        asked(monkeypatch, content, HELPER)


@pytest.mark.parametrize("format_name", [GIT, HELPER])
def test_a_request_has_256_kib_at_most(monkeypatch: pytest.MonkeyPatch, format_name: str) -> None:
    for size, reason in (
        (LARGEST_REQUEST_BYTES, "not a request"),
        (LARGEST_REQUEST_BYTES + 1, "over 256 KiB"),
    ):
        with pytest.raises(WrongUsage, match=reason):
            asked(monkeypatch, b"x" * size, format_name)
    with pytest.raises(WrongUsage, match="over 256 KiB"):
        asked(monkeypatch, b"x=y\n" * LARGEST_REQUEST_BYTES)


def test_without_a_stdin_there_is_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(WrongUsage, match="and there is none"):
        read_request(GIT)


@pytest.mark.parametrize("tty", [True, False])
def test_a_person_at_a_terminal_is_told_what_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tty: bool
) -> None:
    asked(monkeypatch, b"", GIT, tty=tty)
    assert ("protocol=, host=" in capsys.readouterr().err) is tty


def test_a_refused_token_is_remembered_by_its_digest(
    monkeypatch: pytest.MonkeyPatch, state_dir: os.PathLike[str]
) -> None:
    assert not is_refused("a-token")
    remember_refused("a-token")
    assert is_refused("a-token")
    assert not is_refused("another")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="cannot be noted"):
        remember_refused("another")


def test_another_origin_gets_no_credentials() -> None:
    assert foreign_answer(GIT) == ""
    assert foreign_answer(HELPER) == '{"headers": {}}'


def test_git_gets_the_token_in_the_way_that_it_can_take_it() -> None:
    grant = Grant("the-token", datetime(2026, 1, 1, tzinfo=UTC))
    new = answer(GIT, Request("", takes_authtype=True), grant).split("\n")
    assert {"authtype=Bearer", "credential=the-token", "ephemeral=1"} <= set(new)
    old = answer(GIT, Request("", user_name="me"), grant).split("\n")
    assert {"username=me", "password=the-token"} <= set(old)
    assert "username=oauth2" in answer(GIT, Request(""), grant)
