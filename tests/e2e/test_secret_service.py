"""The session under a real Secret Service: gnome-keyring, in a D-Bus session of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

NEEDED = ("dbus-run-session", "gnome-keyring-daemon")

KEEP_AND_LOAD = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.support.builders.sessions import session
from tests.support.builders.stores import file_store
from tui.auth.store import sealing
from tui.config.load import load_config
from tui.commands.token.quick import look

folder = Path(sys.argv[1])
sealing.KEYRING_SECONDS = float(sys.argv[2])
os.environ["DOORKEY_STATE_DIR"] = os.environ["DOORKEY_CONFIG"] = str(folder)
os.environ["DOORKEY_CONFIG"] += "/auth_config.json"
config = {"domain": "tenant.example", "clientId": "client", "audience": "api"}
(folder / "auth_config.json").write_text(json.dumps(config))

def store():
    return file_store(folder, load_config().session_identity, "auto")

kept = session(obtained_at=datetime.now(UTC))
one = store()
one.reserve()
one.save(kept)
print(one.description)
print(store().load() == kept, look().access_token == "the-access-token")
print(b"the-access-token" in one.path.read_bytes())
"""

UNLOCKED = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;"

LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1;"


def in_a_desktop_session(tmp_path: Path, keyring: str, patience_seconds: float) -> list[str]:
    """Keep and load a session where `keyring` has been started; gives what it printed."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        if os.environ.get("DOORKEY_REQUIRE_KEYRING"):
            pytest.fail(f"{missing} missing, and DOORKEY_REQUIRE_KEYRING is set")
        pytest.skip(f"no {missing} on this machine")
    for folder in ("home", "runtime"):
        (tmp_path / folder).mkdir(mode=0o700)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    script = f'{keyring} exec "$0" -c "$1" "$2" "$3"'
    python = [sys.executable, KEEP_AND_LOAD, str(tmp_path), str(patience_seconds)]
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, *python],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_with_an_unlocked_keyring_the_session_is_sealed(tmp_path: Path) -> None:
    description, same, readable = in_a_desktop_session(tmp_path, UNLOCKED, 60.0)
    assert "sealed with a key in the system's keyring" in description
    assert (same, readable) == ("True True", "False")


@pytest.mark.parametrize("keyring", [LOCKED, ""])
def test_with_a_locked_or_no_keyring_it_is_a_private_file_and_says_so(
    tmp_path: Path, keyring: str
) -> None:
    description, same, readable = in_a_desktop_session(tmp_path, keyring, 2.5)
    assert "readable by you alone; no keyring answered" in description
    assert (same, readable) == ("True True", "True")
