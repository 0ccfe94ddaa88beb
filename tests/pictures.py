"""Draws the README's pictures from the app itself: `python -m tests.pictures`."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.support.stage import Stage, api_refuses, stage, text_of, until

DOCS = Path(__file__).parent.parent / "docs"

SIZE = (120, 36)

Ready = Callable[[Stage], bool]


LATENCIES_MS = (9.2, 4.1, 3.8, 5.2, 3.6, 4.4, 12.9, 5.0, 3.9, 4.2, 6.6, 3.7, 4.0, 4.8, 3.5)


async def draw(name: str, on: Stage, keys: str, ready: Ready) -> None:
    """Press `keys`, some seconds after each other, wait until `ready`, write `docs/NAME.svg`."""
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: "Calling the API" not in text_of(on.app))
            on.clock.advance(7)
        await until(pilot, lambda: ready(on))
        svg = on.app.export_screenshot(title="doorkey")
    DOCS.mkdir(exist_ok=True)
    (DOCS / f"{name}.svg").write_text(svg, encoding="utf-8")


async def main() -> None:
    """Draw them all."""
    await draw("home", stage(), "", lambda on: "Sign in" in text_of(on.app))
    await draw("profile", stage(signed_in=True), "2t", lambda on: "left of" in text_of(on.app))
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
    asyncio.run(main())
