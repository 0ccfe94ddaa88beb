"""Where the answer of `doorkey call` goes, and what is said of a refusal."""

import asyncio
import io
import json
import os
import signal
import stat
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tests.support.builders.sessions import session
from tests.support.processes.other_user import NOBODY, needs_root
from tests.support.processes.worlds import DOORKEY
from tui.auth.dpop.session_key import SessionKey
from tui.auth.store.file_store import session_store
from tui.commands.call.output import Saved
from tui.config.load import load_config

Call = Callable[..., Awaitable[int]]

Become = Callable[[str], io.StringIO]

BINARY = bytes(range(256)) * 4096

TOKEN = "the-access-token"


def answering(
    status: str = "200 OK", body: bytes = b"{}", *headers: str
) -> Callable[[Asked], Awaitable[None]]:
    async def answer(asked: Asked) -> None:
        await asked.answer(status, body, *headers)

    return answer


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_the_body_goes_to_stdout_to_the_letter(
    api: ScriptedApi, call: Call, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    api.answer = answering(body=BINARY)
    assert await call("GET", "/") == 0
    assert capfdbinary.readouterr() == (BINARY, b"")


async def test_i_prints_status_and_headers_first_and_nothing_in_them_steers_a_terminal(
    api: ScriptedApi, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering("201 Made\x1b[2J", b"body", "Set-Cookie: a=1", "Set-Cookie: b=\x9b2")
    assert await call("GET", "/", "-i") == 0
    assert capsys.readouterr().out == (
        "HTTP/1.1 201 Made[2J\ncontent-length: 4\nset-cookie: a=1\nset-cookie: b=2\n\nbody"
    )


@pytest.mark.parametrize("status", ["200", "302", "401", "404"])
@pytest.mark.parametrize("options", [["-i"], ["--json"]])
async def test_a_token_that_an_answer_repeats_is_not_shown(
    api: ScriptedApi, call: Call, status: str, options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """security.md 40."""
    challenge = f'Bearer error="{TOKEN}", error_description="{TOKEN}", scope="{TOKEN}"'
    escaped = "".join(f"\\u{ord(each):04x}" for each in TOKEN)
    body = f'{{"{escaped}": "{TOKEN}"}}' if options == ["--json"] else ""
    api.answer = answering(
        f"{status} {TOKEN}", body.encode(), f"X-{TOKEN}: 1", f"{TOKEN}-x: {TOKEN}",
        f"Location: /{TOKEN}", f"WWW-Authenticate: {challenge}", f"X-Request-ID: {TOKEN}",
    )  # fmt: skip
    await call("GET", "/", *options)
    said = "".join(capsys.readouterr())
    assert "x-[your access token]" in said
    assert TOKEN not in said


@pytest.mark.parametrize("options", [["-i"], ["--json"]])
@pytest.mark.parametrize("first", [b"", b"\xff"])
async def test_a_proof_that_an_answer_repeats_is_not_shown(
    api: ScriptedApi, call: Call, first: bytes, options: list[str], become: Become,
) -> None:  # fmt: skip
    """RFC 9449: the proof is as secret as the token while it is fresh."""
    store = session_store(load_config(Path("auth_config.json")))
    store.save(replace(session(obtained_at=datetime.now(UTC)), key=SessionKey.fresh()))

    async def echo(asked: Asked) -> None:
        (proof,) = asked.header("dpop")
        await asked.answer("200 OK", first + proof.encode() + b"\n", f"X-Proof: {proof}")

    api.answer = echo
    stdout = become("stdout")
    assert await call("GET", "/", *options) == 0
    (proof,) = api.asked[0].header("dpop")
    said = stdout.getvalue()
    if options == ["--json"] and first:
        said += b64decode(json.loads(said)["body"]).decode("latin-1")
    assert said.count("[your access token]") == 2
    assert proof not in said


async def test_an_answer_that_is_as_it_was_is_a_success(api: ScriptedApi, call: Call) -> None:
    api.answer = answering("304 Not Modified", b"")
    assert await call("GET", "/", "-H", 'If-None-Match: "a"') == 0


async def test_o_writes_a_file_with_the_rights_that_the_umask_leaves(
    api: ScriptedApi, call: Call, tmp_path: Path
) -> None:
    api.answer = answering(body=BINARY)
    before = os.umask(0o027)
    try:
        assert await call("GET", "/", "-o", "out.bin") == 0
    finally:
        os.umask(before)
    assert (tmp_path / "out.bin").read_bytes() == BINARY
    assert stat.S_IMODE((tmp_path / "out.bin").stat().st_mode) == 0o640


async def test_o_keeps_the_mode_of_the_file_that_it_replaces(
    api: ScriptedApi, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("before")
    (tmp_path / "out").chmod(0o600)
    assert await call("GET", "/", "-o", "out") == 0
    assert (tmp_path / "out").read_text() == "{}"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


async def test_o_leaves_the_file_as_it_was_where_the_answer_breaks_off_or_refuses(
    api: ScriptedApi, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def break_off(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe beginning")
        api.hang_up()

    (tmp_path / "out").write_text("before")
    before = names(tmp_path)
    api.answer = break_off
    assert await call("GET", "/", "-o", "out") == 5
    assert "gave no whole answer" in capsys.readouterr().err
    api.answer = answering("404 Not Found", b"nothing here")
    assert await call("GET", "/", "-o", "out") == 3
    assert capsys.readouterr().out == "nothing here"
    assert (tmp_path / "out").read_text() == "before"
    assert names(tmp_path) == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_o_leaves_nothing_behind_where_the_command_is_ended(
    api: ScriptedApi, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    asked = asyncio.Event()

    async def hang(request: Asked) -> None:
        await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe beginning")
        asked.set()
        await request.asker_is_gone()

    api.answer = hang
    before = names(tmp_path)
    process = await asyncio.create_subprocess_exec(*DOORKEY, "call", "GET", "/", "-o", "out")
    await asked.wait()
    process.send_signal(number)
    assert await process.wait() == code
    assert names(tmp_path) == before


async def test_o_follows_no_symbolic_link(
    api: ScriptedApi, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "target").write_text("before")
    (tmp_path / "out").symlink_to("target")
    assert await call("GET", "/", "-o", "out") == 2
    assert "is a symbolic link" in capsys.readouterr().err
    assert (tmp_path / "target").read_text() == "before"


def test_o_gives_its_mode_to_no_other_file(tmp_path: Path) -> None:
    """security.md 35: in a folder that all can write to, somebody may move the half one away."""
    (tmp_path / "out").write_text("before")
    (tmp_path / "out").chmod(0o644)
    (tmp_path / "private").touch(0o600)
    saved = Saved(tmp_path / "out")
    (half,) = tmp_path.glob(".out.*")
    half.unlink()
    half.symlink_to(tmp_path / "private")
    saved.end()
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600


@needs_root
async def test_o_takes_no_mode_over_from_another_users_file(
    api: ScriptedApi, call: Call, tmp_path: Path
) -> None:
    """security.md 35: in a folder that all can write to, they would read it, or run it as us."""
    (tmp_path / "out").write_text("before")
    os.chown(tmp_path / "out", NOBODY, NOBODY)
    (tmp_path / "out").chmod(0o6777)
    assert await call("GET", "/", "-o", "out") == 0
    status = (tmp_path / "out").stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode) & 0o6022) == (os.geteuid(), 0)


async def test_o_makes_nothing_run_as_its_owner(
    api: ScriptedApi, call: Call, tmp_path: Path
) -> None:
    """security.md 35: what an API writes is no program to be trusted with one's rights."""
    (tmp_path / "out").write_text("before")
    (tmp_path / "out").chmod(0o6755)
    assert await call("GET", "/", "-o", "out") == 0
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


@needs_root
async def test_o_gives_nothing_to_a_pipe_of_another_user(
    api: ScriptedApi, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """security.md 35."""
    os.mkfifo(tmp_path / "out")
    os.chown(tmp_path / "out", NOBODY, NOBODY)
    reader = os.open(tmp_path / "out", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert await call("GET", "/", "-o", "out") == 2
        assert "is another user's" in capsys.readouterr().err
        assert api.asked == []
    finally:
        os.close(reader)


async def test_o_takes_a_device(api: ScriptedApi, call: Call) -> None:
    assert await call("GET", "/", "-o", "/dev/null") == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116 - a device is no path of ours


@pytest.mark.parametrize(
    ("body", "encoding", "shown"),
    [
        (b'{"a": [1]}', "json", {"a": [1]}),
        (f'{{"echo": "{TOKEN}"}}'.encode(), "json", {"echo": "[your access token]"}),
        (b"NaN", "text", "NaN"),
        (b"", "text", ""),
        (b"\xff\x00", "base64", "/wA="),
        (b"\xff" + TOKEN.encode(), "base64", b64encode(b"\xff[your access token]").decode()),
        (b"[" * 100_000, "text", "[" * 100_000),
    ],
)
async def test_json_is_one_object_with_status_headers_and_body(
    api: ScriptedApi, call: Call, body: bytes, encoding: str, shown: object,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    api.answer = answering("200 OK", body, "X-A: 1", "X-A: 2")
    assert await call("GET", "/", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["headers"]["x-a"]) == (200, "1, 2")
    assert (answer["encoding"], answer["body"]) == (encoding, shown)


async def test_json_with_o_says_where_the_body_is(
    api: ScriptedApi, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering(body=BINARY)
    assert await call("GET", "/", "--json", "-o", "out") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["file"], answer["bytes"]) == ("out", len(BINARY))
    assert (tmp_path / "out").read_bytes() == BINARY


async def test_a_compressed_answer_that_nobody_asked_for_is_refused(
    api: ScriptedApi, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answer = answering("200 OK", b"\x1f\x8b", "Content-Encoding: gzip")
    assert await call("GET", "/") == 5
    output = capsys.readouterr()
    assert (output.out, "compressed" in output.err) == ("", True)
