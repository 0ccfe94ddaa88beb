"""Brings an app on stage to Profile."""

from textual.pilot import Pilot

from tests.support.app.stage import Stage, until

SIZE = (110, 40)


async def at_profile(pilot: "Pilot[None]", on: Stage, *keys: str) -> None:
    """Go to Profile, and press `keys` there."""
    await pilot.press("2")
    await until(pilot, lambda: on.app.current_mode == "profile")
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
