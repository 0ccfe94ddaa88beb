"""What "took" says on External API, beside the same calls made by httpx alone in a script."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree
from tests.bench.measures.watched import Watched
from tests.support.processes.worlds import new_world, run_servers

ROUNDS: Final = 40

MOST_MORE_MS: Final = 1.5

REST_SECONDS: Final = 0.5
"""Between two calls: the app is idle again, and the connection is still there."""

TOOK: Final = re.compile(rb"200 OK \xc2\xb7 ([\d.,]+) ms")

ALONE: Final = """\
import asyncio, httpx, sys, time

async def main(url, token):
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in sys.stdin:
            began = time.perf_counter()
            await client.get(url)
            print((time.perf_counter() - began) * 1000, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def main(trees: Sequence[Tree]) -> None:
    """Let each tree's app call in turn with the script, with the local tenant and the API there."""
    for tree in trees:
        _compare(tree)


def _compare(tree: Tree) -> None:
    with tempfile.TemporaryDirectory() as folder, run_servers(new_world(Path(folder))) as world:
        assert world.run("login").returncode == 0
        url = f"{world.config.api_url.replace('localhost', '127.0.0.1')}/api/external"
        script = subprocess.Popen(
            [sys.executable, "-c", ALONE, url, world.run("token").stdout.strip()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        config = {"DOORKEY_CONFIG": str(world.config.path)}
        environment = {**world.environment, **tree.environment, **config}
        with Watched(["-m", "tui"], environment) as app, script:
            app.seconds_until(b"Hello, Alice")
            app.rest(4.0)
            app.press("3")
            app.seconds_until(b"Nothing called yet")
            app.rest(REST_SECONDS)
            shown, alone = zip(*(_round(app, script) for _ in range(ROUNDS)), strict=True)
    more = median(shown) - median(alone)
    say(f"  httpx alone: {median(alone):.1f} ms at the median")
    say(f"  the app ({tree.name}) says: {median(shown):.1f} ms, {sorted(shown)[-2]:.1f} ms at p95")
    say(f"  more than alone: {more:.1f} ms ({at_most(more, MOST_MORE_MS)})")


def _round(app: Watched, script: "subprocess.Popen[str]") -> tuple[float, float]:
    app.press("p")
    app.rest(REST_SECONDS)
    found = TOOK.search(app.written)
    assert script.stdin is not None
    assert script.stdout is not None
    script.stdin.write("\n")
    script.stdin.flush()
    alone = float(script.stdout.readline())
    if found is None:  # the figure was the same as before, and nothing was painted
        return _round(app, script)
    return float(found[1].replace(b",", b"")), alone
