"""The tokens of a whole session at the shell: in no output, log, process list or environment."""

import json
import sys
from pathlib import Path

from tests.support.worlds import new_world, running
from tui.auth.store.file_store import session_store


def test_no_command_tells_a_token_to_anybody_but_who_asked_for_it(tmp_path: Path) -> None:
    """security.md 40 and 55."""
    notes = tmp_path / "notes.txt"
    world = new_world(tmp_path)
    world.environment["BROWSER"] = f"{sys.executable} -m tests.support.nosy_browser {notes} %s"
    secrets: set[str] = set()
    said: list[str] = []
    with running(world):
        for command in (
            ["login"], ["ping"], ["status"], ["status", "--json"],
            ["login", "--scope", "openid offline_access read:messages"],
            ["call", "GET", "/api/messages", "-i"], ["call", "GET", "/nothing", "--json"],
            ["token", "--min-validity", "3599.999"], ["ping"], ["login", "--json"],
            ["doctor"], ["doctor", "--json"], ["logout"],
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
