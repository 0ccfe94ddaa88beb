"""Saves a session over and over in child processes, and kills each at a random moment.

Run as `python -m tests.support.processes.killed_saver FOLDER ROUNDS`;
prints how many kills it survived.
It has one thread, so that forking it is safe.
"""

import os
import random
import select
import signal
import sys
from itertools import count
from pathlib import Path

from tests.support.builders.sessions import session
from tests.support.builders.stores import file_store
from tests.support.tenants.bound import bound
from tui.auth.store.file_store import FileStore

LATEST_KILL_SECONDS = 0.01
"""A save takes about a millisecond; the kill falls into any of the first few."""


def save_for_ever(store: FileStore, first: int) -> None:
    for number in count(first):
        # Of very different lengths, so that half of one would show.
        kept = session(access_token=f"token-{number}-" + "x" * random.randrange(20_000))
        store.save(bound(kept) if number % 2 else kept)


def main(folder: Path, rounds: int) -> None:
    store = file_store(folder, "killed")
    store.save(session(access_token="token-0-"))
    for number in range(1, rounds + 1):
        child = os.fork()
        if child == 0:
            save_for_ever(store, number * 1_000_000)
        select.select([], [], [], random.random() * LATEST_KILL_SECONDS)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kept = store.load()
        assert kept is not None, "half a file"
        token = kept.token_set.access_token
        assert token.startswith("token-")
        assert (kept.key is not None) == int(token.split("-")[1]) % 2, "another session's key"
    store.save(session())
    assert [path.name for path in folder.iterdir()] == [store.path.name], "something was left"
    print(rounds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
