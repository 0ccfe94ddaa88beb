"""`python -m tests.mutants [PATH ...]`: break each line that security hangs on, and count.

Prints the share of the breaks that a test notices, and each survivor; ends with 1 where the share
is below the target, or where an accepted survivor is one no more.
"""

import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break, breaks_of, unbroken_tree
from tests.mutants.named import named_breaks
from tests.mutants.record import Record, record
from tests.mutants.trial import Trial, Verdict, begin, preload
from tests.support import ROOT

TARGETS: Final = (
    "tui/auth/**/*.py", "tui/http/*.py", "tui/web_address.py", "tui/loopback_peer.py",
    "tui/private_file.py", "tui/config/keys.py", "tui/config/paths.py", "tui/config/known.py",
    "tui/config/trust.py", "tui/config/write.py", "tui/api/proxy/*.py", "tui/api/kept/*.py",
    "tui/commands/call/request.py", "tui/commands/call/output.py",
    "tui/commands/token/credentials.py", "tui/commands/token/formats.py",
    "tui/app/web/page.py", "api_server/bearer/*.py",
    "api_server/web_origin.py", "api_server/serving/one_host.py",
    "api_server/local_tenant/**/*.py",
)  # fmt: skip

LEFT_OUT: Final = ("tui/auth/sign_in/remarks.py", "tui/auth/sign_in/surroundings.py")
"""What people are told; nothing is let in or kept out by it."""

ACCEPTED: Final = Path(__file__).with_name("accepted.toml")
"""Survivors that are right to survive, each with its reason."""

LEAST_PERCENT: Final = 95.0

AT_ONCE: Final = len(os.sched_getaffinity(0))


def main(chosen: Sequence[str]) -> int:
    """Try every break; return the exit code."""
    began = time.monotonic()
    targets = [path for path in _targets() if not chosen or str(path).startswith(tuple(chosen))]
    breaks = [each for each in named_breaks(ROOT) if Path(each.path) in targets]
    breaks += [each for path in targets for each in breaks_of(ROOT, path)]
    print(
        f"{len(breaks)} breaks in {len(targets)} files; recording which test runs which line",
        flush=True,
    )
    recorded = record(ROOT, targets)
    print(f"recorded after {time.monotonic() - began:.0f} s", flush=True)
    preload()
    _must_pass_as_they_are(breaks, recorded)
    survivors = [each.broken for each in _tried(breaks, recorded) if not each.noticed]
    accepted = tomllib.loads(ACCEPTED.read_text("utf-8"))
    print(f"tried after {(time.monotonic() - began) / 60:.1f} minutes", flush=True)
    return _report(breaks, survivors, accepted)


def _targets() -> list[Path]:
    found = {path for pattern in TARGETS for path in ROOT.glob(pattern)}
    paths = (path.relative_to(ROOT) for path in found)
    return sorted(path for path in paths if str(path) not in LEFT_OUT)


def _must_pass_as_they_are(breaks: Sequence[Break], recorded: Record) -> None:
    """Try a file of each room unbroken: what is noticed there is a fault of these trials."""
    chosen = {Path(each.path).parent: each for each in breaks}.values()
    unbroken = [replace(each, tree=partial(unbroken_tree, ROOT, each.path)) for each in chosen]
    for verdict in _tried(unbroken, recorded):
        if verdict.noticed:
            sys.exit(f"the tests of {verdict.broken.path} fail without a break:\n{verdict.said}")


def _tried(breaks: Sequence[Break], recorded: Record) -> Iterator[Verdict]:
    """Try them side by side; yield each verdict."""
    running: dict[int, Trial] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, broken in enumerate(breaks, 1):
            if not number % 100:
                print(f"  {number} of {len(breaks)}", flush=True)
            tests = recorded.tests_for(broken)
            if not tests:
                yield Verdict(broken, noticed=False)
                continue
            if len(running) == AT_ONCE:
                yield _next_verdict(running)
            seconds = sum(recorded.seconds[test] for test in tests)
            trial = begin(ROOT, broken, tests, seconds, Path(folder) / str(number))
            running[trial.process] = trial
        while running:
            yield _next_verdict(running)


def _next_verdict(running: dict[int, Trial]) -> Verdict:
    process, status = os.wait()
    return running.pop(process).verdict(status)


def _report(
    breaks: Sequence[Break], survivors: Sequence[Break], accepted: Mapping[str, str]
) -> int:
    for each in sorted(survivors, key=lambda each: (each.path, each.line)):
        reason = accepted.get(each.name, "NOT ACCEPTED")
        print(
            f"  survives: {each.path}:{each.line} {each.name.partition(' ')[2]}\n    {reason}",
            flush=True,
        )
    left = [each for each in survivors if each.name not in accepted]
    tried = len(breaks) - (len(survivors) - len(left))
    percent = 100 * (tried - len(left)) / tried
    print(
        f"{percent:.1f} % of {tried} breaks noticed (at least {LEAST_PERCENT:g}), "
        f"{len(left)} survive; {len(survivors) - len(left)} more are accepted, with their reason",
        flush=True,
    )
    return 0 if percent >= LEAST_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
