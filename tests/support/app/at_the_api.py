"""What a person does on External API, in one word each."""

import httpx
from textual.pilot import Pilot

from tests.support.app.stage import Stage, stage, until
from tests.support.builders.configs import CONFIG
from tui.api.request import METHODS, ApiRequest
from tui.app.screens.external_api.dialogs import MethodList
from tui.app.widgets.calls.request_details import Part
from tui.app.widgets.calls.request_line import PathField, RequestLine
from tui.app.widgets.calls.text_field import LinesArea

SIZE = (100, 44)


def recording(seen: list[httpx.Request], api_url: str = CONFIG.api_url) -> Stage:
    """Put the app on stage, with an API that notes what it is sent and creates it."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201)

    return stage(signed_in=True, api=answer, api_url=api_url)


async def at_the_api(pilot: "Pilot[None]", on: Stage) -> None:
    await pilot.press("3")
    await until(pilot, lambda: on.app.current_mode == "external-api")


async def write_path(pilot: "Pilot[None]", on: Stage, path: str) -> None:
    await pilot.press("e")
    field = on.app.screen.query_one(PathField)
    await until(pilot, lambda: field.has_focus)
    field.value = path
    await pilot.pause()


async def choose_method(pilot: "Pilot[None]", on: Stage, method: str) -> None:
    await pilot.press("m")
    await until(pilot, lambda: on.app.screen.query(MethodList))
    on.app.screen.query_one(MethodList).cursor = METHODS.index(method)
    await pilot.press("enter")
    await until(pilot, lambda: on.app.screen.query(RequestLine))


async def write_lines(pilot: "Pilot[None]", on: Stage, part: Part, text: str) -> None:
    """Unfold the headers or the body, and put other lines in the place of all that are there."""
    if isinstance(on.app.focused, LinesArea):
        await pilot.press("escape")
    await pilot.press("h" if part == "headers" else "b")
    await until(pilot, lambda: on.app.screen.query(f"#{part}-field LinesArea:focus"))
    lines_of(on, part).text = text
    await pilot.pause()


def lines_of(on: Stage, part: Part) -> LinesArea:
    """Return where the headers or the body are written; it has been unfolded before."""
    return on.app.screen.query_one(f"#{part}-field LinesArea", LinesArea)


def request_of(on: Stage) -> ApiRequest:
    """Return what would be sent now."""
    return on.app.screen.query_one(RequestLine).request
