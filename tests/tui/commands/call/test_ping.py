"""`doorkey ping` where the API wants another sign-in: at a terminal it is offered (RFC 9470)."""

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tui.cli import main

Become = Callable[[str], io.StringIO]

STREAMS = ("stdin", "stdout", "stderr")

QUESTION = "Sign in so now, and make this call again? [y/N] "


@pytest.fixture(autouse=True)
def demanding(api: ScriptedApi) -> None:
    async def answer(asked: Asked) -> None:
        challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
        await asked.answer("401 Unauthorized", b"{}", f"WWW-Authenticate: {challenge}")

    api.answer = answer


async def ping(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["ping", *arguments])


async def test_the_sign_in_that_the_api_wants_is_offered_and_begun(
    api: ScriptedApi, become: Become
) -> None:
    stdin, stdout, stderr = map(become, STREAMS)
    stdin.write("y\n")
    stdin.seek(0)
    assert await ping() == 5  # the tenant that would sign in is not there
    why, _, after = stderr.getvalue().partition(QUESTION)
    assert "the API wants another sign-in behind it" in why
    assert "Look whether it runs" in after
    calls = [asked for asked in api.asked if asked.head.startswith(b"GET /api/external ")]
    assert (stdout.getvalue(), len(calls)) == ("", 1)


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "what?\n"])
async def test_who_does_not_want_it_is_left_with_the_refusal(become: Become, typed: str) -> None:
    stdin, _, stderr = map(become, STREAMS)
    stdin.write(typed)
    stdin.seek(0)
    assert await ping() == 3
    assert stderr.getvalue().endswith(f"{QUESTION}doorkey: It stays refused.\n")


@pytest.fixture
def other_config(api: ScriptedApi, tmp_path: Path) -> str:
    """The config, where nobody looks for it."""
    path = (tmp_path / "auth_config.json").rename(tmp_path / "other.json")
    return path.name


async def test_the_command_that_helps_names_the_config_that_was_named(
    other_config: str, become: Become
) -> None:
    _, _, stderr = map(become, STREAMS)
    assert await ping("--config", other_config) == 3
    why, _, _ = stderr.getvalue().partition(QUESTION)
    assert "doorkey --config other.json login --max-age 300" in why


@pytest.mark.parametrize("piped", STREAMS)
async def test_without_a_terminal_the_command_that_helps_is_named_and_nothing_asked(
    become: Become, piped: str, capsys: pytest.CaptureFixture[str]
) -> None:
    terminals = {name: become(name) for name in STREAMS if name != piped}
    assert await ping() == 3
    said = terminals["stderr"].getvalue() if "stderr" in terminals else capsys.readouterr().err
    assert said.endswith("--scope 'openid profile email offline_access'\n")
    assert "doorkey login --max-age 300" in said
    assert "[y/N]" not in said


async def test_json_asks_nobody(become: Become) -> None:
    _, stdout, stderr = map(become, STREAMS)
    assert await ping("--json") == 3
    assert json.loads(stdout.getvalue())["error"] == "api_refused"
    assert stderr.getvalue() == ""
