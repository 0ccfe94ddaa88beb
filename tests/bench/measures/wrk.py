"""wrk, the load generator: one run, read."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 128
"""Enough to keep one core busy while wrk itself has to share the other."""

SCRIPT: Final = Path(__file__).with_name("tokens.lua")
UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Run:
    """What one run of wrk saw."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    requests: int


def wrk(
    url: str,
    tokens: Path,
    seconds: float,
    cores: str | None,
    connections: int = CONNECTIONS,
    expected: int = 200,
) -> Run:
    """Call `url` with the tokens of the file, one line each, over and over."""
    command = [
        *pinned(cores),
        *("wrk", "--threads", "1", "--connections", str(connections)),
        *("--duration", f"{seconds:.0f}s", "--latency", "--script", str(SCRIPT)),
        *(url, "--", str(tokens), str(expected)),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"^wrong: (\d+)$", said, re.MULTILINE)
    errors = re.search(r"Socket errors.*", said)
    if wrong is None or wrong[1] != "0" or errors:
        raise RuntimeError(f"{url}: not every answer was {expected}:\n{said}")
    return Run(
        requests_per_second=float(_found(r"Requests/sec:\s+([\d.]+)", said)[1]),
        p50_ms=_milliseconds(_found(r"50%\s+([\d.]+)(\w+)", said)),
        p99_ms=_milliseconds(_found(r"99%\s+([\d.]+)(\w+)", said)),
        requests=int(_found(r"(\d+) requests in", said)[1]),
    )


def pinned(cores: str | None) -> Sequence[str]:
    """Return the words that keep a command on these cores, where that is possible."""
    if cores is None or shutil.which("taskset") is None:
        return ()
    return ("taskset", "--cpu-list", cores)


def _found(pattern: str, said: str) -> re.Match[str]:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"wrk said something else than expected:\n{said}")
    return match


def _milliseconds(match: re.Match[str]) -> float:
    return float(match[1]) * UNITS[match[2]]
