"""Compares what the app looks like with what was accepted, at several sizes in one run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped] # has no types
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea


class Staged(Protocol):
    """Anything with an app on stage."""

    @property
    def app(self) -> App[None]:
        """The app."""
        ...


SIZES = ((60, 20), (80, 24), (120, 36), (200, 60))

RunBefore = Callable[["Pilot[None]"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Looks:
    """Takes one picture for each size.

    The app starts once and is resized in between: a start costs more than all the pictures, and
    this shows as well that a screen that was drawn at one size is right at another.
    """

    snapshot: SnapshotAssertion

    async def __call__(
        self, on: Staged, before: RunBefore, sizes: Sequence[tuple[int, int]] = SIZES
    ) -> None:
        """Bring the app to the state that is meant, and compare."""
        await self.each(on, before, {"": _as_it_is}, sizes)

    async def each(
        self,
        on: Staged,
        before: RunBefore,
        states: Mapping[str, RunBefore],
        sizes: Sequence[tuple[int, int]] = SIZES,
    ) -> None:
        """Bring the app from one state to the next, at each size, and compare."""
        differ = []
        async with on.app.run_test(size=sizes[0]) as pilot:
            await before(pilot)
            for columns, rows in sizes:
                await pilot.resize_terminal(columns, rows)
                for state, bring_about in states.items():
                    await bring_about(pilot)
                    await pilot.pause()
                    for field in on.app.screen.query("Input, TextArea"):
                        if isinstance(field, Input | TextArea):
                            field.cursor_blink = False  # it shows or not, as the clock has it
                    name = f"{state}-{columns}x{rows}".removeprefix("-")
                    if await _picture(pilot) != self.snapshot(name=name):
                        differ.append(name)
        assert not differ, f"looks different: {', '.join(differ)}"


async def _picture(pilot: "Pilot[None]") -> str:
    """Take pictures until two are the same: on a busy machine, some of it is drawn late."""
    picture, before = pilot.app.export_screenshot(), ""
    while picture != before:
        await pilot.pause()
        picture, before = pilot.app.export_screenshot(), picture
    return picture


async def _as_it_is(_pilot: "Pilot[None]") -> None:
    """Change nothing."""


def svg(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Have each picture kept in a file of its own."""
    return snapshot.use_extension(SVGImageExtension)
