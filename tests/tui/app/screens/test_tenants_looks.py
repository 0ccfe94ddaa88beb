"""What the list of tenants looks like."""

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from tests.support.app.looks import Looks, svg
from tests.support.app.stage import stage, text_of, until
from tests.support.builders.configs import UNREACHABLE
from tests.support.builders.sessions import session
from tests.support.clocks import START
from tui.auth.store.file_store import session_store
from tui.config.paths import profile_path
from tui.config.write import write_config

pytestmark = pytest.mark.snapshot


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with three profiles, one of them broken."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("DOORKEY_TRUST", "1")
    monkeypatch.chdir(tmp_path)
    file = {"sessionStorage": "file"}
    local = write_config(profile_path("local"), UNREACHABLE | file | {"domain": "localhost:3002"})
    session_store(local).save(
        session(obtained_at=START - timedelta(minutes=20), refresh_token=None)
    )
    write_config(
        profile_path("work"),
        UNREACHABLE | file | {"domain": "https://login.example.com/realms/engineering"},
    )
    profile_path("old").write_text('{"domain": "localhost:3002"}')


async def test_tenants(home: None, snapshot: SnapshotAssertion) -> None:
    on = stage(signed_in=True)

    async def open_list(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Hello, Alice" in text_of(on.app))
        await pilot.press("t")
        await until(pilot, lambda: "✗ cannot be used" in text_of(on.app))
        await pilot.press("j")
        await until(pilot, lambda: "until" in text_of(on.app))

    await Looks(svg(snapshot))(on, open_list)
