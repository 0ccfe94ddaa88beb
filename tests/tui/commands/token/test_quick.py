"""The quick way to a token: only in the ordinary case, and without loading anything."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.builders.configs import UNREACHABLE
from tests.support.builders.sessions import session
from tests.support.tenants.bound import bound
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.commands.token.quick import look
from tui.config.load import Config

HEAVY = {"asyncio", "cryptography", "filelock", "httpx", "jwt", "keyring", "textual"}

SLOW = {"argparse", "dataclasses", "hashlib", "shutil", "lzma", "shlex"}
"""What the quick way does without, too: 1 to 20 ms each."""


@pytest.mark.parametrize("member", ['"scope": "openid"', '"typo": 1', '"sessionStorage": "memory"'])
def test_the_quick_way_to_a_token_hands_out_none_that_the_full_way_would_not(
    signed_in: Config, member: str
) -> None:
    assert look().access_token == "the-access-token"
    signed_in.path.write_text(json.dumps(UNREACHABLE)[:-1] + f", {member}}}")
    assert look().access_token == ""


@pytest.mark.parametrize(
    "member",
    ['"sessionStorage": "file"', '"redirectUris": ["http://127.0.0.1:9/callback"]',
     '"authorizationParams": {"prompt": "consent"}', '"audienceParameter": "none"'],
)  # fmt: skip
def test_what_a_sign_in_alone_needs_keeps_no_token_off_the_quick_way(
    signed_in: Config, member: str
) -> None:
    signed_in.path.write_text(json.dumps(UNREACHABLE)[:-1] + f", {member}}}")
    assert look().access_token == "the-access-token"


def test_the_quick_way_refuses_a_plain_file_where_a_sealed_one_is_wanted(
    signed_in: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """security.md 60."""
    signed_in.path.write_text(json.dumps(UNREACHABLE)[:-1] + ', "sessionStorage": "keyring"}')
    assert main(["token"]) == 1
    assert "is not sealed, and `sessionStorage` is keyring" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"access_token": 7}', b"doorkey-sealed-1"]
)
def test_the_quick_way_leaves_whatever_is_out_of_the_ordinary_to_the_full_way(
    signed_in: Config, state_dir: Path, content: bytes
) -> None:
    next(state_dir.glob("session-*.json")).write_bytes(content)
    assert look().access_token == ""


def test_the_quick_way_leaves_a_bound_token_to_the_full_one(signed_in: Config) -> None:
    assert look().access_token == "the-access-token"
    session_store(signed_in).save(bound(session(obtained_at=datetime.now(UTC))))
    assert look().access_token == ""


def test_the_quick_way_refuses_a_file_that_others_can_read(
    signed_in: Config, state_dir: Path
) -> None:
    next(state_dir.glob("session-*.json")).chmod(0o644)
    assert main(["token"]) == 1


@pytest.mark.parametrize(
    ("age", "lifetime", "is_good"), [(0, 40, True), (21, 40, False), (3540, 3600, False)]
)
def test_the_quick_way_judges_what_is_left_of_a_token_as_the_full_way_does(
    config: Config, age: int, lifetime: int, is_good: bool
) -> None:
    obtained_at = datetime.now(UTC) - timedelta(seconds=age)
    kept = session(obtained_at=obtained_at, lifetime_seconds=lifetime)
    session_store(config).save(kept)
    assert bool(look().access_token) == is_good
    assert kept.token_set.is_good_for(None, datetime.now(UTC)) == is_good


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["token"], {*HEAVY, *SLOW}),
        (["token", "--format", "token"], {*HEAVY, *SLOW}),
        (["token", "--min-validity=9"], HEAVY),
    ],
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


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["--format=json"], ""),
        (["--format=header"], ""),
        (["--format=env"], ""),
        (["--format=exec-credential"], ""),
        (["--format=git-credential", "get"], "protocol=http\nhost=127.0.0.1:9\n\n"),
        (["--format=credential-helper", "get"], '{"uri": "http://127.0.0.1:9/"}'),
    ],
)
def test_a_valid_token_loads_nothing_heavy_in_any_format(
    signed_in: Config, arguments: list[str], stdin: str
) -> None:
    spared = {*HEAVY, *SLOW}
    code = (
        f"import sys; from tui.cli import main; main({['token', *arguments]});"
        f"print(sorted({spared} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=stdin, capture_output=True, text=True, check=True
    )
    *printed, loaded = run.stdout.splitlines()
    assert "the-access-token" in "".join(printed)
    assert loaded == "[]"
