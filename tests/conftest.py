"""What every test starts from: an environment without the developer's own settings."""

import gc
import os
import signal
from pathlib import Path

import pytest

PREFIXES = ("API_", "DOORKEY_", "TEXTUAL")
NAMES = (
    "ALL_PROXY", "BROWSER", "DISPLAY", "HTTPS_PROXY", "HTTP_PROXY", "NO_COLOR", "NO_PROXY",
    "SSH_CONNECTION", "SSH_TTY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME",
)  # fmt: skip
KEPT = (
    "DOORKEY_HEAVY",
    "DOORKEY_REQUIRE_BROWSER",
    "DOORKEY_REQUIRE_KEYRING",
    "TEXTUAL_SNAPSHOT_TEMPDIR",
)


gc.set_threshold(100_000, 20, 20)
"""The apps that tests draw make much that lives on: looking through it took a third of the time."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control ignores it for `make test &`, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST_ID = 60
"""Characters; what is longer is a token or a page, and may be another in each process."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long values by their argument and number, so that all processes collect the same."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in tuple(os.environ):
        if (name.startswith(PREFIXES) or name.upper() in NAMES) and name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("DOORKEY_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Where the code under test keeps its state."""
    return tmp_path / "state"
