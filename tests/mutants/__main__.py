"""`python -m tests.mutants [PATH ...]`: break each line that security hangs on, and count.

Prints the share of the breaks that a test notices, and each survivor; ends with 1 where the share
is below the target. A line of `accepted.toml` that fits no break any more is named.

Of the processor's time the recording takes some three minutes, a break a third of a second, and one
that needs an import two: all of them 30 minutes, which two cores do in 19.
"""

import argparse
import random
import resource
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break, breaks_of
from tests.mutants.named import named_breaks
from tests.mutants.record import House
from tests.mutants.trial import preload
from tests.mutants.trying import keys_of, noticed_before, try_all
from tests.support import ROOT

TARGETS: Final = (
    "tui/auth/**/*.py", "tui/http/*.py", "tui/web_address.py", "tui/loopback_peer.py",
    "tui/private_file.py", "tui/config/keys.py", "tui/config/paths.py", "tui/config/known.py",
    "tui/config/trust.py", "tui/config/write.py", "tui/api/proxy/*.py", "tui/api/kept.py",
    "tui/api/curl.py", "tui/commands/call/request.py", "tui/commands/call/output.py",
    "tui/commands/token/credentials.py", "tui/commands/token/formats.py",
    "tui/text.py", "tui/json_value.py", "tui/base64url.py", "tui/servers/port.py",
    "tui/servers/bundled.py", "tui/api/challenge.py", "tui/app/web/page.py",
    "api_server/bearer/*.py",
    "api_server/web_origin.py", "api_server/tcp_sockets.py",
    "api_server/serving/request_limits.py",
    "api_server/local_tenant/**/*.py",
)  # fmt: skip

LEFT_OUT: Final = (
    "tui/auth/sign_in/remarks.py", "tui/auth/sign_in/surroundings.py",
    "tui/auth/tenant/remedies/*.py", "tui/auth/tenant/setting_up.py",
)  # fmt: skip
"""What people are told, and a draft of a config, which is checked like any other when it is
written: nothing is let in or kept out by it."""

SUITES: Final = (
    "tests/tui/auth", "tests/tui/config", "tests/tui/http", "tests/tui/api", "tests/tui/commands",
    "tests/tui/servers", "tests/tui/app/web", "tests/api_server",
)  # fmt: skip
"""Whose tests are asked, with those of single files that lie above them."""

ACCEPTED: Final = Path(__file__).with_name("accepted.toml")
"""Breaks that may survive, each with its reason: they are not tried."""

LEAST_PERCENT: Final = 95.0


def main(arguments: Sequence[str]) -> int:
    """Try every break; return the exit code."""
    began = time.monotonic()
    asked = _parser().parse_args(arguments)
    house = House(ROOT, _suites(), targets())
    found = [each for each in named_breaks(ROOT) if Path(each.path) in house.targets]
    found += [each for path in house.targets for each in breaks_of(ROOT, path)]
    breaks = dict(zip(keys_of(found), found, strict=True))
    accepted = tomllib.loads(ACCEPTED.read_text("utf-8"))
    for name in accepted.keys() - {each.name for each in found}:
        print(f"  accepted, and there is no such break: {name}")
    chosen = [
        key
        for key, each in breaks.items()
        if each.path.startswith(tuple(asked.path)) and each.name not in accepted
    ]
    before = noticed_before(house) if asked.left else {}
    left = [key for key in chosen if key not in before]
    if asked.sample is not None:
        chosen = left = random.sample(left, min(asked.sample, len(left)))
    tried = {key: breaks[key] for key in left}
    print(f"{len(tried)} breaks of {len(breaks)}; {len(accepted)} are accepted", flush=True)
    preload()
    outcomes = try_all(house, tried)
    minutes = (time.monotonic() - began) / 60
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (used.ru_utime + used.ru_stime) / 60
    print(f"tried in {minutes:.1f} minutes, {cpu:.1f} minutes of the processor's time", flush=True)
    return _report(len(chosen), [each for key, each in tried.items() if not outcomes[key].noticed])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument("path", nargs="*", default=[""], help="how the broken files' paths begin")
    parser.add_argument(
        "--left", action="store_true", help="try those alone that the last runs did not see noticed"
    )
    parser.add_argument("--sample", type=int, help="try so many of them, drawn at random")
    return parser


def _suites() -> list[str]:
    above = [
        path for top in ("tests", "tests/tui") for path in sorted((ROOT / top).glob("test_*.py"))
    ]
    return [*SUITES, *(str(path.relative_to(ROOT)) for path in above)]


def targets() -> list[Path]:
    """Return the files that are broken."""
    found = {path for pattern in TARGETS for path in ROOT.glob(pattern)}
    paths = (path.relative_to(ROOT) for path in found)
    return sorted(path for path in paths if not any(map(path.match, LEFT_OUT)))


def _report(tried: int, survivors: Sequence[Break]) -> int:
    for each in sorted(survivors, key=lambda each: (each.path, each.line)):
        print(f"  survives: {each.path}:{each.line} {each.name.partition(' ')[2]}", flush=True)
    percent = 100 * (tried - len(survivors)) / max(tried, 1)
    print(
        f"{percent:.1f} % of {tried} breaks noticed (at least {LEAST_PERCENT:g}), "
        f"{len(survivors)} survive",
        flush=True,
    )
    return 0 if percent >= LEAST_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
