"""`doorkey token` with a token that has expired: what it reads, and how often."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.support import ROOT
from tests.support.processes.worlds import World, new_world, run_servers

COUNTED = """
import json, os, sys

opened = []
sys.addaudithook(lambda event, details: event == "open" and opened.append(str(details[0])))

import keyring

class Keyring:
    kept, asked = {}, 0

    def get_password(self, _service, name):
        Keyring.asked += 1
        return self.kept.get(name)

    def set_password(self, _service, name, password):
        self.kept[name] = password

Keyring.__module__ = "keyring.backends.SecretService"
keyring.get_keyring = Keyring

from pathlib import Path
from tests.support.builders.sessions import expired
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import load_config

config = load_config(Path("auth_config.json"))
store = session_store(config)
kept = expired(store.load())
store.reserve()
store.save(kept)
sealed = store.path.read_bytes().startswith(b"doorkey-sealed")
opened.clear()
Keyring.asked = 0
code = main(["token"])
names = [Path(name).name for name in opened]
print(json.dumps({
    "code": code,
    "sealed": sealed,
    "config": names.count("auth_config.json"),
    "session": names.count(store.path.name),
    "keyring": Keyring.asked,
}))
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = new_world(tmp_path, scope="openid profile email offline_access")
    members = json.loads(made.config.path.read_text())
    del members["sessionStorage"], members["redirectUris"]
    with run_servers(made):
        assert made.run("login").returncode == 0
        made.config.path.write_text(json.dumps(members))
        yield made


def counted(world: World) -> dict[str, object]:
    """Run `doorkey token` in a process that counts; what it printed last."""
    environment = world.environment | {"PYTHONPATH": str(ROOT)}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)  # else that one is asked, not ours
    done = subprocess.run(
        [sys.executable, "-c", COUNTED],
        cwd=world.folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    token, counts = done.stdout.splitlines()
    assert token
    return cast("dict[str, object]", json.loads(counts))


def test_an_expired_token_reads_config_and_session_once_and_asks_the_keyring_once(
    world: World,
) -> None:
    assert counted(world) == {"code": 0, "sealed": True, "config": 1, "session": 1, "keyring": 1}
