"""From the start of the process to the first paint: the app against a bare Textual app."""

import json
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.report import say
from tests.bench.watched import Watched

ROUNDS: Final = 16

TARGET: Final = 1.10

BARE: Final = (["-m", "tests.bench.bare_app"], b"Bare and painted")


def main() -> None:
    """Let both start in turn, and compare the medians."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "auth_config.json"
        members = {
            "domain": "localhost:9",
            "clientId": "c",
            "audience": "a",
            "apiUrl": "http://localhost:9",
        }
        config.write_text(json.dumps({**members, "sessionStorage": "file"}))
        app = (["-m", "tui"], b"Sign in from your terminal")
        environment = {"DOORKEY_STATE_DIR": folder, "DOORKEY_CONFIG": str(config)}
        programs = {"bare app": BARE, "doorkey": app}
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for number in range(ROUNDS + 1):
            for name, (arguments, words) in programs.items():
                with Watched(arguments, environment) as program:
                    seconds = program.seconds_until(words) - program.started
                if number:  # the first round warms the caches
                    taken[name].append(seconds)
    for name, seconds_each in taken.items():
        say(
            f"  {name:10} {median(seconds_each) * 1000:6.0f} ms "
            f"({min(seconds_each) * 1000:.0f} at best)"
        )
    ratio = median(taken["doorkey"]) / median(taken["bare app"])
    best = min(taken["doorkey"]) / min(taken["bare app"])
    verdict = "holds" if ratio <= TARGET else "FALLS SHORT"
    say(f"  doorkey / bare app: {ratio:.2f} (at most {TARGET}: {verdict}); at best {best:.2f}")
