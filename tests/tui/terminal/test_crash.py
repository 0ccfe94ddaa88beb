"""What is said when the app breaks."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.app.stage import stage, until
from tests.support.clocks import START
from tui.terminal.crash import details, report_crash

SECRET = "canary-token"


def broken() -> Exception:
    token = SECRET
    try:
        raise ValueError(f"cannot read {token}")
    except ValueError as error:
        return error


def test_the_details_hold_kinds_and_places_only() -> None:
    told = details(broken())
    assert "ValueError" in told
    assert "test_crash.py" in told
    assert SECRET not in told


def test_the_words_say_what_was_saved_and_where_the_log_is(tmp_path: Path) -> None:
    words = report_crash(broken(), "Kept in a file.", tmp_path / "logs", START)
    assert "Kept in a file." in words
    assert "crash.log" in words
    assert SECRET not in words + (tmp_path / "logs" / "crash.log").read_text()


def test_a_log_that_cannot_be_written_is_no_second_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Details" not in report_crash(broken(), "", tmp_path / "file" / "logs", START)


def test_a_crash_is_written_through_no_link(tmp_path: Path) -> None:
    """Security checklist 35: another user may have put one where all can write."""
    (tmp_path / "profile").write_text("mine")
    (tmp_path / "crash.log").symlink_to(tmp_path / "profile")
    assert "Details" not in report_crash(broken(), "", tmp_path, START)
    assert (tmp_path / "profile").read_text() == "mine"


async def test_a_crash_of_the_app_shows_no_variables() -> None:
    said = io.StringIO()
    with pytest.raises(ValueError, match="canary"):
        await crash(said)
    assert "error of its own" in said.getvalue()
    assert SECRET not in said.getvalue()


async def crash(said: io.StringIO) -> None:
    on = stage(signed_in=True)

    def fail() -> None:
        token = SECRET
        raise ValueError(token)

    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        on.app.error_console = Console(file=said, width=100)
        on.app.call_later(fail)
        await pilot.pause()
        await pilot.pause()
