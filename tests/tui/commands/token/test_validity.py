"""`doorkey token --min-validity`: what is asked for, and what is told where less is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.builders.sessions import session
from tests.support.documents import validated
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import Config


@pytest.mark.parametrize("seconds", ["7200", "315360000"])
def test_more_than_the_tenant_gives_is_warned_of_on_stderr(
    signed_in: Config, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", f"--min-validity={seconds}"]) == 0
    output = capsys.readouterr()
    assert output.out == "the-access-token\n"
    assert "s left, less than was asked for: the tenant was not asked, as this one" in output.err


@pytest.mark.parametrize(
    ("minutes_old", "refresh_token", "why", "told"),
    [
        (0, "r", "not_asked", "the tenant was not asked, as this one is new"),
        (30, "r", "not_renewed", "the tenant was asked, and gave no new one"),
        (30, None, "not_renewable", "it cannot be renewed"),
    ],
)
@pytest.mark.parametrize("which", [[], ["--id-token"]])
def test_why_less_is_left_than_was_asked_for_is_told_to_people_and_programs(
    config: Config,
    minutes_old: int,
    refresh_token: str | None,
    why: str,
    told: str,
    which: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = session(obtained_at=datetime.now(UTC) - timedelta(minutes=minutes_old))
    tokens = replace(kept.token_set, refresh_token=refresh_token)
    session_store(config).save(replace(kept, token_set=tokens))
    assert main(["token", "--json", "--min-validity=7200", *which]) == 0
    output = capsys.readouterr()
    assert told in output.err
    assert validated(output.out, "token")["shortfall"] == why
    assert main(["token", "--json", "--min-validity=60", *which]) == 0
    assert "shortfall" not in capsys.readouterr().out


@pytest.mark.parametrize("format_", ["json", "header", "env", "exec-credential"])
def test_more_than_the_tenant_gives_is_warned_of_in_every_format(
    signed_in: Config, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "--format", format_, "--min-validity=7200"]) == 0
    output = capsys.readouterr()
    assert "the-access-token" in output.out
    assert "s left, less than was asked for" in output.err


@pytest.mark.parametrize("seconds", ["x", "-1", "nan", "inf", "1e9"])
def test_a_wrong_number_of_seconds_is_wrong_usage(
    config: Config, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["token", f"--min-validity={seconds}"])
    assert raised.value.code == 2
    assert "--min-validity" in capsys.readouterr().err
