"""`doorkey token` with a valid session against an empty Python; `get_access_token` in memory."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.bench.report import say
from tests.support.configs import CONFIG
from tests.support.sessions import session
from tui.auth.service import AuthService
from tui.auth.store.file_store import session_store
from tui.auth.store.store import MemoryStore
from tui.config.load import load_config

ROUNDS = 40
CALLS = 100_000

FILE_BUDGET = 4.0
KEYRING_BUDGET = 10.0
CALL_BUDGET_MICROSECONDS = 2.0

MEMBERS = {"domain": "localhost:3002", "clientId": "doorkey-local", "audience": "http://api"}

DOORKEY = [str(Path(sys.executable).with_name("doorkey")), "token"]

SEALED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.bench.token import compare
from tests.support.sessions import session
from tui.auth.store.file_store import session_store
from tui.config.load import load_config

store = session_store(load_config(Path("auth_config.json")))
store.reserve()
store.save(session(obtained_at=datetime.now(UTC)))
assert "sealed" in store.description, store.description
compare("keyring", float(sys.argv[1]))
"""


def main() -> None:
    """Print the ratios, medians of an interleaved run."""
    in_memory()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DOORKEY_STATE_DIR"] = f"{folder}/state"
        os.environ["PYTHONPATH"] = str(Path.cwd())
        os.chdir(folder)
        Path("auth_config.json").write_text(json.dumps(MEMBERS))
        store = session_store(load_config())
        store.save(session(obtained_at=datetime.now(UTC)))
        compare("file", FILE_BUDGET)
        with_keyring()
        os.chdir(os.environ["PYTHONPATH"])


def with_keyring() -> None:
    """Do the same under gnome-keyring in a D-Bus session of its own, where both are installed."""
    if not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")):
        say("  keyring: left out, for dbus-run-session or gnome-keyring-daemon is missing")
        return
    os.environ["HOME"] = str(Path.cwd())
    unlock = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", f'{unlock}; exec "$0" -c "$1" "$2"',
         sys.executable, SEALED, str(KEYRING_BUDGET)],
        stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def compare(name: str, budget: float) -> None:
    """Run both in turn, so that what else the machine does falls on both alike."""
    empty = [sys.executable, "-c", "pass"]
    pairs = [(seconds(empty), seconds(DOORKEY)) for _ in range(ROUNDS)]
    ratio = median(token / nothing for nothing, token in pairs)
    milliseconds = 1000 * median(token for _, token in pairs)
    verdict = "holds" if ratio <= budget else "FALLS SHORT"
    say(
        f"  doorkey token, {name}: {ratio:.2f} x python -c pass, {milliseconds:.0f} ms "
        f"(at most {budget:.0f}: {verdict})"
    )


def seconds(command: Sequence[str]) -> float:
    started = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - started


def in_memory() -> None:
    """Time one call of `get_access_token` with a valid token."""

    async def run() -> float:
        store = MemoryStore(session(obtained_at=datetime.now(UTC)))
        service = AuthService(CONFIG, store=store)
        service.take_up()
        started = perf_counter()
        for _ in range(CALLS):
            await service.get_access_token()
        return (perf_counter() - started) / CALLS * 1e6

    microseconds = median(asyncio.run(run()) for _ in range(5))
    verdict = "holds" if microseconds <= CALL_BUDGET_MICROSECONDS else "FALLS SHORT"
    say(
        f"  get_access_token, valid, in memory: {microseconds:.2f} microseconds "
        f"(at most {CALL_BUDGET_MICROSECONDS:.0f}: {verdict})"
    )
