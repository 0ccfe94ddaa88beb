"""Draws the README's pictures from the app itself: `python -m tests.pictures`."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.tui.screens.stage import Stage, api_refuses, stage, text_of, until

DOCS = Path(__file__).parent.parent / "docs"

SIZE = (120, 36)

Ready = Callable[[Stage], bool]


async def draw(name: str, on: Stage, keys: str, ready: Ready) -> None:
    """Press `keys`, wait until `ready`, and write `docs/NAME.svg`."""
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press(*keys)
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
        stage(signed_in=True),
        "3pppp",
        lambda on: "✓ Your Access" in text_of(on.app),
    )
    await draw(
        "refused",
        stage(signed_in=True, api=api_refuses),
        "3p",
        lambda on: "✗ Error" in text_of(on.app),
    )


if __name__ == "__main__":
    asyncio.run(main())
