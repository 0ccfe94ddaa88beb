"""However the app is ended, the terminal is given back."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tui.app import launch
from tui.cli import main

SCRIPT = """
from tests.support.builders.configs import CONFIG
from tui.app.app import DoorkeyApp
from tui.app.doors import Doors
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
app = DoorkeyApp(
    Doors(CONFIG, make_service=lambda _: AuthService(CONFIG, store=MemoryStore()))
)
app.run()
raise SystemExit(app.return_code)
"""

LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"


@pytest.mark.pty
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_app_and_gives_the_terminal_back(number: signal.Signals) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as app:
        os.close(theirs)
        read_until(ours, b"Doorkey")
        app.send_signal(number)
        assert LEAVE_ALTERNATE_SCREEN in read_until(ours, LEAVE_ALTERNATE_SCREEN)
        assert app.wait(10) == 128 + number
    os.close(ours)


@pytest.mark.pty
def test_ctrl_z_stops_the_job_and_fg_brings_the_app_back() -> None:
    # A shell with job control: it prints a prompt once the job has been stopped as a whole.
    shell = ["bash", "--norc", "-i", "-c", 'set -m; sh -c \'"$0" -c "$1"; :\' "$0" "$1"; fg']
    ours, theirs = pty.openpty()
    command = [*shell, sys.executable, SCRIPT]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as job:  # fmt: skip
        os.close(theirs)
        read_until(ours, b"Doorkey")
        os.write(ours, b"\x1a")
        assert b"Stopped" in read_until(ours, b"Stopped")
        assert b"Doorkey" in read_until(ours, b"Doorkey")
        os.write(ours, b"q")
        read_until(ours, LEAVE_ALTERNATE_SCREEN)
        assert job.wait(10) == 0
    os.close(ours)


def read_until(descriptor: int, mark: bytes) -> bytes:
    seen = b""
    while mark not in seen:
        try:
            seen += os.read(descriptor, 65536)
        except OSError:
            return seen  # the other end is closed
    return seen


def test_a_terminal_that_prints_lines_alone_is_not_drawn_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(launch, "_has_terminal", lambda: True)
    config = tmp_path / "auth_config.json"
    config.write_text('{"domain": "tenant.example", "clientId": "c", "audience": "a"}')
    assert main(["--config", str(config)]) == 2
    assert "prints lines alone (TERM=dumb)" in capsys.readouterr().err


@pytest.mark.pty
def test_where_the_app_could_not_be_seen_it_does_not_run(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    log = tmp_path / "log"
    config = tmp_path / "auth_config.json"
    config.write_text('{"domain": "tenant.example", "clientId": "c", "audience": "a"}')
    command = [sys.executable, "-m", "tui", "--config", str(config)]
    with log.open("wb") as stderr:
        run = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=stderr, timeout=30)
    assert run.returncode == 2
    assert "The app needs a terminal" in log.read_text()
    os.close(ours)
    os.close(theirs)
