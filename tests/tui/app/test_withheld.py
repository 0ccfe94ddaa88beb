"""Under a bare `textual serve`: what a page of others could do with keys (security.md 56)."""

import os
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method
from tests.support.app.stage import Stage, stage, text_of, until
from tui.app.messages import ConfigEditRequested

WHY = "Any website can read this."


def withholding(api: "list[httpx.Request] | None" = None) -> Stage:
    def answer(request: httpx.Request) -> httpx.Response:
        if api is not None:
            api.append(request)
        return httpx.Response(200, content=b"the answer")

    return stage(signed_in=True, withheld=WHY, api=answer)


async def told(pilot: "Pilot[None]", on: Stage) -> None:
    await until(pilot, lambda: WHY in text_of(on.app))


@pytest.mark.parametrize("key", ["f", "f4", "v", "x", "u"])
async def test_what_writes_or_leaves_the_app_is_withheld(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor is a program, a file lies where others find it, a kept request tells of others."""
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.chdir(tmp_path)
    on = withholding()
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "the answer" in text_of(on.app))
        await pilot.press(key)
        await told(pilot, on)
        assert len(on.app.screen_stack) == 1
        assert "Proxy on" not in text_of(on.app)
    assert not os.listdir(tmp_path)  # noqa: PTH208 - no loop waits for it
    assert not on.copied


@pytest.mark.parametrize("key", ["v", "c", "u"])
async def test_no_token_is_shown_or_copied(key: str) -> None:
    on = stage(signed_in=True, withheld=WHY)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        await pilot.press(key)
        await told(pilot, on)
        assert await on.service.get_access_token() not in text_of(on.app)
    assert not on.copied


async def test_a_call_that_may_change_something_is_not_made() -> None:
    seen: list[httpx.Request] = []
    on = withholding(seen)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "DELETE")
        await pilot.press("p")
        await told(pilot, on)
        await pilot.press("y")
        await choose_method(pilot, on, "GET")
        await pilot.press("p")
        await until(pilot, lambda: "the answer" in text_of(on.app))
    assert [request.method for request in seen] == ["GET"]


async def test_no_tenant_is_set_up_whose_api_would_get_a_known_tenants_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of others could name its own API in a config, and send the browser to sign in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    on = withholding()
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "Enter opens it" in text_of(on.app))
        await pilot.press("n")
        await told(pilot, on)
        assert "Connect your own tenant" not in text_of(on.app)


async def test_the_config_is_not_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    on = withholding()
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        on.app.post_message(ConfigEditRequested())
        await told(pilot, on)
        assert on.app.following is None
