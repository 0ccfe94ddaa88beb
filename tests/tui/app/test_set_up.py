"""Without any config, the app asks for a tenant, and ends in a first sign-in."""

from pathlib import Path

import pytest
from textual.widgets import Button

from tests.support.clocks import Clock
from tests.support.scripted_tenant import ScriptedTenant
from tests.support.stage import text_of, until
from tui.app.screens.set_up import SetUpApp
from tui.config.load import load_config
from tui.config.paths import user_config_dir


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))


async def test_the_local_tenant_is_opened_with_its_servers_and_a_sign_in() -> None:
    app = SetUpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("#local")
        await until(pilot, lambda: app.following)
    assert app.following is not None
    assert app.following.config.domain == "localhost:3002"
    assert (app.following.with_servers, app.following.signs_in) == (True, True)


async def test_it_says_what_the_app_is_and_what_the_choice_means_and_how_to_leave() -> None:
    app = SetUpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Doorkey signs you in from the terminal" in text_of(app))
        assert "The local tenant comes with Doorkey" in text_of(app)
        assert "esc Quit" in text_of(app)
        await pilot.press("right", "enter")
        await until(pilot, lambda: "esc Back" in text_of(app))
        assert "The local tenant comes with Doorkey" not in text_of(app)


async def test_escape_leads_back_to_the_choice_and_then_out() -> None:
    app = SetUpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("#own")
        await pilot.press("escape")
        assert not app.screen.has_class("-own")
        await pilot.press("escape")
    assert app.following is None


async def test_nothing_is_written_before_a_tenant_has_answered(tmp_path: Path) -> None:
    app = SetUpApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click("#own")
        await pilot.pause()
        app.query_one("#write", Button).press()
        await pilot.pause()
    assert app.following is None
    assert not (tmp_path / "own").exists()


async def test_a_tenant_of_ones_own_is_looked_up_written_and_signed_in_at() -> None:
    app = SetUpApp(transport=ScriptedTenant(Clock()))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click("#own")
        await pilot.press(*"tenant.example")
        await until(pilot, lambda: "at https://tenant.example/" in text_of(app))
        for words in ("my-client", "my-api"):
            await pilot.press("enter", *words)
        await until(pilot, lambda: "my-client" in text_of(app).partition("1. ")[2])
        await pilot.click("#write")
        await until(pilot, lambda: app.following)
    assert app.following is not None
    assert app.following.signs_in
    config = load_config(user_config_dir() / "auth_config.json")
    assert (config.issuer, config.client_id) == ("https://tenant.example/", "my-client")
