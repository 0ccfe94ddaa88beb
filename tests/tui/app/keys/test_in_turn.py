"""Keys that come in one piece, as over a slow line: each does what it does after the one before."""

import asyncio
from pathlib import Path
from typing import ClassVar, get_args

import httpx
import pytest
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Input

from tests.support.app.at_the_api import SIZE, at_the_api, lines_of, recording, request_of
from tests.support.app.stage import Stage, stage, text_of, until
from tui.app.keys import in_turn
from tui.app.terminal_app import TerminalApp
from tui.app.widgets.calls.request_details import Part
from tui.config.memory import AppMemory


def burst(app: TerminalApp, *keys: str) -> None:
    """Press keys without any pause: all are there before the first is looked at."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


def path_of(on: Stage) -> str:
    return on.app.screen.query_one("#path", Input).value


async def test_letters_after_the_key_that_opens_the_path_are_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where f, as a command, would save the answer
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "validated" in text_of(on.app))
        burst(on.app, "e", *"/fish")
        await until(pilot, lambda: path_of(on) == "/fish")
        assert on.app.focused is on.app.screen.query_one("#path")


@pytest.mark.parametrize("part", get_args(Part))
async def test_letters_after_the_key_that_unfolds_a_field_are_written_there(part: Part) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        burst(on.app, part[0], *"Accept: x")
        await until(pilot, lambda: bool(on.app.screen.query(f"#{part}-field LinesArea:focus")))
        await until(pilot, lambda: lines_of(on, part).text == "Accept: x")


async def test_a_key_after_the_one_that_leaves_a_field_is_a_command_again() -> None:
    sent: list[httpx.Request] = []
    on = recording(sent)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        burst(on.app, "e", *"/fish", "enter", "p")
        await until(pilot, lambda: bool(sent))
        assert request_of(on).path == "/fish"


async def test_keys_after_the_one_that_opens_a_dialog_are_for_the_dialog() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        burst(on.app, "m", "down", "down", "down", "enter", "e", *"/x", "enter")
        await until(pilot, lambda: request_of(on).path == "/x")
        assert request_of(on).method == "POST"


async def test_keys_after_the_one_that_closes_a_dialog_are_for_the_screen_below() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        burst(on.app, "m", "escape", "e", *"/x", "enter", "i")
        await until(pilot, lambda: "Repeat · 5 s" in text_of(on.app))
        assert request_of(on).path == "/x"


class Busy(Button):
    """Its key `a` is at work until it is let go of."""

    def __init__(self) -> None:
        super().__init__("Busy")
        self.ends = asyncio.Event()

    async def key_a(self) -> None:
        self.screen.set_focus(None)
        await self.ends.wait()


class BusyApp(TerminalApp):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "note", "Note")]

    def compose(self) -> ComposeResult:
        yield Busy()

    def action_note(self) -> None:
        self.query_one(Busy).ends.set()


async def test_no_key_waits_for_ever_for_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_turn, "LONGEST_SECONDS", 0.01)
    app = BusyApp(AppMemory(tmp_path / "memory.json"), None)
    async with app.run_test() as pilot:
        busy = app.query_one(Busy)
        busy.focus()
        burst(app, "a", "b")
        try:
            await until(pilot, busy.ends.is_set)
        finally:
            busy.ends.set()
