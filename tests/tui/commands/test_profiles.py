"""`doorkey profiles`: one row for each config, whatever is wrong with it."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.builders.configs import UNREACHABLE, write_profile
from tests.support.builders.sessions import session
from tests.support.documents import validated
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import load_config
from tui.config.paths import profile_path
from tui.config.write import write_config

pytestmark = pytest.mark.usefixtures("config_dir")


def lines(capsys: pytest.CaptureFixture[str], command: str = "profiles") -> list[str]:
    assert main([command]) == 0
    return capsys.readouterr().out.splitlines()


def test_each_profile_has_a_row_with_tenant_who_until_and_storage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session_store(load_config(write_profile("work"))).save(session(obtained_at=datetime.now(UTC)))
    write_profile("home", sessionStorage="memory")
    headings, home, work = lines(capsys)
    assert headings.split() == ["PROFILE", "TENANT", "WHO", "UNTIL", "STORAGE"]
    assert home.split()[:4] == ["home", "http://127.0.0.1:9/", "nobody", "-"]
    assert "alice@example.com  renewed as needed" in work


def test_a_session_without_a_refresh_token_says_when_it_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = session(obtained_at=datetime.now(UTC) - timedelta(hours=2), refresh_token=None)
    session_store(load_config(write_profile("work"))).save(ended)
    assert ", expired" in lines(capsys)[1]


def test_what_is_wrong_with_a_profile_is_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    write_profile("work")
    profile_path("bad").write_text('{"domain": "x\\u001b[31m"}')
    profile_path("worse").write_bytes(b"\xff")
    profile_path("gone").symlink_to("nowhere")
    _, bad, gone, work, worse = lines(capsys)
    assert "✗ " in bad
    assert '"domain" must be' in bad
    assert "\x1b" not in bad
    assert "no profile gone" in gone
    assert "not text in UTF-8" in worse
    assert "nobody" in work


def test_a_session_that_cannot_be_read_is_told_in_its_row(
    capsys: pytest.CaptureFixture[str], state_dir: Path
) -> None:
    session_store(load_config(write_profile("work"))).save(session(obtained_at=datetime.now(UTC)))
    next(state_dir.glob("session-*.json")).chmod(0o644)
    assert "✗" in lines(capsys)[1]


def test_configs_without_a_name_are_listed_first_and_the_one_that_counts_is_marked(
    config_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profile("work")
    write_config(config_dir / "auth_config.json", UNREACHABLE)
    here = write_config(Path.cwd() / "auth_config.json", UNREACHABLE).path
    rows = lines(capsys)[1:]
    assert [row[0] for row in rows] == ["*", " ", " "]
    assert [str(here) in rows[0], str(config_dir) in rows[1], "work" in rows[2]] == [True] * 3
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert [row[0] for row in lines(capsys)[1:]] == [" ", " ", "*"]


def test_the_config_that_is_named_is_listed_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_profile("work")
    named = write_config(tmp_path / "elsewhere.json", UNREACHABLE).path
    assert main(["profiles", "--config", str(named)]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [(row[0], str(named) in row) for row in rows] == [("*", True), (" ", False)]


def test_a_config_that_lies_elsewhere_is_not_listed_and_the_help_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_profile("work")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_config(elsewhere / "auth_config.json", UNREACHABLE)
    assert [row.split()[0] for row in lines(capsys)] == ["PROFILE", "work"]
    with pytest.raises(SystemExit):
        main(["help", "profiles"])
    assert "one that lies elsewhere is not looked for" in " ".join(capsys.readouterr().out.split())


def test_a_config_of_this_folder_that_nobody_trusts_is_told_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("auth_config.json").write_text(json.dumps(UNREACHABLE | {"domain": "tenant.example"}))
    assert "was never used before" in lines(capsys)[1]


def test_programs_get_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    session_store(load_config(write_profile("work"))).save(session(obtained_at=datetime.now(UTC)))
    profile_path("bad").write_text("{")
    assert main(["profiles", "--json"]) == 0
    bad, work = validated(capsys.readouterr().out, "profiles")["profiles"]
    assert (bad["profile"], bad["counts"], "JSON" in bad["problem"]) == ("bad", False, True)
    assert (work["profile"], work["email"], work["signed_in"]) == (
        "work",
        "alice@example.com",
        True,
    )
    assert "the-access-token" not in json.dumps(work)
    assert validated(json.dumps(work) + "\n", "status")["profile"] == "work"


def test_in_a_terminal_that_is_too_narrow_for_the_table_each_config_has_lines_of_its_own(
    become: Callable[[str], io.StringIO],
) -> None:
    write_profile("work")
    profile_path("bad").write_text("{")
    stdout = become("stdout")
    assert main(["profiles"]) == 0
    bad, problem, *work = stdout.getvalue().splitlines()
    assert (bad, problem[:6], work[0]) == ("  bad", "    ✗ ", "  work")
    assert [line.split(None, 1)[0] for line in work[1:]] == ["tenant", "who", "until", "storage"]


def test_without_any_config_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "doorkey init" in shown.err
