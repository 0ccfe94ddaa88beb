"""What every test starts from: an environment without the developer's own settings."""

import gc
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

PREFIXES = ("API_", "DOORKEY_", "TEXTUAL")
NAMES = (
    "ALL_PROXY", "BROWSER", "DISPLAY", "HTTPS_PROXY", "HTTP_PROXY", "NO_COLOR", "NO_PROXY",
    "SSH_CONNECTION", "SSH_TTY", "TMUX", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME",
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


def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end: the modules, and some 7,000 tests."""
    gc.collect()
    gc.freeze()


_numbers = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if (name.startswith(PREFIXES) or name.upper() in NAMES) and name not in KEPT:
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _own_state(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("DOORKEY_STATE_DIR", str(_new_state_dir(request, tmp_path_factory)))


def _new_state_dir(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder that is not there yet; pytest takes 1 ms to make one, few tests need it."""
    if "tmp_path" in request.fixturenames:
        made: Path = request.getfixturevalue("tmp_path")
        return made / "state"
    return tmp_path_factory.getbasetemp() / f"state-{next(_numbers)}"


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Where the code under test keeps its state."""
    return tmp_path / "state"
