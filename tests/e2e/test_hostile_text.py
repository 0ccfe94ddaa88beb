"""Nothing that others write reaches the terminal as anything but text."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.people.terminal import Terminal

pytestmark = pytest.mark.pty

FORBIDDEN = {
    "OSC 52": rb"\x1b\]52;",
    "a title that others set": rb"\x1b\]0;",
    "the payload after an ESC": rb"\x1b\][^\x1b]*SE9TVElMRQ",
    "a C1 control": rb"\xc2[\x80-\x9f]",
    "a bidirectional control": rb"\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]",
    "a zero width space": rb"\xe2\x80\x8b|\xef\xbb\xbf",
    "a reset of the terminal": rb"\x1bc",
    "NUL": rb"\x00",
    "DEL": rb"\x7f",
}


def test_no_text_of_others_steers_the_terminal(tmp_path: Path) -> None:
    environment = dict(os.environ) | {
        "DOORKEY_STATE_DIR": str(tmp_path),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    command = [sys.executable, "-m", "tests.support.app.hostile_app"]
    with Terminal(command, environment, 100, 40) as terminal:
        terminal.wait_for("Hello, HOSTILE", "[/nope]", "wrong")
        terminal.send("r")
        terminal.wait_for("Not renewed")
        terminal.send("2")
        terminal.wait_for("ID token", "claims")
        for key in "jjjjjjjjjjjjjj":
            terminal.send(key)
        terminal.send("t")
        terminal.wait_for("Lifetime")
        terminal.send("t")
        terminal.wait_for("Renewals")
        terminal.send("3")
        terminal.wait_for("Nothing called yet")
        terminal.send("p")
        terminal.wait_for("Why it was refused", "HOSTILE")
        terminal.send("\x10")
        terminal.wait_for("Search for commands")
        terminal.send("\x1b")
        terminal.wait_until_gone("Search for commands")
        terminal.send("o")
        terminal.wait_for("Log out?")
        terminal.send("y")
        terminal.wait_for("You are logged out")
        terminal.send("\r")
        terminal.wait_until_gone("You are logged out")
        # Neither the name nor a notice of the session stays.
        terminal.wait_until(lambda: "HOSTILE" not in "\n".join(terminal.text.splitlines()[:12]))
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        received = bytes(terminal.received)
    found = {name for name, pattern in FORBIDDEN.items() if re.search(pattern, received)}
    assert not found
