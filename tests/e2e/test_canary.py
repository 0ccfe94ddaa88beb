"""The tokens of a whole session at the shell: in no output, log, process list or environment."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.heavy import some
from tests.support.people import nosy_browser
from tests.support.processes.worlds import DOORKEY, PATIENCE_SECONDS, World, new_world, run_servers
from tui.auth.store.file_store import session_store

CLIENT_SECRET = "c4n4ry-of-the-clients-secret"

pytestmark = pytest.mark.heavy


def test_no_command_tells_a_token_to_anybody_but_who_asked_for_it(tmp_path: Path) -> None:
    """security.md 40 and 55."""
    notes = tmp_path / "notes.txt"
    world = new_world(tmp_path)
    world.environment["BROWSER"] = nosy_browser.command(notes)
    secrets: set[str] = set()
    said: list[str] = []
    with run_servers(world):
        for command in (
            ["login"], ["ping"], ["status"], ["status", "--json"],
            ["login", "--scope", "openid offline_access read:messages"],
            ["call", "GET", "/api/messages", "-i"], ["token", "--min-validity", "3599.999"],
            *some([["call", "GET", "/nothing", "--json"], ["login", "--json"], ["doctor"]], 0),
            ["doctor", "--json"], ["logout"],
        ):  # fmt: skip
            run = world.run(*command)
            said += [run.stderr, run.stdout if command[0] != "token" else ""]
            kept = session_store(world.config, world.state_dir).load()
            if kept is not None:
                tokens = kept.token_set
                held = (tokens.access_token, tokens.id_token, tokens.refresh_token or "")
                secrets |= {token.rpartition(".")[2] for token in held}
        logs = [path.read_text() for path in world.state_dir.rglob("*.log")]
    told = "\n".join([*said, *logs, notes.read_text()])
    assert "Signed in as Alice" in told
    assert "nosy_browser" in told
    assert len(secrets) >= 6
    assert not [secret for secret in secrets if secret in told]
    assert json.loads(said[7])["signed_in"] is True


def test_no_command_tells_the_key_the_clients_secret_or_the_way_through_the_proxy(
    tmp_path: Path,
) -> None:
    """security.md 40: of a bound session, whose tokens are of no use without the key."""
    notes = tmp_path / "notes.txt"
    world = new_world(tmp_path, dpop=True)
    world.environment["BROWSER"] = nosy_browser.command(notes)
    said: list[str] = []
    with run_servers(world):
        said.append(world.run("login").stderr)
        world.environment["DOORKEY_CLIENT_SECRET"] = CLIENT_SECRET
        for command in (
            ["ping"], ["status", "--json"], ["profiles", "--json"], ["doctor", "--json"],
            ["call", "GET", "/nothing"], ["call", "GET", "/api/vault", "--json"],
            ["init", "--issuer", world.config.issuer, "--client-id", "x", "--audience", "y"],
            *some([["ping", "--json"], ["profiles"], ["doctor"], ["completion", "bash"]], 0),
            *some([["call", "GET", "/api/messages", "-i"], ["help", "token"]], 0),
        ):  # fmt: skip
            run = world.run(*command)
            said += [run.stdout, run.stderr]
        kept = session_store(world.config, world.state_dir).load()
        assert kept is not None
        assert kept.key is not None
        said.append(world.run("token", "--min-validity", "3599.999").stderr)
        said += judged(world, kept.token_set.access_token)
        way, log = asked_by_proxy(world)
        logs = [path.read_text() for path in world.state_dir.rglob("*.log")]
        said += [*logs, log, notes.read_text()]
        said.append(world.run("logout", "--json").stdout)
    secrets = (kept.token_set.access_token, kept.token_set.id_token)
    signatures = [token.rpartition(".")[2] for token in secrets]
    told = "\n".join(said)
    assert "Signed in as Alice" in told
    assert "GET /api/external 200" in log
    assert "NOT verified" in told or "verified: by" in told
    for secret in (*signatures, kept.token_set.refresh_token or "", kept.key.d, CLIENT_SECRET, way):
        assert len(secret) > 20
        assert secret not in told


def judged(world: World, token: str) -> list[str]:
    """Give a token to `doorkey jwt`; return what it says."""
    command = [*DOORKEY, "--config", str(world.config.path), "jwt"]
    run = subprocess.run(
        command, input=token, capture_output=True, text=True, check=False, env=world.environment
    )
    return [run.stdout, run.stderr]


def asked_by_proxy(world: World) -> tuple[str, str]:
    """Call the API through `doorkey proxy`; return the secret of its address, and its log."""
    with subprocess.Popen(
        [*DOORKEY, "--config", str(world.config.path), "proxy"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=world.environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        referer = {"Referer": f"{base}/page"}
        with httpx.Client(timeout=PATIENCE_SECONDS) as program:
            assert program.get(f"{base}/api/external", headers=referer).status_code == 200
            assert program.get(f"{base}x/api/external").status_code == 404
        process.terminate()
        _, log = process.communicate()
    return base.rpartition("/")[2], log
