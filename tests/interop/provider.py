"""A provider under test: its process, the config for it, and the person who signs in there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx

from tests.interop.person import Person
from tests.support.processes.worlds import World, new_world

START_SECONDS: Final = 60.0
"""For a provider to answer; those in Python load for some seconds on a busy machine."""

PERSON: Final = f"{sys.executable} -m tests.interop.person"

ALICE: Final = {"username": "alice", "login": "alice", "email": "alice@example.com"}
PASSWORD: Final = {"password": "alice-password"}


@dataclass(frozen=True)
class Provider:
    """One provider that answers, and a world that is configured for it."""

    world: World
    person: Person = field(default_factory=lambda: Person(ALICE | PASSWORD, []))
    refusals: Sequence[str] = ()
    """The buttons or links by which a person says no."""

    def run(self, *arguments: str, denies: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run one command of Doorkey with the person at its browser."""
        follows = self.refusals if denies else self.person.follows
        told = {"answers": self.person.answers, "follows": list(follows)}
        (self.world.folder / "person.json").write_text(json.dumps(told))
        try:
            done = self.world.run(*arguments)
        except subprocess.TimeoutExpired:
            print(self.pages())
            raise
        print(f"$ doorkey {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def pages(self) -> str:
        """What the person saw last."""
        log = self.world.folder / "pages.log"
        return log.read_text()[-4000:] if log.exists() else "no page was seen"


def world_for(folder: Path, issuer: str, **members: object) -> World:
    """Make a config for `issuer`, and an environment whose browser is the person's."""
    world = new_world(folder, **{"domain": issuer, "clientId": "doorkey"} | members)
    browser = f"{PERSON} {folder} %s"
    return replace(world, environment=world.environment | {"BROWSER": browser})


@contextmanager
def process(
    command: Sequence[str],
    ready: str,
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a provider until the block ends; it is ready when the address `ready` answers."""
    log = folder / "provider.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=folder, env=dict(os.environ) | dict(environment or {}),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_ready(running, ready, log)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        print(f"The end of the provider's log:\n{log.read_text(errors='replace')[-4000:]}")


def _wait_until_ready(running: "subprocess.Popen[bytes]", ready: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline:
            assert running.poll() is None, log.read_text(errors="replace")
            with suppress(httpx.HTTPError):
                if client.get(ready).is_success:
                    return
            # No provider says in one common way that it listens.
            time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))
