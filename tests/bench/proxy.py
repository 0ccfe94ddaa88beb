"""`doorkey proxy` on one core against the API that it stands before, 16 connections."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from tests.bench.api import FREE_CORE, ROUNDS, RSA, SECONDS, SERVER_CORE
from tests.bench.measures.comparison import Comparison, Load
from tests.bench.measures.report import at_least, at_most, say
from tests.bench.measures.trees import Tree
from tests.bench.measures.wrk import pinned
from tests.bench.servers import Running, issuer, our_api, running
from tests.support.builders.configs import write_config
from tests.support.builders.sessions import session
from tests.support.builders.tokens import AUDIENCE, claims, token
from tui.auth.store.file_store import session_store
from tui.config.load import load_config

CONNECTIONS: Final = 16

PROXY_CORE: Final = "1"

LEAST_RATIO: Final = 0.5
MOST_MORE_MS: Final = 3.0

DIRECT: Final = "the API"
PROXIED: Final = "through the proxy"


def main(trees: Sequence[Tree]) -> None:
    """Let the API and each tree's proxy before it be called in turn."""
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk (apt install wrk)")
    for tree in trees:
        with tempfile.TemporaryDirectory() as folder, issuer(RSA.jwk()) as tenant:
            _compare(tree, Path(folder), tenant)


def _compare(tree: Tree, folder: Path, tenant: str) -> None:
    now = int(time.time())
    access_token = token(RSA, claims(iss=tenant, aud=AUDIENCE, iat=now, exp=now + 3600))
    tokens = folder / "tokens"
    tokens.write_text(access_token)
    with (
        running(our_api(tenant), SERVER_CORE, tree) as api,
        _proxy(tree, folder, api.port, access_token) as proxy,
    ):
        loads = {DIRECT: Load(api, tokens), PROXIED: Load(proxy, tokens)}
        comparison = Comparison.of(loads, ROUNDS, SECONDS, FREE_CORE, CONNECTIONS)
    say(f"{tree.name}: one core each, {CONNECTIONS} connections")
    comparison.say()
    by_cpu = median(comparison.cpu(DIRECT)) / median(comparison.cpu(PROXIED))
    if FREE_CORE is None:
        say("  wrk shares the two cores with both: requests a second are told without a verdict")
        comparison.say_ratio_without_verdict(PROXIED, DIRECT, LEAST_RATIO)
        say(f"  by CPU time for one request: {by_cpu:.2f} ({at_least(by_cpu, LEAST_RATIO)})")
    else:
        comparison.say_ratio(PROXIED, DIRECT, LEAST_RATIO)
    more = comparison.p50_ms(PROXIED) - comparison.p50_ms(DIRECT)
    say(f"  more at the median: {more:.2f} ms ({at_most(more, MOST_MORE_MS)})")


@contextmanager
def _proxy(tree: Tree, folder: Path, api_port: int, access_token: str) -> Iterator[Running]:
    """Run the proxy with a session that is valid throughout, its log going nowhere."""
    config = load_config(
        write_config(folder, apiUrl=f"http://127.0.0.1:{api_port}", sessionStorage="file")
    )
    state = folder / tree.name
    kept = session(access_token=access_token, obtained_at=datetime.now(UTC))
    session_store(config, state).save(kept)
    process = subprocess.Popen(
        [*pinned(PROXY_CORE), sys.executable, "-m", "tui", "proxy", "--config", str(config.path)],
        cwd=tree.root, env=tree.environment | {"DOORKEY_STATE_DIR": str(state)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        base = urlsplit(process.stdout.readline().strip())
        assert base.port is not None
        yield Running(base.port, process.pid, base.path)
    finally:
        process.terminate()
        process.communicate()
