"""Many processes at once, as a shell script or an editor with twenty windows has them."""

import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.heavy import rounds
from tests.support.processes.worlds import DOORKEY, PATIENCE_SECONDS, World, new_world, run_servers
from tui.auth.store.file_store import session_store

pytestmark = pytest.mark.heavy

PROCESSES = rounds(8, 100)

CALLS_OF_ONE = rounds(3, 25)
"""How many calls one of two shells makes at once."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with run_servers(new_world(tmp_path_factory.mktemp("world"))) as made:
        assert made.run("login").returncode == 0
        yield made


def expire(world: World) -> None:
    """Make the kept access token one that has expired."""
    store = session_store(world.config, world.state_dir)
    session = store.load()
    assert session is not None
    past = session.token_set.obtained_at - timedelta(days=1)
    tokens = replace(
        session.token_set, access_token_expiry=past + timedelta(hours=1), obtained_at=past
    )
    store.save(replace(session, token_set=tokens))


def refresh_tokens_issued(world: World) -> int:
    """Ask the tenant's database how many refresh tokens it ever issued."""
    (path,) = (world.state_dir / "local_tenant").glob("*.sqlite3")
    with sqlite3.connect(path) as database:
        (count,) = database.execute("SELECT count(*) FROM refresh_tokens").fetchone()
    database.close()
    return int(count)


@pytest.mark.parametrize("_round", range(rounds(1, 10)))
def test_an_expired_token_is_renewed_once_however_many_processes_ask(
    world: World, _round: int
) -> None:
    expire(world)
    before = refresh_tokens_issued(world)
    processes = [
        subprocess.Popen(
            [*DOORKEY, "--config", str(world.config.path), "token"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=world.environment,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    outputs = [process.communicate(timeout=4 * PATIENCE_SECONDS) for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, outputs
    assert len({token for token, _ in outputs}) == 1
    assert refresh_tokens_issued(world) == before + 1
    assert world.run("ping").returncode == 0


def test_an_expired_token_is_renewed_once_however_many_calls_two_shells_make(world: World) -> None:
    expire(world)
    before = refresh_tokens_issued(world)
    command = shlex.join(
        [*DOORKEY, "--config", str(world.config.path), "call", "GET", "/api/external"]
    )
    script = f"for n in $(seq {CALLS_OF_ONE}); do {command} & done; wait"
    shells = [
        subprocess.Popen(
            ["sh", "-c", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=world.environment,
        )
        for _ in range(2)
    ]  # fmt: skip
    outputs = [shell.communicate(timeout=4 * PATIENCE_SECONDS) for shell in shells]
    assert [errors for _, errors in outputs] == ["", ""]
    assert "".join(answer for answer, _ in outputs).count("successfully") == 2 * CALLS_OF_ONE
    assert refresh_tokens_issued(world) == before + 1
