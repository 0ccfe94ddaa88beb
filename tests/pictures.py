"""Draws the README's pictures from the app itself: `python -m tests.pictures`."""

import asyncio
import os
import secrets
from collections.abc import Callable
from hashlib import shake_256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.moving_picture import Frame, moving_picture
from tests.support.app.stage import (
    Stage,
    api_needs_scope,
    api_refuses,
    is_waiting,
    stage,
    text_of,
    until,
)
from tui.base64url import encode_base64url

if TYPE_CHECKING:
    from textual.pilot import Pilot

DOCS = Path(__file__).parent.parent / "docs"

SIZE = (120, 36)

MOVING_SIZE = (100, 30)

Ready = Callable[[Stage], bool]


SINCE_SIGNED_IN_SECONDS = 20
"""How old the session of the last frame is, so that what its token has left goes on falling."""

LATENCIES_MS = (9.2, 4.1, 3.8, 5.2, 3.6, 4.4, 12.9, 5.0, 3.9, 4.2, 6.6, 3.7, 4.0, 4.8, 3.5)


async def picture(pilot: "Pilot[None]", on: Stage) -> str:
    """Return what is on the screen once the app, which looks at its clock now and then, has."""
    await until(pilot, lambda: on.app.now == on.clock())
    return on.app.export_screenshot(title="doorkey")


async def draw(name: str, on: Stage, keys: str, ready: Ready) -> None:
    """Press `keys`, some seconds after each other, wait until `ready`, write `docs/NAME.svg`."""
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: "Calling the API" not in text_of(on.app))
            on.clock.advance(7)
        await until(pilot, lambda: ready(on))
        svg = await picture(pilot, on)
    DOCS.mkdir(exist_ok=True)
    (DOCS / f"{name}.svg").write_text(svg, encoding="utf-8")


async def journey() -> str:
    """Return the moving picture: sign in, profile, a ping, a refusal explained."""
    frames: list[Frame] = []
    on = stage(browser="waits")
    async with on.app.run_test(size=MOVING_SIZE) as pilot:

        async def show(keys: str, seconds: float, ready: Callable[[], object]) -> None:
            for key in keys:
                await pilot.press(key)
                await until(pilot, lambda: "Calling the API" not in text_of(on.app))
            await until(pilot, ready)
            frames.append(Frame(await picture(pilot, on), seconds))
            on.clock.advance(3)

        await show("", 2, lambda: on.app.account.state == "signed-out")
        await show("l", 2, lambda: is_waiting(on))
        await show("b", 2, lambda: on.app.account.signed_in and "Alice" in text_of(on.app))
        await show("2", 3, lambda: "alice@example.com" in text_of(on.app))
        await show("3ppp", 3, lambda: "successfully validated" in text_of(on.app))
    refused = stage(signed_in=True, api=api_needs_scope)
    refused.clock.advance(SINCE_SIGNED_IN_SECONDS)
    async with refused.app.run_test(size=MOVING_SIZE) as pilot:
        await until(pilot, lambda: refused.app.account.signed_in)
        await pilot.press("3", "p")
        await until(pilot, lambda: "✗ Error" in text_of(refused.app))
        frames.append(Frame(await picture(pilot, refused), 4))
    return moving_picture(frames)


def the_same_each_time(size: int) -> str:
    """Return what `secrets.token_urlsafe` might: a nonce is in the picture, which is drawn anew."""
    return encode_base64url(shake_256(b"doorkey").digest(size))


async def main() -> None:
    """Draw them all."""
    with patch.object(secrets, "token_urlsafe", the_same_each_time):
        (DOCS / "doorkey.svg").write_text(await journey(), encoding="utf-8")
    await draw(
        "external-api",
        stage(signed_in=True, latencies=[each / 1000 for each in LATENCIES_MS]),
        "3" + "p" * len(LATENCIES_MS),
        lambda on: f"{len(LATENCIES_MS)} calls" in text_of(on.app),
    )
    await draw(
        "refused",
        stage(signed_in=True, api=api_refuses),
        "3p",
        lambda on: "✗ Error" in text_of(on.app),
    )


if __name__ == "__main__":
    # Without what the app remembers of whoever draws them.
    with TemporaryDirectory() as folder, patch.dict(os.environ, {"DOORKEY_STATE_DIR": folder}):
        asyncio.run(main())
