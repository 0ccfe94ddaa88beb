"""The running app: from a key to another screen, at rest, and its memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.report import say
from tests.bench.watched import Watched
from tests.support.sessions import session
from tests.support.worlds import World, new_world, running
from tui.auth.store.file_store import FileStore

ROUNDS: Final = 20

REPAINT_TARGET_MS: Final = 50

ESC_TARGET_MS: Final = 100

F1, ESC = "\x1bOP", "\x1b"

REST_SECONDS: Final = 20.0

SETTLE_SECONDS: Final = 4.0

MEMORY_TARGET: Final = 1.3

TOUR: Final = {"2": b"ID token", "3": b"Ping", "1": b"Hello, Alice"}

BARE: Final = (["-m", "tests.bench.bare_app"], b"Bare and painted")
APP: Final = (["-m", "tui"], b"Hello, Alice")


def main() -> None:
    """Measure all three, with the local tenant and the API there and Alice signed in."""
    with _signed_in() as world:
        environment = world.environment | {"DOORKEY_CONFIG": str(world.config.path)}
        _repaint(environment)
        _at_rest(environment)


@contextmanager
def _signed_in() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, running(new_world(Path(folder))) as world:
        kept = session(obtained_at=datetime.now(UTC), issuer=world.config.issuer)
        FileStore(world.state_dir, world.config.session_identity).save(kept)
        yield world


def _repaint(environment: dict[str, str]) -> None:
    first: dict[str, float] = {}
    taken: list[float] = []
    with Watched(APP[0], environment) as app:
        app.seconds_until(APP[1])
        app.rest(SETTLE_SECONDS)
        for number in range(ROUNDS):
            for key, words in TOUR.items():
                pressed = app.press(key)
                milliseconds = (app.seconds_until(words) - pressed) * 1000
                app.rest(0.3)
                if number:
                    taken.append(milliseconds)
                else:
                    first[key] = milliseconds
        esc = median(_esc(app) for _ in range(ROUNDS))
    verdict = "holds" if median(taken) <= REPAINT_TARGET_MS else "FALLS SHORT"
    say(
        f"  key to another screen: {median(taken):.0f} ms at the median, {max(taken):.0f} at worst "
        f"(at most {REPAINT_TARGET_MS} at the median: {verdict})"
    )
    verdict = "holds" if esc <= ESC_TARGET_MS else "FALLS SHORT"
    say(f"  Esc to the screen below: {esc:.0f} ms (at most {ESC_TARGET_MS}: {verdict})")
    say("  first visits: " + ", ".join(f"{key}: {value:.0f} ms" for key, value in first.items()))


def _esc(app: Watched) -> float:
    app.press(F1)
    app.seconds_until(b"Keys here")
    app.rest(0.3)
    pressed = app.press(ESC)
    milliseconds = (app.seconds_until(APP[1]) - pressed) * 1000
    app.rest(0.3)
    return milliseconds


def _at_rest(environment: dict[str, str]) -> None:
    cpu: dict[str, float] = {}
    memory: dict[str, float] = {}
    for name, (arguments, words) in {"bare app": BARE, "doorkey": APP}.items():
        with Watched(arguments, environment) as program:
            program.seconds_until(words)
            program.rest(SETTLE_SECONDS)
            before = program.cpu_seconds()
            program.rest(REST_SECONDS)
            cpu[name] = (program.cpu_seconds() - before) / REST_SECONDS * 100
            memory[name] = program.resident_mebibytes()
    say(f"  at rest: doorkey {cpu['doorkey']:.2f} % of a CPU, bare app {cpu['bare app']:.2f} %")
    ratio = memory["doorkey"] / memory["bare app"]
    verdict = "holds" if ratio <= MEMORY_TARGET else "FALLS SHORT"
    say(
        f"  memory: {memory['doorkey']:.0f} MiB, bare app {memory['bare app']:.0f} MiB: "
        f"{ratio:.2f} (at most {MEMORY_TARGET}: {verdict})"
    )
