"""However the app is ended, the terminal is given back."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios

import pytest

from tests.support.processes.worlds import PATIENCE_SECONDS

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
        screen = Screen(ours)
        assert screen.read_until(b"Doorkey")
        app.send_signal(number)
        assert screen.read_until(LEAVE_ALTERNATE_SCREEN)
        assert app.wait(PATIENCE_SECONDS) == 128 + number
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
        screen = Screen(ours)
        assert screen.read_until(b"Doorkey")
        os.write(ours, b"\x1a")
        assert screen.read_until(b"Stopped")
        assert screen.read_until(b"Doorkey")
        os.write(ours, b"q")
        assert screen.read_until(LEAVE_ALTERNATE_SCREEN)
        assert job.wait(PATIENCE_SECONDS) == 0
    os.close(ours)


class Screen:
    """What a program writes to its terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unread = b""

    def read_until(self, mark: bytes) -> bool:
        """Read up to `mark`, and return whether it came before the other end was closed."""
        while mark not in self._unread:
            try:
                self._unread += os.read(self._descriptor, 65536)
            except OSError:
                return False
        self._unread = self._unread.partition(mark)[2]
        return True
