"""The API against Express with express-oauth2-jwt-bearer, and against itself without a check.

Interleaved rounds, one server at a time under load, each server on one core and wrk on the other;
told as medians and as ratios of medians. The API writes its access log; Express writes none.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from api_server.bearer.access_token import MAX_TOKENS
from tests.bench.measures.comparison import Comparison, Load
from tests.bench.measures.report import say
from tests.bench.measures.trees import Tree, names, say_change
from tests.bench.measures.wrk import Run, wrk
from tests.bench.servers import Running, express, issuer, open_api, our_api, running
from tests.support.builders.tokens import AUDIENCE, EcKey, RsaKey, claims, header, token

ROUNDS: Final = int(os.environ.get("DOORKEY_BENCH_ROUNDS", "5"))
SECONDS: Final = float(os.environ.get("DOORKEY_BENCH_SECONDS", "3"))
DISTINCT: Final = int(os.environ.get("DOORKEY_BENCH_TOKENS", "1000000"))
"""Tokens of the memory test, signed with ES256, which signs ten times as fast as RS256."""

BATCH: Final = 50_000
NEW_TOKENS: Final = 3 * MAX_TOKENS
"""Sent in turn: when one comes again the API has long forgotten it, so each is a new one."""

SERVER_CORE: Final = "0"
WRK_CORE: Final = "1"
TWO_CORES: Final = "0,1"
FREE_CORE: Final = "2" if (os.cpu_count() or 1) > 2 else None
"""Where wrk runs while the API has two cores; without a third it shares them, and what two
workers could do with two cores cannot be told."""

RSA: Final = RsaKey.named("k1")
EC: Final = EcKey.named("e1")

SEEN: Final = "token seen before"
BARE: Final = "without a check"
NEW: Final = "every token new"

TARGETS: Final = {SEEN: 5.0, NEW: 1.9}
"""Times as many requests as Express answers."""

BARE_TARGET: Final = 0.75


def main(trees: Sequence[Tree]) -> None:
    """Run all comparisons; about six minutes, most of it for the million tokens."""
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk (apt install wrk)")
    with tempfile.TemporaryDirectory() as folder, issuer(RSA.jwk(), EC.jwk()) as tenant:
        seen, new = Path(folder, "seen"), Path(folder, "new")
        seen.write_text(_rs256(tenant, 0))
        new.write_text("\n".join(_rs256(tenant, serial) for serial in range(NEW_TOKENS)))
        _on_one_core(trees, tenant, {SEEN: seen, NEW: new})
        if len(trees) == 1:
            _on_two_cores(tenant, seen, new)
            _memory(tenant, Path(folder, "distinct"))


def _on_one_core(trees: Sequence[Tree], tenant: str, tokens: Mapping[str, Path]) -> None:
    with ExitStack() as stack:
        loads: dict[str, Load] = {}
        for name, tree in names(trees).items():
            ours = stack.enter_context(running(our_api(tenant), SERVER_CORE, tree))
            bare = stack.enter_context(running(open_api(), SERVER_CORE, tree))
            loads |= {f"{name}, {kind}": Load(ours, path) for kind, path in tokens.items()}
            loads[f"{name}, {BARE}"] = Load(bare, tokens[SEEN])
        theirs = express(tenant)
        if theirs is None:
            say("node and npm are not here: no comparison with Express")
        else:
            other = stack.enter_context(running(theirs, SERVER_CORE))
            loads |= {f"Express, {kind}": Load(other, path) for kind, path in tokens.items()}
        comparison = Comparison.of(loads, ROUNDS, SECONDS, WRK_CORE)
    say(f"one core each, median of {ROUNDS} rounds of {SECONDS:.0f} s")
    comparison.say()
    for name in names(trees):
        comparison.say_ratio(f"{name}, {SEEN}", f"{name}, {BARE}", BARE_TARGET)
        for kind, target in TARGETS.items() if theirs else ():
            comparison.say_ratio(f"{name}, {kind}", f"Express, {kind}", target)
    for kind in TARGETS:
        loads_of = {tree.name: f"{name}, {kind}" for name, tree in names(trees).items()}
        rates = {tree: comparison.rates(load) for tree, load in loads_of.items()}
        say_change(f"requests/s, {kind}", rates, more_is_better=True)
        cpu = {tree: comparison.cpu(load) for tree, load in loads_of.items()}
        say_change(f"CPU for one request, {kind}", cpu)


def _on_two_cores(tenant: str, seen: Path, new: Path) -> None:
    with (
        running(our_api(tenant), SERVER_CORE) as one,
        running(our_api(tenant, "--workers", "2"), TWO_CORES) as two,
    ):
        loads = {
            "1 worker, token seen before": Load(one, seen),
            "2 workers, token seen before": Load(two, seen),
            "1 worker, every token new": Load(one, new),
            "2 workers, every token new": Load(two, new),
        }
        comparison = Comparison.of(loads, ROUNDS, SECONDS, FREE_CORE)
    say("\none worker on one core, two workers on two")
    if FREE_CORE is None:
        say("no verdict: the two cores of this machine are wrk's too; it takes a third one")
    comparison.say()
    judge = comparison.say_ratio_without_verdict if FREE_CORE is None else comparison.say_ratio
    for kind in ("token seen before", "every token new"):
        judge(f"2 workers, {kind}", f"1 worker, {kind}", 1.7)


def _memory(tenant: str, tokens: Path) -> None:
    say(f"\nresident memory over {DISTINCT:,} distinct tokens, {MAX_TOKENS} of them remembered")
    with running(our_api(tenant), None) as server:
        say(f"  at the start     {server.resident_mib():7.1f} MiB")
        for start in range(0, DISTINCT, BATCH):
            serials = range(start, min(start + BATCH, DISTINCT))
            tokens.write_text("\n".join(_es256(tenant, serial) for serial in serials))
            run = _send_each(server, tokens, len(serials))
            if (start // BATCH) % 4 == 0 or serials.stop == DISTINCT:
                held = server.resident_mib()
                say(f"  after {serials.stop:>9,}  {held:7.1f} MiB, p99 {run.p99_ms:.1f} ms")


def _send_each(server: Running, tokens: Path, count: int) -> Run:
    """Run wrk until each token of the file was sent; it starts anew each time, so for longer."""
    seconds = max(SECONDS, count / 6000)
    while (run := wrk(server.url, tokens, seconds, None)).requests < count:
        seconds *= 2
    return run


def _rs256(tenant: str, serial: int) -> str:
    return token(RSA, _claims(tenant, serial))


def _es256(tenant: str, serial: int) -> str:
    return token(EC, _claims(tenant, serial), header(alg="ES256", kid="e1"))


def _claims(tenant: str, serial: int) -> dict[str, object]:
    now = int(time.time())
    return claims(iss=tenant, aud=AUDIENCE, iat=now, exp=now + 36_000, jti=f"token-{serial}")
