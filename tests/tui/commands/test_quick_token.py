"""The quick way to a token: only in the ordinary case, and without loading anything."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.configs import UNREACHABLE
from tests.support.sessions import session
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.commands.quick_token import quick_token
from tui.config.load import Config

HEAVY = {"asyncio", "cryptography", "filelock", "httpx", "jwt", "keyring", "textual"}


@pytest.mark.parametrize("member", ['"scope": "openid"', '"typo": 1', '"sessionStorage": "memory"'])
def test_the_quick_way_to_a_token_hands_out_none_that_the_full_way_would_not(
    signed_in: Config, member: str
) -> None:
    assert quick_token() == "the-access-token"
    signed_in.path.write_text(json.dumps(UNREACHABLE)[:-1] + f", {member}}}")
    assert quick_token() is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"access_token": 7}', b"doorkey-sealed-1"]
)
def test_the_quick_way_leaves_whatever_is_out_of_the_ordinary_to_the_full_way(
    signed_in: Config, state_dir: Path, content: bytes
) -> None:
    next(state_dir.glob("session-*.json")).write_bytes(content)
    assert quick_token() is None


def test_the_quick_way_refuses_a_file_that_others_can_read(
    signed_in: Config, state_dir: Path
) -> None:
    next(state_dir.glob("session-*.json")).chmod(0o644)
    assert quick_token() is None
    assert main(["token"]) == 1


def test_the_quick_way_gives_no_token_with_less_than_a_minute_left(config: Config) -> None:
    kept = session(obtained_at=datetime.now(UTC), lifetime_seconds=59)
    session_store(config).save(kept)
    assert quick_token() is None


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [(["token"], {*HEAVY, "argparse", "dataclasses"}), (["token", "--min-validity=9"], HEAVY)],
)
def test_the_way_to_a_valid_token_loads_nothing_heavy(
    signed_in: Config, arguments: list[str], spared: set[str]
) -> None:
    code = (
        f"import sys; from tui.cli import main; main({arguments});"
        f"print(sorted({spared} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["the-access-token", "[]"]
