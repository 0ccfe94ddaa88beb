"""A terminal to run commands at."""

import io
from collections.abc import Callable

import pytest


class Tty(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


Become = Callable[[str], Tty]


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Become:
    """Let a stream be a terminal; called by the test itself, for pytest has it before."""

    def patch(name: str) -> Tty:
        terminal = Tty()
        monkeypatch.setattr(f"sys.{name}", terminal)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "80")
        return terminal

    return patch
