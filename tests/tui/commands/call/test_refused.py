"""What `doorkey call` says of a refusal, and of what a body says itself."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tui.cli import main
from tui.commands.call.output import keep_apart

Call = Callable[..., Awaitable[int]]


def answering(
    status: str, body: bytes = b"{}", *headers: str
) -> Callable[[Asked], Awaitable[None]]:
    async def answer(asked: Asked) -> None:
        await asked.answer(status, body, *headers)

    return answer


async def test_a_refusal_is_exit_3_with_its_body_on_stdout_and_the_reason_on_stderr(
    api: ScriptedApi, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge = 'WWW-Authenticate: Bearer error="insufficient_scope", scope="read:messages"'
    api.answer = answering("403 Forbidden", b'{"error": "insufficient_scope"}', challenge)
    assert await call("GET", "/api/messages") == 3
    output = capsys.readouterr()
    assert output.out == '{"error": "insufficient_scope"}'
    assert output.err.startswith("doorkey: The API responded with '403: Forbidden'.\n")
    assert "The token is fine, but does not allow this." in output.err
    assert "✗ Scope     the API wants read:messages" in output.err
    assert 'doorkey login --scope "openid profile email offline_access read:messages"' in output.err


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_a_refusal_without_a_word_is_not_given_one(
    api: ScriptedApi, call: Call, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering(status)
    assert await call("GET", "/") == 3
    said = capsys.readouterr().err
    assert "the API wants" not in said
    assert " Audience  the config expects " in said
    assert "doorkey login" not in said


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("404 Not Found", "There is no such route"),
        ("500 Oops", "The API has an error of its own"),
        ("302 Found", "It points to https://evil.example/; tokens do not follow."),
    ],
)
async def test_what_is_no_success_is_exit_3_and_no_redirect_is_followed(
    api: ScriptedApi, call: Call, status: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering(status, b"text", "Location: https://evil.example/")
    assert await call("GET", "/") == 3
    output = capsys.readouterr()
    assert (output.out, hint in output.err) == ("text", True)
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed"])
async def test_what_the_body_says_itself_is_neither_repeated_nor_contradicted(
    api: ScriptedApi, call: Call, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    body = b'{"error_description": "The routes are /a and /b"}'
    api.answer = answering(status, body)
    assert await call("GET", "/c") == 3
    number, _, reason = status.partition(" ")
    assert capsys.readouterr() == (
        body.decode(), f"doorkey: The API responded with '{number}: {reason}'.\n",
    )  # fmt: skip
    await call("GET", "/c", "--json")
    assert json.loads(capsys.readouterr().out)["next"].startswith("Read the answer's body")


@pytest.mark.parametrize("body", [b"{}", b'{"error_description": "Busy"}'])
async def test_how_long_the_api_asks_to_wait_is_told_whatever_the_body_says(
    api: ScriptedApi, call: Call, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering("503 Busy", body, "Retry-After: 4")
    assert await call("GET", "/c") == 3
    assert "It asks to wait 4 s.\n" in capsys.readouterr().err


@pytest.mark.parametrize(("body", "gap"), [(b"text", "\n\n"), (b"text\n", "\n"), (b"", "")])
async def test_a_refusal_stands_apart_from_a_body_that_goes_to_the_same_place(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, gap: str
) -> None:
    api.answer = answering("500 Oops", body)
    with (tmp_path / "both").open("w") as one, os.fdopen(os.dup(one.fileno()), "w") as other:
        monkeypatch.setattr("sys.stdout", one)
        monkeypatch.setattr("sys.stderr", other)
        assert await asyncio.to_thread(main, ["call", "GET", "/"]) == 3
        monkeypatch.undo()
    assert (tmp_path / "both").read_text().startswith(f"{body.decode()}{gap}doorkey: The API")


def test_at_a_terminal_the_line_of_a_body_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setattr("sys.stderr", terminal)
        keep_apart(b"x")
        monkeypatch.undo()
        terminal.flush()
        assert screen.read(100) == b"\r\n"
