"""However the app is ended, the terminal is given back."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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


def read_until(descriptor: int, mark: bytes) -> bytes:
    seen = b""
    while mark not in seen:
        try:
            seen += os.read(descriptor, 65536)
        except OSError:
            return seen  # the other end is closed
    return seen


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
