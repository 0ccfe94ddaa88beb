"""`doorkey logout`: what it says of each step, what it waits for, and what Ctrl-C leaves."""

import asyncio
import io
import json
import signal
from collections.abc import Callable

import pytest

from tests.support.clocks import Seconds
from tests.support.documents import validated
from tui.auth.session import LogOutStep
from tui.auth.store.file_store import FileStore, session_store
from tui.cli import main
from tui.commands.logout import LogOutCancelled, LogOutTeller
from tui.commands.progress_line import show_progress
from tui.config.load import Config

Become = Callable[[str], io.StringIO]

LOCAL = LogOutStep("local", "done", "Signed out here: nothing of the session is kept.")
REVOCATION = LogOutStep("revocation", "done", "The refresh token is revoked.")
AT_TENANT = LogOutStep("tenant", "done", "Signed out at the tenant.")
NOT_WIPED = LogOutStep("local", "failed", "Signed out here, but: the file cannot be removed.")


def test_with_nobody_signed_in_it_says_so_and_that_is_no_failure(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logout"]) == 0
    assert capsys.readouterr().err == "- Nobody was signed in here: there was nothing to wipe.\n"
    assert main(["logout", "--json"]) == 0
    (step,) = validated(capsys.readouterr().out, "logout")["steps"]
    assert (step["step"], step["outcome"]) == ("local", "skipped")


def test_a_session_that_cannot_be_read_is_wiped_and_told_as_not_revoked(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    store = session_store(signed_in)
    assert isinstance(store, FileStore)
    store.path.write_bytes(b"damaged")
    assert main(["logout"]) == 1
    assert "✗ Nothing is kept here any more; but what was kept could not be read" in (
        capsys.readouterr().err
    )
    assert list(store.path.parent.glob("session-*.json*")) == []


def test_ctrl_c_keeps_what_is_done_and_says_what_is_not_known(
    signed_in: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Impatient(io.StringIO):
        def write(self, text: str) -> int:
            if "✓ Signed out here" in text:
                signal.raise_signal(signal.SIGINT)
            return super().write(text)

    stderr = Impatient()
    monkeypatch.setattr("sys.stderr", stderr)
    assert main(["logout"]) == 130
    told = stderr.getvalue().splitlines()
    assert told[0] == f"✓ {LOCAL.message}"
    assert told[-1].startswith("doorkey: cancelled. Nothing of the session is kept here; whether")
    assert session_store(signed_in).load() is None


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([], "cancelled before the session was wiped"),
        ([LOCAL, REVOCATION], "whether your browser is signed out at the tenant is not known"),
        ([LOCAL, REVOCATION, AT_TENANT], "Nothing of the session is kept here."),
        ([NOT_WIPED], "The session could not be wiped here"),
        ([NOT_WIPED, REVOCATION], "The session could not be wiped here"),
    ],
)
def test_what_ctrl_c_leaves_depends_on_the_last_step_that_ended(
    steps: list[LogOutStep], told: str
) -> None:
    cancelled = LogOutCancelled(steps)
    assert told in str(cancelled)
    assert len(json.loads(json.dumps(cancelled.further))["steps"]) == len(steps)


async def test_a_wait_counts_down_at_a_terminal_and_takes_its_line_away(
    become: Become,
) -> None:
    stderr = become("stderr")
    clock = Seconds(0.0)
    counted, never = asyncio.Event(), asyncio.Event()
    teller = LogOutTeller(as_json=False, clock=clock)
    lines = []

    async def sleep(_seconds: float) -> None:
        lines.append(stderr.getvalue().rpartition("\x1b[K")[2])
        if len(lines) > 3:
            counted.set()
            await never.wait()
        step = {1: LOCAL, 2: REVOCATION}.get(len(lines))
        if step:
            teller.tell(step)
        clock.advance(5.0)

    async with show_progress(teller.line, clock, sleep):
        await counted.wait()
        teller.tell(LogOutStep("tenant", "done", "Signed out at the tenant."))
    assert lines[1:] == [
        "Revoking the refresh token ...",
        "Waiting for your browser · 28 s left · Ctrl-C ends this",
        "Waiting for your browser · 23 s left · Ctrl-C ends this",
    ]
    assert stderr.getvalue().endswith("\r\x1b[K✓ Signed out at the tenant.\n")


def test_a_hint_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    teller = LogOutTeller(as_json=False)
    for outcome in ("waiting", "failed"):
        teller.tell(LogOutStep("tenant", outcome, "The browser has not come back. Allow it."))
    assert capsys.readouterr().err == (
        "… The browser has not come back. Allow it.\n✗ The browser did not come back in time.\n"
    )


def test_log_out_with_the_tenant_down_wipes_and_says_what_did_not_work(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logout", "--local"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "✓ Signed out here" in output.err
    assert "✗ The refresh token is not revoked" in output.err
    assert session_store(signed_in).load() is None
