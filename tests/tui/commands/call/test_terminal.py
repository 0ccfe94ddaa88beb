"""`doorkey call` at a terminal: nothing that an API says steers it, and a long call says so."""

import asyncio
import io
from collections.abc import Awaitable, Callable

import pytest

from tests.support.apis.scripted_api import Asked, ScriptedApi
from tests.support.clocks import Seconds
from tui.api.request import ApiRequest
from tui.api.upload import Upload
from tui.auth.dpop.authorization import Authorization
from tui.commands.call.command import Progress
from tui.commands.call.output import LONGEST_LINE, Shown
from tui.commands.progress_line import ProgressLine, show_progress

Call = Callable[..., Awaitable[int]]
Become = Callable[[str], io.StringIO]

REQUEST = ApiRequest("PUT", "/api/report")


async def test_what_is_shown_cannot_steer_the_terminal_and_has_no_token(
    api: ScriptedApi, call: Call, become: Become
) -> None:
    stdout = become("stdout")

    async def answer(asked: Asked) -> None:
        parts = [
            b"\x1b]52;c;aWQ=\x07 caf\xc3",
            b"\xa9\r\n the-acc",
            b"ess-token\n",
            b"\xe2\x80\xaeend",
        ]
        await asked.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in parts:
            await asked.send(b"%x\r\n%b\r\n" % (len(part), part))
        await asked.send(b"0\r\n\r\n")

    api.answer = answer
    assert await call("GET", "/") == 0
    assert stdout.getvalue() == "]52;c;aWQ= café\n [your access token]\nend\n"


async def test_what_is_no_text_is_not_shown(
    api: ScriptedApi, call: Call, capsys: pytest.CaptureFixture[str], become: Become
) -> None:
    stdout = become("stdout")

    async def answer(asked: Asked) -> None:
        await asked.answer("200 OK", b"\x89PNG\r\n\x1a\n\x00\x00")

    api.answer = answer
    assert await call("GET", "/") == 1
    assert stdout.getvalue() == ""
    assert "The answer is no text, and this is a terminal. Save it: -o FILE" in (
        capsys.readouterr().err
    )


async def test_a_long_line_is_shown_in_parts(api: ScriptedApi, call: Call, become: Become) -> None:
    stdout = become("stdout")

    async def answer(asked: Asked) -> None:
        await asked.answer("200 OK", 300_000 * b"x")

    api.answer = answer
    assert await call("GET", "/") == 0
    assert stdout.getvalue() == 300_000 * "x" + "\n"


def test_what_is_shown_ends_its_line_however_it_comes(become: Become) -> None:
    stdout = become("stdout")
    shown = Shown(Authorization("the-access-token"))
    shown.write(2 * LONGEST_LINE * b"x")
    assert len(stdout.getvalue()) >= LONGEST_LINE
    shown.end()
    assert stdout.getvalue() == 2 * LONGEST_LINE * "x" + "\n"


@pytest.mark.parametrize("back", range(0, 40, 3))
def test_a_token_that_comes_in_two_parts_of_a_long_line_is_not_shown(
    become: Become, back: int
) -> None:
    """security.md 40."""
    stdout = become("stdout")
    shown = Shown(Authorization("the-access-token"))
    long = 2 * LONGEST_LINE - back
    text = (long * "x" + "".join(f"&#x{ord(each):06x};" for each in "the-access-token")).encode()
    shown.write(text[: 2 * LONGEST_LINE])
    shown.write(text[2 * LONGEST_LINE :])
    shown.end()
    assert stdout.getvalue() == long * "x" + "[your access token]\n"


@pytest.mark.parametrize(
    "unseen", [30 * "\u200b", 300 * "\u0301", 20 * r"\u200b", 100 * "\u3164\x1b"]
)
def test_a_token_that_much_unseen_makes_long_is_not_shown(become: Become, unseen: str) -> None:
    """security.md 40: what is shown is without it."""
    stdout = become("stdout")
    shown = Shown(Authorization("the-access-token"))
    text = (LONGEST_LINE - 200) * "x" + unseen.join("the-access-token") + LONGEST_LINE * "y"
    for at in range(0, len(text), 100):
        shown.write(text[at : at + 100].encode())
    shown.end()
    assert "the-access" not in stdout.getvalue().translate({0x301: None, 0x3164: None})
    assert "xx[your access token]yy" in stdout.getvalue()


class Time:
    """Passes as far as a test lets it."""

    def __init__(self) -> None:
        self.clock = Seconds(0.0)
        self._turns: asyncio.Queue[None] = asyncio.Queue()
        self._slept = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self._slept.set()
        await self._turns.get()
        self.clock.advance(seconds)

    async def pass_on(self) -> None:
        """Let one sleep end, and what follows it happen."""
        await self._slept.wait()
        self._slept.clear()
        self._turns.put_nowait(None)
        await self._slept.wait()


async def test_a_long_call_says_how_far_it_is_and_takes_its_line_away(become: Become) -> None:
    stderr = become("stderr")
    time = Time()
    upload = Upload(bytes(3 * 1024 * 1024))
    progress = Progress(REQUEST, upload, expected_bytes=2048)
    async with show_progress(ProgressLine(progress.text), time.clock, time.sleep):
        assert stderr.getvalue() == ""
        upload.sent_bytes = 1024 * 1024
        await time.pass_on()
        assert stderr.getvalue() == "\r\x1b[KPUT /api/report · 0 s · sent 1.0 MiB of 3.0 MiB"
        progress.received_bytes = 100
        await time.pass_on()
        assert stderr.getvalue().endswith("· received 100 B of 2.0 KiB")
    assert stderr.getvalue().endswith("\r\x1b[K")


async def test_a_short_call_says_nothing(api: ScriptedApi, call: Call, become: Become) -> None:
    stderr = become("stderr")
    assert await call("GET", "/") == 0
    assert stderr.getvalue() == ""


async def test_where_stderr_is_no_terminal_nothing_is_said_of_progress(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def never(_seconds: float) -> None:
        raise AssertionError

    async with show_progress(ProgressLine(Progress(REQUEST).text), sleep=never):
        await asyncio.sleep(0)
    assert capsys.readouterr().err == ""
